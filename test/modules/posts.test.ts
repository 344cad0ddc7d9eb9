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

async function strangers(): Promise<
  [as: Person | undefined, codeForDraft: string, codeForPublished: string][]
> {
  return [
    [undefined, 'UNAUTHENTICATED', 'UNAUTHENTICATED'],
    [await server.person('READER'), 'FORBIDDEN', 'FORBIDDEN'],
    [await server.person('AUTHOR'), 'NOT_FOUND', 'FORBIDDEN'],
  ];
}

describe('createPost', () => {
  it('writes a draft', async () => {
    const [author, first, second] = [await server.person(), await server.person(), await server.person()];
    server.changes.splice(0);
    const input = {
      title: '  A *plain* <title> ',
      body: '# Head\n\nSome **text** & more. <script>alert(1)</script>\n',
      tags: ['Zebra', 'apple', 'APPLE'],
      contributors: [second.id, first.id, second.id],
    };
    const withAll = createPost.replace(fields, 'id');
    const { data, statements } = await server.send(withAll, { variables: { input }, as: author });
    expect(statements).toBe(7);
    const { id } = data.createPost;
    expect(id).toMatch(/^post_[0-9a-z]{26}$/);
    const post = await stored(id);
    expect(post).toEqual({
      id,
      slug: expect.stringMatching(/^draft-[0-9a-f]{32}$/),
      title: 'A *plain* <title>',
      body: input.body,
      html: expect.stringMatching(/^<h1>Head<\/h1>\n<p>Some <strong>text<\/strong> &amp; more\. /),
      excerpt: expect.stringMatching(/^Head Some text & more\./),
      readingTimeMinutes: 1,
      status: 'DRAFT',
      version: 1,
      createdAt: expect.stringMatching(/Z$/),
      updatedAt: post.createdAt,
      publishedAt: null,
      author: { id: author.id },
      contributors: [{ id: second.id }, { id: first.id }],
      tags: [
        { slug: 'apple', name: 'apple' },
        { slug: 'zebra', name: 'Zebra' },
      ],
    });
    expect(post.html).not.toContain('script');
    expect(server.changes).toEqual([
      { type: 'post', action: 'created', id: uuidIn(id), authorId: author.uuid },
    ]);
  });

  it('publishes at once when asked to', async () => {
    const author = await server.person();
    server.changes.splice(0);
    const input = { title: 'Out at once', body: 'B', publish: true };
    const { data, statements } = await server.send(
      createPost.replace(fields, 'id slug status version publishedAt createdAt'),
      {
        variables: { input },
        as: author,
      },
    );
    const { id, createdAt } = data.createPost;
    expect(data.createPost).toEqual({
      id,
      slug: 'out-at-once',
      status: 'PUBLISHED',
      version: 1,
      publishedAt: createdAt,
      createdAt,
    });
    expect(statements).toBe(9);
    const change = { type: 'post', id: uuidIn(id), authorId: author.uuid };
    expect(server.changes).toEqual([
      { ...change, action: 'created' },
      { ...change, action: 'published' },
    ]);
    expect((await server.query(`{ post(id: "${id}") { title } }`)).post).toEqual({ title: 'Out at once' });
  });

  it('takes null for what may be left out, and writes one more post when it is repeated', async () => {
    const as = await server.person();
    const variables = { input: { title: 'Twice', body: 'B', tags: null, contributors: null } };
    const first = (await server.query(createPost, { variables, as })).createPost;
    const second = (await server.query(createPost, { variables, as })).createPost;
    expect(first).toMatchObject({ tags: [], contributors: [], status: 'DRAFT' });
    expect(second.id).not.toBe(first.id);
    expect(await countRows(server, 'posts', 'author_id = $1', as.uuid)).toBe(2);
  });

  it.each([
    [{ title: '' }, ['title']],
    [{ title: ' \u00a0 ' }, ['title']],
    [{ title: 'x'.repeat(201) }, ['title']],
    [{ title: 'two\nlines' }, ['title']],
    [{ body: '' }, ['body']],
    [{ body: ' \n ' }, ['body']],
    [{ tags: Array.from({ length: 11 }, (_, place) => `tag ${place}`) }, ['tags']],
    [{ tags: ['fine', ''] }, ['tags.1']],
    [{ tags: ['x'.repeat(51)] }, ['tags.0']],
    [{ tags: ['!?'] }, ['tags.0']],
    [{ contributors: ['nobody'] }, ['contributors.0']],
    [{ contributors: ['tag_01jd000000e00000000000000r'] }, ['contributors.0']],
    [{ contributors: ['user_01jd000000e00000000000000r'] }, ['contributors']],
    [{ contributors: Array.from({ length: 21 }, () => 'user_01jd000000e00000000000000r') }, ['contributors']],
    [{ title: '', body: '', tags: [''] }, ['title', 'body', 'tags.0']],
  ])('refuses %j, names each place and writes nothing', async (input, places) => {
    const as = await server.person();
    const tags = await countRows(server, 'tags');
    server.changes.splice(0);
    const variables = {
      input: { title: 'Refused', body: 'B', tags: [`refused-${as.username}`], publish: true, ...input },
    };
    const { extensions, path } = await server.refusal(createPost, { variables, as });
    expect(extensions.code).toBe('BAD_USER_INPUT');
    expect(new Set(extensions.issues?.map((issue) => issue.path.join('.')))).toEqual(
      new Set(places.map((place) => `input.${place}`)),
    );
    expect(path).toEqual(['createPost']);
    expect(await countRows(server, 'posts', 'author_id = $1', as.uuid)).toBe(0);
    expect(await countRows(server, 'tags')).toBe(tags);
    expect(server.changes).toEqual([]);
  });

  it.each([
    ['authorId: "user_01jd000000e00000000000000r"'],
    ['status: PUBLISHED'],
    ['slug: "mine"'],
    ['version: 7'],
  ])('has no field { %s }', async (field) => {
    const as = await server.person();
    const document = `mutation { createPost(input: { title: "T", body: "B", ${field} }) { id } }`;
    const { status, errors } = await server.send(document, { as });
    expect([status, errors[0]?.extensions.code]).toEqual([400, 'GRAPHQL_VALIDATION_FAILED']);
    expect(await countRows(server, 'posts', 'author_id = $1', as.uuid)).toBe(0);
  });

  it('is for authors', async () => {
    const before = await countRows(server, 'posts');
    const variables = { input: { title: 'T', body: 'B' } };
    expect((await server.refusal(createPost, { variables })).extensions.code).toBe('UNAUTHENTICATED');
    const as = await server.person('READER');
    expect((await server.refusal(createPost, { variables, as })).extensions.code).toBe('FORBIDDEN');
    expect(await countRows(server, 'posts')).toBe(before);
  });
});

describe('updatePost', () => {
  it('changes everything that it is given, and counts versions', async () => {
    const { author, friend, post, id } = await written();
    const other = await server.person();
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
      updatedAt: expect.any(String),
      contributors: [{ id: other.id }, { id: friend.id }],
      tags: [{ slug: 'new', name: 'New' }],
    });
    expect(changed.updatedAt > post.updatedAt).toBe(true);
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

  it('lets one of 10 parallel writers of the same version win', async () => {
    const { author, id } = await written();
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, place) => {
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
    expect(codes).toEqual(Array.from({ length: 9 }, () => 'CONFLICT'));
    expect(await stored(id)).toEqual(winners[0]?.data.updatePost);
    expect(server.changes).toHaveLength(1);
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
