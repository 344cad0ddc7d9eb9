import { describe, expect, it } from 'vitest';
import { onServer } from '../helpers/database.ts';
import { crowd, movePost, overtaken, told, uuidIn, writePost } from '../helpers/reactions.ts';
import { countRows } from '../helpers/rows.ts';
import { type Person, useServer } from '../helpers/server.ts';

const server = useServer();

const unknown = 'post_01jd000000e00000000000000r';

const like = 'mutation ($id: ID!) { likePost(id: $id) { id body html likeCount viewerHasLiked } }';
const unlike = 'mutation ($id: ID!) { unlikePost(id: $id) { id body html likeCount viewerHasLiked } }';
const read = 'query ($id: ID!) { post(id: $id) { likeCount viewerHasLiked } }';

const likesOf = (post: string) => countRows(server, 'likes', 'post_id = $1', uuidIn(post));

const shown = async (id: string, as?: Person) => (await server.query(read, { variables: { id }, as })).post;

/** A published post that one reader likes. */
async function liked() {
  const author = await server.person();
  const fan = await server.person('READER');
  const post = await writePost(server, author, { body: 'A *text*.' });
  await server.query(like, { variables: { id: post }, as: fan });
  return { author, fan, post };
}

describe('likePost', () => {
  it('likes a published post, as anybody who is signed in', async () => {
    const { author, post } = await liked();
    for (const [place, as] of [
      await server.person('READER'),
      await server.person('ADMIN'),
      author,
    ].entries()) {
      const mark = server.changes.length;
      const { data, statements } = await server.send(like, { variables: { id: post }, as });
      expect(data).toEqual({
        likePost: {
          id: post,
          body: 'A *text*.',
          html: '<p>A <em>text</em>.</p>\n',
          likeCount: place + 2,
          viewerHasLiked: true,
        },
      });
      // The viewer, begin, the post, the like, commit, and the two fields.
      expect(statements).toBe(7);
      expect(server.changes.slice(mark)).toEqual([
        { type: 'like', action: 'created', postId: uuidIn(post), userId: as.uuid },
      ]);
    }
    expect(await shown(post)).toEqual({ likeCount: 4, viewerHasLiked: false });
    expect(await shown(post, author)).toEqual({ likeCount: 4, viewerHasLiked: true });
  });

  it('changes nothing when it is sent again, with as many statements', async () => {
    const { fan, post } = await liked();
    const mark = server.changes.length;
    const { data, statements } = await server.send(like, { variables: { id: post }, as: fan });
    expect(data.likePost).toMatchObject({ likeCount: 1, viewerHasLiked: true });
    expect(statements).toBe(7);
    expect(server.changes.slice(mark)).toEqual([]);
    expect(await likesOf(post)).toBe(1);
  });
});

describe('unlikePost', () => {
  it('takes a like back', async () => {
    const { fan, post } = await liked();
    const mark = server.changes.length;
    const { data, statements } = await server.send(unlike, { variables: { id: post }, as: fan });
    expect(data.unlikePost).toMatchObject({
      id: post,
      likeCount: 0,
      viewerHasLiked: false,
      body: 'A *text*.',
    });
    expect(statements).toBe(7);
    expect(server.changes.slice(mark)).toEqual([
      { type: 'like', action: 'deleted', postId: uuidIn(post), userId: fan.uuid },
    ]);
    expect(await shown(post, fan)).toEqual({ likeCount: 0, viewerHasLiked: false });
  });

  it("changes nothing where there is no like, and nobody else's", async () => {
    const { author, fan, post } = await liked();
    const mark = server.changes.length;
    const { data, statements } = await server.send(unlike, { variables: { id: post }, as: author });
    expect(data.unlikePost).toMatchObject({ likeCount: 1, viewerHasLiked: false });
    expect(statements).toBe(7);
    expect(server.changes.slice(mark)).toEqual([]);
    expect(await shown(post, fan)).toEqual({ likeCount: 1, viewerHasLiked: true });
  });

  it('can be liked again', async () => {
    const { fan, post } = await liked();
    await server.query(unlike, { variables: { id: post }, as: fan });
    const { likePost } = await server.query(like, { variables: { id: post }, as: fan });
    expect(likePost).toMatchObject({ likeCount: 1, viewerHasLiked: true });
  });
});

describe.each([
  ['likePost', like],
  ['unlikePost', unlike],
])('%s', (name, document) => {
  const send = (id: string, as?: Person) => server.send(document, { variables: { id }, as });

  it.each([['nonsense'], [''], ['post_\0'], ["post_' or true --"], ['comment_01jd000000e00000000000000r']])(
    'refuses %j as an identifier, and names the place',
    async (id) => {
      const mark = server.changes.length;
      const { errors, data } = await send(id, await server.person('READER'));
      expect(data).toEqual({ [name]: null });
      expect(errors).toMatchObject([
        {
          path: [name],
          extensions: { code: 'BAD_USER_INPUT', issues: [{ path: ['id'], code: 'invalid_id' }] },
        },
      ]);
      expect(server.changes.slice(mark)).toEqual([]);
    },
  );

  it('refuses an anonymous viewer', async () => {
    const { post } = await liked();
    const { data, errors, statements } = await send(post);
    expect(data).toEqual({ [name]: null });
    expect(errors).toMatchObject([{ path: [name], extensions: { code: 'UNAUTHENTICATED' } }]);
    expect(statements).toBe(0);
    expect(await likesOf(post)).toBe(1);
  });

  it('answers not found for a post that does not exist', async () => {
    const { errors } = await send(unknown, await server.person('ADMIN'));
    expect(errors).toMatchObject([{ path: [name], extensions: { code: 'NOT_FOUND' } }]);
  });

  it.each([['unpublishPost'], ['archivePost']] as const)(
    'hides a post from strangers after %s',
    async (action) => {
      const { author, fan, post } = await liked();
      await movePost(server, author, action, post);
      const mark = server.changes.length;
      for (const as of [fan, await server.person('AUTHOR')]) {
        const answer = await send(post, as);
        const nowhere = await send(unknown, as);
        expect(answer.errors[0]?.extensions.code).toBe('NOT_FOUND');
        expect(told(answer)).toBe(told(nowhere));
        expect(answer.statements).toBe(nowhere.statements);
        expect(await shown(post, as)).toBeNull();
      }
      expect(server.changes.slice(mark)).toEqual([]);
      expect(await shown(post, author)).toEqual({ likeCount: 1, viewerHasLiked: false });
      expect(await shown(post, await server.person('EDITOR'))).toEqual({
        likeCount: 1,
        viewerHasLiked: false,
      });
      await movePost(server, author, 'publishPost', post);
      expect(await shown(post, fan)).toEqual({ likeCount: 1, viewerHasLiked: true });
    },
  );
});

it.each([['unpublishPost'], ['archivePost']] as const)(
  'tells those who see a post after %s that it cannot be liked, and lets them take a like back',
  async (action) => {
    const author = await server.person();
    const editor = await server.person('EDITOR');
    const post = await writePost(server, author);
    await server.query(like, { variables: { id: post }, as: editor });
    await movePost(server, author, action, post);
    for (const as of [author, editor, await server.person('ADMIN')]) {
      const { extensions } = await server.refusal(like, { variables: { id: post }, as });
      expect(extensions.code).toBe('CONFLICT');
    }
    expect(await likesOf(post)).toBe(1);
    const { unlikePost } = await server.query(unlike, { variables: { id: post }, as: editor });
    expect(unlikePost).toMatchObject({ likeCount: 0, viewerHasLiked: false });
  },
);

it("counts the likes of many posts in one statement, and the viewer's own in another", async () => {
  const { author, fan, post } = await liked();
  const other = await writePost(server, author);
  const document = `{ user(id: "${author.id}") { posts { id likeCount viewerHasLiked } } }`;
  const { data, statements } = await server.send(document, { as: fan });
  expect(data.user.posts).toEqual([
    { id: other, likeCount: 0, viewerHasLiked: false },
    { id: post, likeCount: 1, viewerHasLiked: true },
  ]);
  expect(statements).toBe(5);
});

describe('likeCount', () => {
  it('is exact after 50 people liked and some of them took it back at the same time', async () => {
    const people = await crowd(server, 50);
    const author = await server.person();
    const post = await writePost(server, author);
    const mark = server.changes.length;
    const answers = await Promise.all(people.map((as) => server.send(like, { variables: { id: post }, as })));
    expect(answers.flatMap(({ errors }) => errors)).toEqual([]);
    expect((await shown(post)).likeCount).toBe(50);
    expect(server.changes.slice(mark)).toHaveLength(50);
    await Promise.all(
      people.map((as, place) =>
        server.query(place % 2 === 0 ? like : unlike, { variables: { id: post }, as }),
      ),
    );
    expect((await shown(post)).likeCount).toBe(25);
    expect(server.changes.slice(mark)).toHaveLength(75);
  });

  it('is exact after one person liked 50 times at once', async () => {
    const { author, post } = await liked();
    const mark = server.changes.length;
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => server.send(like, { variables: { id: post }, as: author })),
    );
    expect(answers.flatMap(({ errors }) => errors)).toEqual([]);
    expect(await shown(post, author)).toEqual({ likeCount: 2, viewerHasLiked: true });
    expect(server.changes.slice(mark)).toHaveLength(1);
  });

  it('goes with the post, liked or not while it is deleted', async () => {
    const people = await crowd(server, 8);
    const author = await server.person();
    const posts = [];
    for (let round = 0; round < 5; round += 1) posts.push(await writePost(server, author));
    for (const post of posts) {
      const [, ...answers] = await Promise.all([
        movePost(server, author, 'deletePost', post),
        ...people.map((as) => server.send(like, { variables: { id: post }, as })),
      ]);
      for (const { data, errors } of answers) {
        const codes = errors.map(({ extensions }) => extensions.code);
        expect(codes).toEqual(data.likePost === null ? ['NOT_FOUND'] : []);
      }
      expect(await likesOf(post)).toBe(0);
    }
  });

  it.runIf(onServer).each([
    ['deleted', 'delete from posts where id = $1'],
    ['withdrawn', `update posts set status = 'ARCHIVED' where id = $1`],
  ])('does not grow while the post is being %s (takes two connections)', async (_, text) => {
    const post = await writePost(server, await server.person());
    const fan = await server.person();
    const mark = server.changes.length;
    const { extensions } = await overtaken(server, { text, values: [uuidIn(post)] }, () =>
      server.refusal(like, { variables: { id: post }, as: fan }),
    );
    expect(extensions.code).toBe('NOT_FOUND');
    expect(await likesOf(post)).toBe(0);
    expect(server.changes.slice(mark)).toEqual([]);
  });

  it.runIf(onServer)(
    'does not grow by the like of an account that is being erased (takes two connections)',
    async () => {
      const post = await writePost(server, await server.person());
      const fan = await server.person();
      const erase = { text: 'delete from users where id = $1', values: [fan.uuid] };
      const { extensions } = await overtaken(server, erase, () =>
        server.refusal(like, { variables: { id: post }, as: fan }),
      );
      expect(extensions.code).toBe('CONFLICT');
      expect(await likesOf(post)).toBe(0);
    },
  );

  it('shrinks when a person who liked is erased', async () => {
    const { fan, post } = await liked();
    await server.query('mutation ($id: ID!) { deleteUser(id: $id) { id } }', {
      variables: { id: fan.id },
      as: fan,
    });
    expect(await shown(post)).toEqual({ likeCount: 0, viewerHasLiked: false });
  });

  it('keeps the like of a person who is suspended', async () => {
    const { fan, post } = await liked();
    await server.query('mutation ($id: ID!) { suspendUser(id: $id) { id } }', {
      variables: { id: fan.id },
      as: await server.person('ADMIN'),
    });
    const { status, text } = await server.send(unlike, { variables: { id: post }, as: fan });
    expect(status).toBe(401);
    expect(JSON.parse(text).errors[0].extensions.code).toBe('UNAUTHENTICATED');
    expect((await shown(post)).likeCount).toBe(1);
  });
});
