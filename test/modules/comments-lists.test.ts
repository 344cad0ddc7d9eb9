import { describe, expect, it } from 'vitest';
import { describeConnection, readPage } from '../helpers/connections.ts';
import { onServer } from '../helpers/database.ts';
import {
  crowd,
  insertComments,
  movePost,
  overtaken,
  told,
  uuidIn,
  writeComment,
  writePost,
} from '../helpers/reactions.ts';
import { countRows, newestFirst, tiedTime } from '../helpers/rows.ts';
import { type Person, useServer } from '../helpers/server.ts';

const server = useServer();

const unknown = 'comment_01jd000000e00000000000000r';

const times = (count: number) => Array.from({ length: count }, (_, place) => ({ at: tiedTime(place) }));

async function foreignCursors() {
  const author = await server.person();
  await writePost(server, author, { tags: ['foreign'] });
  const data = await server.query(
    `{ users: usersConnection(first: 1) { pageInfo { endCursor } }
      tags: tagsConnection(first: 1) { pageInfo { endCursor } }
      posts: postsConnection(first: 1) { pageInfo { endCursor } } }`,
  );
  return Object.fromEntries(
    Object.entries<{ pageInfo: { endCursor: string } }>(data).map(([what, { pageInfo }]) => [
      what,
      pageInfo.endCursor,
    ]),
  );
}

describeConnection('Post.commentsConnection', server, {
  statementsAround: 1,
  async fill(count) {
    const author = await server.person();
    const post = await writePost(server, author);
    const rows = await insertComments(server, uuidIn(post), author.uuid, times(count));
    return {
      ids: newestFirst(rows),
      field: 'commentsConnection(PAGE)',
      around: `{ post(id: "${post}") { FIELD } }`,
    };
  },
  foreignCursors,
});

describeConnection('Post.commentsConnection, oldest first, filtered', server, {
  statementsAround: 1,
  async fill(count) {
    const [author, other] = (await crowd(server, 2, 'AUTHOR')) as [Person, Person];
    const post = await writePost(server, author);
    const rows = await insertComments(server, uuidIn(post), author.uuid, times(count));
    const [parent] = await insertComments(server, uuidIn(post), other.uuid, times(2));
    await insertComments(server, uuidIn(post), author.uuid, [
      { at: tiedTime(1), parent: parent?.uuid as string },
    ]);
    const filter = `{ author: "${author.id}", topLevel: true }`;
    return {
      ids: newestFirst(rows).toReversed(),
      field: `commentsConnection(PAGE, orderBy: CREATED_AT_ASC, filter: ${filter})`,
      around: `{ post(id: "${post}") { FIELD } }`,
    };
  },
  async foreignCursors() {
    const author = await server.person();
    const post = await writePost(server, author);
    await writeComment(server, author, { postId: post });
    const list = { ids: [], field: 'commentsConnection(PAGE)', around: `{ post(id: "${post}") { FIELD } }` };
    return { 'the other order': (await readPage(server, list, 'first: 1')).pageInfo.endCursor };
  },
});

describeConnection('User.comments', server, {
  statementsAround: 1,
  async fill(count) {
    const [author, commenter] = (await crowd(server, 2, 'AUTHOR')) as [Person, Person];
    const posts = [await writePost(server, author), await writePost(server, author)].map(uuidIn);
    const hidden = await writePost(server, author, { publish: false });
    await insertComments(server, uuidIn(hidden), commenter.uuid, times(count));
    const half = Math.floor(count / 2);
    const rows = [
      ...(await insertComments(server, posts[0] as string, commenter.uuid, times(half))),
      ...(await insertComments(server, posts[1] as string, commenter.uuid, times(count - half))),
    ];
    return {
      ids: newestFirst(rows),
      field: 'comments(PAGE)',
      around: `{ user(id: "${commenter.id}") { FIELD } }`,
    };
  },
  foreignCursors,
});

describeConnection('Comment.replies', server, {
  statementsAround: 1,
  async fill(count) {
    const author = await server.person();
    const post = uuidIn(await writePost(server, author));
    const [top] = await insertComments(server, post, author.uuid, times(2));
    const parent = top?.uuid as string;
    const rows = await insertComments(
      server,
      post,
      author.uuid,
      times(count).map((time) => ({ ...time, parent })),
    );
    return {
      ids: newestFirst(rows).toReversed(),
      field: 'replies(PAGE)',
      around: `{ node(id: "${top?.id}") { ... on Comment { FIELD } } }`,
    };
  },
  foreignCursors,
});

describe('Post.comments', () => {
  it('answers the newest comments, 20 of them by itself, in two statements', async () => {
    const author = await server.person();
    const post = await writePost(server, author);
    const rows = await insertComments(server, uuidIn(post), author.uuid, times(21));
    const ask = (limit: string) =>
      server.send(`{ post(id: "${post}") { comments${limit} { id body html } } }`);
    const { data, statements } = await ask('');
    expect(data.post.comments.map(({ id }: { id: string }) => id)).toEqual(newestFirst(rows).slice(0, 20));
    expect(statements).toBe(2);
    expect((await ask('(limit: 100)')).data.post.comments).toHaveLength(21);
    expect((await ask('(limit: 1)')).data.post.comments).toHaveLength(1);
    for (const limit of [0, -1, 101]) {
      const { errors } = await ask(`(limit: ${limit})`);
      expect(errors).toMatchObject([
        { path: ['post', 'comments'], extensions: { code: 'BAD_USER_INPUT', issues: [{ path: ['limit'] }] } },
      ]);
    }
  });

  it('refuses a filter with an identifier that is none, and names the place', async () => {
    const post = await writePost(server, await server.person());
    const { extensions } = await server.refusal(
      `{ post(id: "${post}") { commentsConnection(filter: { author: "${post}" }) { totalCount } } }`,
    );
    expect(extensions).toMatchObject({
      code: 'BAD_USER_INPUT',
      issues: [{ path: ['filter', 'author'], code: 'invalid_id' }],
    });
  });

  it('keeps its place when the comment of a cursor is deleted', async () => {
    const author = await server.person();
    const post = await writePost(server, author);
    const rows = await insertComments(server, uuidIn(post), author.uuid, times(4));
    const list = {
      ids: newestFirst(rows),
      field: 'commentsConnection(PAGE)',
      around: `{ post(id: "${post}") { FIELD } }`,
    };
    const { pageInfo } = await readPage(server, list, 'first: 2');
    await server.query(`mutation { deleteComment(id: "${list.ids[1]}") { id } }`, { as: author });
    const rest = await readPage(server, list, `first: 2, after: "${pageInfo.endCursor}"`);
    expect(rest.nodes.map(({ id }: { id: string }) => id)).toEqual(list.ids.slice(2));
  });
});

describe.each([['unpublishPost'], ['archivePost']] as const)('comments after %s', (action) => {
  async function withdrawn() {
    const [author, commenter] = (await crowd(server, 2, 'AUTHOR')) as [Person, Person];
    const post = await writePost(server, author);
    const shown = await writePost(server, author);
    const comment = await writeComment(server, commenter, { postId: post, body: 'A hidden word.' });
    const reply = await writeComment(server, author, { postId: post, parentId: comment });
    const other = await writeComment(server, commenter, { postId: shown });
    await movePost(server, author, action, post);
    return { author, commenter, post, comment, reply, other };
  }

  const everywhere = `query ($user: ID!, $comment: ID!, $reply: ID!) {
    node(id: $comment) { id ... on Comment { replies { totalCount nodes { id } } post { id commentCount } } }
    nodes(ids: [$reply, $comment]) { id ... on Comment { parent { id } } }
    user(id: $user) { comments { totalCount nodes { id body } pageInfo { startCursor endCursor hasNextPage } } } }`;

  it('are hidden from strangers, and from who wrote them', async () => {
    const { commenter, comment, reply, other } = await withdrawn();
    for (const as of [undefined, commenter, await server.person('READER'), await server.person('AUTHOR')]) {
      const ask = (ids: { comment: string; reply: string }) =>
        server.send(everywhere, { variables: { user: commenter.id, ...ids }, as });
      const answer = await ask({ comment, reply });
      expect(answer.data).toMatchObject({
        node: null,
        nodes: [null, null],
        user: { comments: { totalCount: 1, nodes: [{ id: other }], pageInfo: { hasNextPage: false } } },
      });
      expect(answer.text).not.toContain('hidden');
      const nowhere = await ask({ comment: unknown, reply: unknown });
      expect(told(answer)).toBe(told(nowhere));
      expect(answer.statements).toBe(nowhere.statements);
    }
  });

  it('are shown to those who see the post', async () => {
    const { author, commenter, post, comment, reply, other } = await withdrawn();
    for (const as of [author, await server.person('EDITOR'), await server.person('ADMIN')]) {
      const variables = { user: commenter.id, comment, reply };
      expect(await server.query(everywhere, { variables, as })).toMatchObject({
        node: {
          id: comment,
          replies: { totalCount: 1, nodes: [{ id: reply }] },
          post: { id: post, commentCount: 2 },
        },
        nodes: [
          { id: reply, parent: { id: comment } },
          { id: comment, parent: null },
        ],
        user: { comments: { totalCount: 2, nodes: [{ id: other }, { id: comment }] } },
      });
    }
  });

  it.each([
    ['updateComment', 'mutation ($id: ID!) { updateComment(id: $id, input: { body: "Changed." }) { id } }'],
    ['deleteComment', 'mutation ($id: ID!) { deleteComment(id: $id) { id } }'],
  ])('cannot be reached by %s of strangers', async (_, document) => {
    const { commenter, author, comment } = await withdrawn();
    for (const as of [commenter, await server.person('AUTHOR')]) {
      const answer = await server.send(document, { variables: { id: comment }, as });
      expect(answer.errors[0]?.extensions.code).toBe('NOT_FOUND');
      expect(told(answer)).toBe(told(await server.send(document, { variables: { id: unknown }, as })));
    }
    const kept = await server.query(`{ node(id: "${comment}") { ... on Comment { body } } }`, { as: author });
    expect(kept).toEqual({ node: { body: 'A hidden word.' } });
  });

  it('come back with the post', async () => {
    const { author, commenter, post, comment, other } = await withdrawn();
    await movePost(server, author, 'publishPost', post);
    const data = await server.query(
      `{ node(id: "${comment}") { id }
        user(id: "${commenter.id}") { comments(first: 1) { totalCount nodes { id } pageInfo { hasNextPage } } } }`,
    );
    expect(data).toEqual({
      node: { id: comment },
      user: { comments: { totalCount: 2, nodes: [{ id: other }], pageInfo: { hasNextPage: true } } },
    });
  });
});

describe('commentCount', () => {
  const count = async (post: string) => {
    const document = `{ post(id: "${post}") { commentCount commentsConnection { totalCount } } }`;
    const { commentCount, commentsConnection } = (await server.query(document)).post;
    expect(commentsConnection.totalCount).toBe(commentCount);
    return commentCount;
  };

  it('is exact after 50 people wrote at the same time', async () => {
    const people = await crowd(server, 50);
    const post = await writePost(server, await server.person());
    const mark = server.changes.length;
    const ids = await Promise.all(people.map((as) => writeComment(server, as, { postId: post })));
    expect(new Set(ids).size).toBe(50);
    expect(await count(post)).toBe(50);
    expect(server.changes.slice(mark)).toHaveLength(50);
    await Promise.all(
      people
        .slice(0, 20)
        .map((as, place) => server.query(`mutation { deleteComment(id: "${ids[place]}") { id } }`, { as })),
    );
    expect(await count(post)).toBe(30);
  });

  it('stays exact while the post is deleted and while people write', async () => {
    const [author, ...people] = (await crowd(server, 9, 'AUTHOR')) as [Person, ...Person[]];
    const post = await writePost(server, author);
    const write = (as: Person) =>
      server.send('mutation ($input: AddCommentInput!) { addComment(input: $input) { id } }', {
        variables: { input: { postId: post, body: 'Quick.' } },
        as,
      });
    const [, ...answers] = await Promise.all([
      movePost(server, author, 'deletePost', post),
      ...people.map(write),
    ]);
    for (const { data, errors } of answers) {
      const codes = errors.map(({ extensions }) => extensions.code);
      expect(codes).toEqual(data.addComment === null ? ['NOT_FOUND'] : []);
    }
    expect(await countRows(server, 'comments', 'post_id = $1', uuidIn(post))).toBe(0);
  });

  it.runIf(onServer)(
    'refuses an answer to a comment that is being deleted (takes two connections)',
    async () => {
      const author = await server.person();
      const post = await writePost(server, author);
      const parentId = await writeComment(server, author, { postId: post });
      const erase = { text: 'delete from comments where id = $1', values: [uuidIn(parentId)] };
      const { extensions } = await overtaken(server, erase, () =>
        server.refusal('mutation ($input: AddCommentInput!) { addComment(input: $input) { id } }', {
          variables: { input: { postId: post, parentId, body: 'Too late.' } },
          as: author,
        }),
      );
      expect(extensions).toMatchObject({
        code: 'BAD_USER_INPUT',
        issues: [{ path: ['input', 'parentId'], code: 'not_found' }],
      });
      expect(await count(post)).toBe(0);
    },
  );

  it.runIf(onServer)(
    'refuses a comment under a post that is being withdrawn (takes two connections)',
    async () => {
      const [author, reader] = (await crowd(server, 2, 'AUTHOR')) as [Person, Person];
      const post = await writePost(server, author);
      const withdraw = { text: `update posts set status = 'DRAFT' where id = $1`, values: [uuidIn(post)] };
      const { extensions } = await overtaken(server, withdraw, () =>
        server.refusal('mutation ($input: AddCommentInput!) { addComment(input: $input) { id } }', {
          variables: { input: { postId: post, body: 'Too late.' } },
          as: reader,
        }),
      );
      expect(extensions.code).toBe('NOT_FOUND');
      expect(await countRows(server, 'comments', 'post_id = $1', uuidIn(post))).toBe(0);
    },
  );
});
