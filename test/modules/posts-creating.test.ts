import { describe, expect, it } from 'vitest';
import { uuidIn } from '../helpers/reactions.ts';
import { countRows } from '../helpers/rows.ts';
import { useServer } from '../helpers/server.ts';

const server = useServer();

const fields = `id slug title body html excerpt readingTimeMinutes status version createdAt updatedAt publishedAt
  author { id } contributors { id } tags { slug name }`;
const createPost = `mutation ($input: CreatePostInput!) { createPost(input: $input) { ${fields} } }`;

/** A post as those see it who see everything. */
const stored = async (id: string) =>
  (
    await server.query(`query ($id: ID!) { post(id: $id) { ${fields} } }`, {
      variables: { id },
      as: await server.person('ADMIN'),
    })
  ).post;

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

  it('keeps the excerpt that somebody wrote, as one line of at most 280 characters', async () => {
    const as = await server.person();
    const excerptOf = async (excerpt: unknown) => {
      const variables = { input: { title: 'T', body: 'The *body*.', excerpt } };
      return (await server.query(createPost, { variables, as })).createPost.excerpt;
    };
    expect(await excerptOf('  In\nshort <b>. ')).toBe('In short <b>.');
    expect(await excerptOf('word '.repeat(100))).toBe(`${'word '.repeat(55)}word…`);
    expect(await excerptOf(null)).toBe('The body.');
    expect(await excerptOf(' ')).toBe('The body.');
    const variables = { input: { title: 'T', body: 'B', excerpt: 'x'.repeat(2_001) } };
    const { extensions } = await server.refusal(createPost, { variables, as });
    expect(extensions).toMatchObject({ code: 'BAD_USER_INPUT', issues: [{ path: ['input', 'excerpt'] }] });
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
