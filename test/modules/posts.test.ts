import { describe, expect, it } from 'vitest';
import { uuidIn } from '../helpers/reactions.ts';
import { countRows } from '../helpers/rows.ts';
import { type Person, useServer } from '../helpers/server.ts';

const server = useServer();

const unknown = 'post_01jd000000e00000000000000r';
const fields = `id slug title body html excerpt readingTimeMinutes status version createdAt updatedAt publishedAt
  author { id } contributors { id } tags { slug name }`;
const createPost = `mutation ($input: CreatePostInput!) { createPost(input: $input) { ${fields} } }`;
const updatePost = `mutation ($id: ID!, $input: UpdatePostInput!, $expectedVersion: Int) {
  updatePost(id: $id, input: $input, expectedVersion: $expectedVersion) { ${fields} } }`;
const deletePost = 'mutation ($id: ID!) { deletePost(id: $id) { id title body version } }';

/** A post as those see it who see everything. */
const stored = async (id: string) =>
  (
    await server.query(`query ($id: ID!) { post(id: $id) { ${fields} } }`, {
      variables: { id },
      as: await server.person('ADMIN'),
    })
  ).post;

/** A draft with everything, or a published post. */
async function written(publish = false) {
  const [author, friend] = [await server.person(), await server.person()];
  const input = { title: 'Before', body: 'Before.', tags: ['Kept'], contributors: [friend.id], publish };
  const { createPost: post } = await server.query(createPost, { variables: { input }, as: author });
  server.changes.splice(0);
  return { author, friend, post, id: post.id as string };
}

/** Says that a row was changed long ago. */
const age = (table: string, uuid: string) =>
  server.driver.query({
    name: null,
    text: `update ${table} set updated_at = '2000-01-01T00:00:00Z' where id = $1`,
    values: [uuid],
  });

async function strangers(): Promise<
  [as: Person | undefined, codeForDraft: string, codeForPublished: string][]
> {
  return [
    [undefined, 'UNAUTHENTICATED', 'UNAUTHENTICATED'],
    [await server.person('READER'), 'FORBIDDEN', 'FORBIDDEN'],
    [await server.person('AUTHOR'), 'NOT_FOUND', 'FORBIDDEN'],
  ];
}

describe('updatePost', () => {
  it('changes everything that it is given, and counts versions', async () => {
    const { author, friend, post, id } = await written();
    const other = await server.person();
    await age('posts', uuidIn(id));
    const input = {
      title: 'After',
      body: '*After*',
      tags: ['New'],
      contributors: [other.id, friend.id, other.id],
    };
    const request = { variables: { id, input, expectedVersion: 1 }, as: author };
    const { data, statements } = await server.send(updatePost.replace(fields, 'id version'), request);
    expect(data.updatePost).toEqual({ id, version: 2 });
    expect(statements).toBe(8);
    const changed = await stored(id);
    expect(changed).toEqual({
      ...post,
      title: 'After',
      body: '*After*',
      html: '<p><em>After</em></p>\n',
      excerpt: 'After',
      version: 2,
      updatedAt: expect.stringMatching(/^(?!2000)/),
      contributors: [{ id: other.id }, { id: friend.id }],
      tags: [{ slug: 'new', name: 'New' }],
    });
    expect(server.changes).toEqual([
      { type: 'post', action: 'updated', id: uuidIn(id), authorId: author.uuid },
    ]);
  });

  it('tells what is absent from what is null', async () => {
    const { author, post, id } = await written();
    const update = async (input: object) =>
      (await server.query(updatePost, { variables: { id, input }, as: author })).updatePost;
    const { updatedAt: _, version: __, ...same } = post;
    expect(await update({})).toMatchObject(same);
    expect(await update({ title: 'New title' })).toMatchObject({ ...same, title: 'New title' });
    expect(await update({ tags: null })).toMatchObject({ tags: [], contributors: same.contributors });
    expect(await update({ contributors: null })).toMatchObject({ contributors: [], body: 'Before.' });
    expect(await update({ tags: ['Kept'] })).toMatchObject({ tags: same.tags, version: 6 });
  });

  it('keeps an excerpt that somebody wrote until it is taken back', async () => {
    const { author, id } = await written();
    const update = async (input: object) =>
      (await server.query(updatePost, { variables: { id, input }, as: author })).updatePost.excerpt;
    expect(await update({ title: 'New' })).toBe('Before.');
    expect(await update({ excerpt: 'In short.' })).toBe('In short.');
    expect(await update({ body: 'A new text.' })).toBe('In short.');
    expect(await update({ title: 'Newer' })).toBe('In short.');
    expect(await update({ excerpt: null })).toBe('A new text.');
    expect(await update({ body: 'Another text.' })).toBe('Another text.');
    expect(await update({ body: 'A last text.', excerpt: 'Shorter.' })).toBe('Shorter.');
  });

  it.each([
    [{ title: null }, ['title']],
    [{ title: '' }, ['title']],
    [{ title: 'x'.repeat(201) }, ['title']],
    [{ body: null }, ['body']],
    [{ body: '' }, ['body']],
    [{ tags: Array.from({ length: 11 }, (_, place) => `tag ${place}`) }, ['tags']],
    [{ tags: ['?'] }, ['tags.0']],
    [{ contributors: ['post_01jd000000e00000000000000r'] }, ['contributors.0']],
    [{ contributors: ['user_01jd000000e00000000000000r'] }, ['contributors']],
  ])('refuses %j, names the place and writes nothing', async (input, places) => {
    const { author, post, id } = await written();
    const variables = { id, input: { title: 'Refused', tags: ['Refused'], ...input } };
    const { extensions } = await server.refusal(updatePost, { variables, as: author });
    expect(extensions.code).toBe('BAD_USER_INPUT');
    expect(extensions.issues?.map(({ path }) => path.join('.'))).toEqual(
      places.map((place) => `input.${place}`),
    );
    expect(await stored(id)).toEqual(post);
    expect(server.changes).toEqual([]);
  });

  it('refuses identifiers of nothing, and of other kinds', async () => {
    const as = await server.person('ADMIN');
    const refused = async (id: string) =>
      (await server.refusal(updatePost, { variables: { id, input: {} }, as })).extensions;
    expect(await refused(unknown)).toMatchObject({ code: 'NOT_FOUND' });
    expect(await refused(as.id)).toMatchObject({
      code: 'BAD_USER_INPUT',
      issues: [{ path: ['id'], code: 'invalid_id' }],
    });
  });

  it('refuses a change that was made from another version', async () => {
    const { author, post, id } = await written();
    for (const expectedVersion of [0, 2, -1, 2_147_483_647]) {
      const variables = { id, input: { title: 'Stale' }, expectedVersion };
      const { extensions } = await server.refusal(updatePost, { variables, as: author });
      expect(extensions).toMatchObject({
        code: 'CONFLICT',
        issues: [{ path: ['expectedVersion'], code: 'stale' }],
      });
    }
    expect(await stored(id)).toEqual(post);
    expect(server.changes).toEqual([]);
    const variables = { id, input: { title: 'Fresh' }, expectedVersion: 1 };
    expect((await server.query(updatePost, { variables, as: author })).updatePost.version).toBe(2);
    const replay = await server.refusal(updatePost, { variables, as: author });
    expect(replay.extensions.code).toBe('CONFLICT');
    expect(await stored(id)).toMatchObject({ title: 'Fresh', version: 2 });
  });

  it('lets one of 50 parallel writers of the same version win', async () => {
    const { author, id } = await written();
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, place) => {
        const variables = {
          id,
          input: { title: `Writer ${place}`, tags: [`w${place}`] },
          expectedVersion: 1,
        };
        return server.send(updatePost, { variables, as: author });
      }),
    );
    const winners = answers.filter(({ errors }) => errors.length === 0);
    expect(winners).toHaveLength(1);
    const codes = answers.flatMap(({ errors }) => errors.map(({ extensions }) => extensions.code));
    expect(codes).toEqual(Array.from({ length: 49 }, () => 'CONFLICT'));
    expect(await stored(id)).toEqual(winners[0]?.data.updatePost);
    expect(server.changes).toHaveLength(1);
  });

  it('counts each of 50 parallel changes that name no version', async () => {
    const { author, id } = await written();
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, place) =>
        server.query(updatePost, { variables: { id, input: { title: `Writer ${place}` } }, as: author }),
      ),
    );
    const versions = answers.map(({ updatePost: post }) => post.version as number);
    expect(versions.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, place) => place + 2));
    expect(await stored(id)).toEqual(answers[versions.indexOf(51)]?.updatePost);
    expect(server.changes).toHaveLength(50);
  });

  it.each([[false], [true]])('is for the author and editors (published: %j)', async (publish) => {
    const { friend, post, id } = await written(publish);
    for (const [as, hidden, seen] of [
      ...(await strangers()),
      // Being named beside the author gives no rights.
      [friend, 'NOT_FOUND', 'FORBIDDEN'] as const,
    ]) {
      const { extensions } = await server.refusal(updatePost, {
        variables: { id, input: { title: 'Mine' } },
        as,
      });
      expect(extensions.code).toBe(publish ? seen : hidden);
    }
    expect(await stored(id)).toEqual(post);
    expect(server.changes).toEqual([]);
    for (const role of ['EDITOR', 'ADMIN'] as const) {
      const request = { variables: { id, input: { title: role } }, as: await server.person(role) };
      expect((await server.query(updatePost, request)).updatePost).toMatchObject({
        title: role,
        author: post.author,
      });
    }
  });
});

describe('deletePost', () => {
  it('erases a post with what hangs on it, and answers it as it was', async () => {
    const { author, id } = await written(true);
    const reader = await server.person('READER');
    const write = (document: string) => server.query(`mutation { ${document} }`, { as: reader });
    const { addComment } = await write(`addComment(input: { postId: "${id}", body: "C" }) { id }`);
    await write(`addComment(input: { postId: "${id}", parentId: "${addComment.id}", body: "R" }) { id }`);
    await write(`likePost(id: "${id}") { id }`);
    server.changes.splice(0);

    const { data, statements } = await server.send(deletePost, { variables: { id }, as: author });
    expect(data.deletePost).toEqual({ id, title: 'Before', body: 'Before.', version: 1 });
    expect(statements).toBe(5);
    expect(server.changes).toEqual([
      { type: 'post', action: 'deleted', id: uuidIn(id), authorId: author.uuid },
    ]);
    for (const table of ['comments', 'likes', 'post_tags', 'post_contributors']) {
      expect(await countRows(server, table, 'post_id = $1', uuidIn(id)), table).toBe(0);
    }
    expect(
      await server.query(
        `{ post(id: "${id}") { id } node(id: "${id}") { id } comment: node(id: "${addComment.id}") { id }
          user(id: "${reader.id}") { comments { totalCount } } }`,
      ),
    ).toEqual({ post: null, node: null, comment: null, user: { comments: { totalCount: 0 } } });

    const replay = await server.refusal(deletePost, { variables: { id }, as: author });
    expect(replay.extensions.code).toBe('NOT_FOUND');
  });

  it.each([[false], [true]])('is for the author and administrators (published: %j)', async (publish) => {
    const { post, id } = await written(publish);
    for (const [as, hidden, seen] of [
      ...(await strangers()),
      // An editor sees drafts, but removes no post of others.
      [await server.person('EDITOR'), 'FORBIDDEN', 'FORBIDDEN'] as const,
    ]) {
      const { extensions } = await server.refusal(deletePost, { variables: { id }, as });
      expect(extensions.code).toBe(publish ? seen : hidden);
    }
    expect(await stored(id)).toEqual(post);
    expect(server.changes).toEqual([]);
    const as = await server.person('ADMIN');
    expect((await server.query(deletePost, { variables: { id }, as })).deletePost.id).toBe(id);
    expect(await stored(id)).toBeNull();
  });

  it('refuses what is not the identifier of a post', async () => {
    const as = await server.person('ADMIN');
    const { extensions } = await server.refusal(deletePost, { variables: { id: as.id }, as });
    expect(extensions).toMatchObject({ code: 'BAD_USER_INPUT', issues: [{ path: ['id'] }] });
    expect(await countRows(server, 'users', 'id = $1', as.uuid)).toBe(1);
  });
});
