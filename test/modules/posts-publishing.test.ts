import { describe, expect, it } from 'vitest';
import { uuidIn } from '../helpers/reactions.ts';
import { countRows } from '../helpers/rows.ts';
import { type Person, useServer } from '../helpers/server.ts';

const server = useServer();

const fields = 'id slug status version publishedAt';
const publishPost = `mutation ($id: ID!, $slug: String) { publishPost(id: $id, slug: $slug) { ${fields} } }`;
const unpublishPost = `mutation ($id: ID!) { unpublishPost(id: $id) { ${fields} } }`;
const archivePost = `mutation ($id: ID!) { archivePost(id: $id) { ${fields} } }`;
const moves = { publishPost, unpublishPost, archivePost };
type Move = keyof typeof moves;

async function write(as: Person, title: string, publish = false): Promise<string> {
  const document = `mutation ($title: String!, $publish: Boolean!) {
    createPost(input: { title: $title, body: "B", tags: ["moved"], publish: $publish }) { id } }`;
  const { createPost } = await server.query(document, { variables: { title, publish }, as });
  return createPost.id;
}

async function move(name: Move, id: string, as: Person, slug?: string) {
  const data = await server.query(moves[name], { variables: { id, slug }, as });
  return data[name];
}

const stored = async (id: string) =>
  (
    await server.query(`query ($id: ID!) { post(id: $id) { ${fields} title updatedAt } }`, {
      variables: { id },
      as: await server.person('EDITOR'),
    })
  ).post;

let titles = 0;
const newTitle = () => `Title no ${(titles += 1)} of many`;
const slugOf = (title: string) => title.toLowerCase().replaceAll(' ', '-');

describe('publishPost, unpublishPost and archivePost', () => {
  it('move a post through its states, and do nothing when they are repeated', async () => {
    const author = await server.person();
    const title = newTitle();
    const id = await write(author, title);
    const change = { type: 'post', id: uuidIn(id), authorId: author.uuid };
    server.changes.splice(0);
    let version = 1;
    let first: string | null = null;
    for (const [name, status, action, statements] of [
      ['publishPost', 'PUBLISHED', 'published', 7],
      ['archivePost', 'ARCHIVED', 'archived', 5],
      ['publishPost', 'PUBLISHED', 'published', 7],
      ['unpublishPost', 'DRAFT', 'unpublished', 5],
      ['publishPost', 'PUBLISHED', 'published', 7],
      ['archivePost', 'ARCHIVED', 'archived', 5],
      ['unpublishPost', 'DRAFT', 'unpublished', 5],
    ] as const) {
      const moved = await server.send(moves[name], { variables: { id }, as: author });
      version += 1;
      first ??= moved.data[name].publishedAt;
      const expected = {
        id,
        slug: slugOf(title),
        status,
        version,
        publishedAt: status === 'DRAFT' ? null : first,
      };
      expect(moved.data[name]).toEqual(expected);
      expect(moved.statements).toBe(statements);
      expect(server.changes.splice(0)).toEqual([{ ...change, action }]);
      const before = await stored(id);
      const replay = await server.send(moves[name], { variables: { id }, as: author });
      expect(replay.data[name]).toEqual(expected);
      expect(replay.statements).toBe(statements);
      expect(await stored(id)).toEqual(before);
      expect(server.changes).toEqual([]);
    }
    expect(first).toMatch(/^\d{4}-.*Z$/);
  });

  it('refuse to archive a draft', async () => {
    const author = await server.person();
    const id = await write(author, newTitle());
    const before = await stored(id);
    server.changes.splice(0);
    const { extensions } = await server.refusal(archivePost, { variables: { id }, as: author });
    expect(extensions.code).toBe('CONFLICT');
    expect(await stored(id)).toEqual(before);
    expect(server.changes).toEqual([]);
  });

  it.each(Object.entries(moves))(
    '%s refuses identifiers of nothing, and of other kinds',
    async (_, document) => {
      const as = await server.person('ADMIN');
      const refused = async (id: string) =>
        (await server.refusal(document, { variables: { id }, as })).extensions;
      expect(await refused('post_01jd000000e00000000000000r')).toMatchObject({ code: 'NOT_FOUND' });
      for (const id of [as.id, 'nonsense', '']) {
        expect(await refused(id)).toMatchObject({
          code: 'BAD_USER_INPUT',
          issues: [{ path: ['id'], code: 'invalid_id' }],
        });
      }
    },
  );

  it.each(Object.entries(moves))('%s is for the author and editors', async (name, document) => {
    const author = await server.person();
    const [draft, published] = [await write(author, newTitle()), await write(author, newTitle(), true)];
    const before = [await stored(draft), await stored(published)];
    server.changes.splice(0);
    for (const [as, hidden, seen] of [
      [undefined, 'UNAUTHENTICATED', 'UNAUTHENTICATED'],
      [await server.person('READER'), 'FORBIDDEN', 'FORBIDDEN'],
      [await server.person('AUTHOR'), 'NOT_FOUND', 'FORBIDDEN'],
    ] as const) {
      expect((await server.refusal(document, { variables: { id: draft }, as })).extensions.code).toBe(hidden);
      expect((await server.refusal(document, { variables: { id: published }, as })).extensions.code).toBe(
        seen,
      );
    }
    expect([await stored(draft), await stored(published)]).toEqual(before);
    expect(server.changes).toEqual([]);
    for (const role of ['EDITOR', 'ADMIN'] as const) {
      const as = await server.person(role);
      expect((await server.query(document, { variables: { id: published }, as }))[name].id).toBe(published);
    }
  });

  it('are not for an author who has become a reader', async () => {
    const [author, admin] = [await server.person(), await server.person('ADMIN')];
    const id = await write(author, newTitle());
    await server.query(`mutation { setUserRole(id: "${author.id}", role: READER) { id } }`, { as: admin });
    expect((await server.refusal(publishPost, { variables: { id }, as: author })).extensions.code).toBe(
      'FORBIDDEN',
    );
    expect(await stored(id)).toMatchObject({ status: 'DRAFT' });
    expect((await server.query(`{ post(id: "${id}") { status } }`, { as: author })).post).toEqual({
      status: 'DRAFT',
    });
  });

  it('keep one state when all are asked for at once', async () => {
    const author = await server.person();
    const id = await write(author, newTitle(), true);
    server.changes.splice(0);
    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, place) => {
        const [document] = [publishPost, unpublishPost, archivePost].slice(place % 3);
        return server.send(document ?? '', { variables: { id }, as: author });
      }),
    );
    const codes = answers.flatMap(({ errors }) => errors.map(({ extensions }) => extensions.code));
    expect(codes.filter((code) => code !== 'CONFLICT')).toEqual([]);
    const post = await stored(id);
    expect(post.version).toBe(1 + server.changes.length);
    expect(
      await countRows(server, 'post_tags', 'post_id = $1 and status = $2', uuidIn(id), post.status),
    ).toBe(1);
  });
});

describe('slugs', () => {
  it('of drafts tell nothing', async () => {
    const author = await server.person();
    const title = newTitle();
    const first = await stored(await write(author, title));
    const second = await stored(await write(author, title));
    expect([first.slug, second.slug]).toEqual([
      expect.stringMatching(/^draft-[0-9a-f]{32}$/),
      expect.stringMatching(/^draft-[0-9a-f]{32}$/),
    ]);
    expect(first.slug).not.toBe(second.slug);
    // Nor do they stand in the way of others.
    expect((await stored(await write(author, title, true))).slug).toBe(slugOf(title));
  });

  it.each([
    ['Crème brûlée, à la carte!', /^creme-brulee-a-la-carte$/],
    ['GraphQL & JavaScript', /^graphql-and-javascript$/],
    ['  --Hyphens -- everywhere--  ', /^hyphens-everywhere$/],
    ['Привет, мир', /^privet-mir$/],
    ['你好', /^post-[0-9a-f]{12}$/],
    ['🦊', /^post-[0-9a-f]{12}$/],
    ['w'.repeat(200), /^w{80}$/],
    [`${'v'.repeat(79)} end`, /^v{79}$/],
  ])('are made from the title %j', async (title, slug) => {
    const { slug: made } = await stored(await write(await server.person(), title, true));
    expect(made).toMatch(slug);
  });

  it('are final from the first publication on', async () => {
    const author = await server.person();
    const title = newTitle();
    const id = await write(author, title);
    const retitle = async (text: string) => {
      const document = `mutation ($title: String!) { updatePost(id: "${id}", input: { title: $title }) { slug } }`;
      return (await server.query(document, { variables: { title: text }, as: author })).updatePost.slug;
    };
    expect(await retitle(`${title} now`)).toMatch(/^draft-/);
    const final = `${slugOf(title)}-now`;
    expect((await move('publishPost', id, author)).slug).toBe(final);
    expect(await retitle('Something else')).toBe(final);
    expect((await move('unpublishPost', id, author)).slug).toBe(final);
    expect(await retitle('Something else again')).toBe(final);
    expect((await move('publishPost', id, author)).slug).toBe(final);
    expect((await move('archivePost', id, author)).slug).toBe(final);
    expect((await move('publishPost', id, author)).slug).toBe(final);
    expect((await move('publishPost', id, author, final)).slug).toBe(final);
    const { extensions } = await server.refusal(publishPost, {
      variables: { id, slug: 'another' },
      as: author,
    });
    expect(extensions).toMatchObject({ code: 'CONFLICT', issues: [{ path: ['slug'], code: 'final' }] });
    expect((await stored(id)).slug).toBe(final);
  });

  it('stay with a post that is withdrawn', async () => {
    const author = await server.person();
    const title = newTitle();
    const withdrawn = await write(author, title, true);
    await move('unpublishPost', withdrawn, author);
    expect((await stored(await write(author, title, true))).slug).toBe(`${slugOf(title)}-2`);
    expect(await move('publishPost', withdrawn, author)).toMatchObject({ slug: slugOf(title) });
  });

  it('can be chosen at the first publication, unless they are taken', async () => {
    const author = await server.person();
    const [first, second] = [await write(author, newTitle()), await write(author, newTitle())];
    const slug = `chosen-${titles}`;
    expect(await move('publishPost', first, author, slug)).toMatchObject({ slug, status: 'PUBLISHED' });
    const before = await stored(second);
    server.changes.splice(0);
    const { extensions } = await server.refusal(publishPost, { variables: { id: second, slug }, as: author });
    expect(extensions).toMatchObject({ code: 'CONFLICT', issues: [{ path: ['slug'], code: 'taken' }] });
    expect(await stored(second)).toEqual(before);
    expect(server.changes).toEqual([]);
  });

  it.each([
    [''],
    ['Upper'],
    ['a b'],
    ['a--b'],
    ['-a'],
    ['a/b'],
    ['ä'],
    ['x'.repeat(101)],
    ['a\0'],
    ['\ud800'],
  ])('cannot be %j', async (slug) => {
    const author = await server.person();
    const id = await write(author, newTitle());
    const { extensions } = await server.refusal(publishPost, { variables: { id, slug }, as: author });
    expect(extensions.code).toBe('BAD_USER_INPUT');
    expect(extensions.issues?.map(({ path }) => path)).toContainEqual(['slug']);
    expect(await stored(id)).toMatchObject({ status: 'DRAFT', version: 1 });
  });

  it('are unique under 40 parallel publishers of one title', async () => {
    const author = await server.person();
    const title = newTitle();
    const drafts = await Promise.all(Array.from({ length: 20 }, () => write(author, title)));
    const slugs = await Promise.all([
      ...drafts.map(async (id) => (await move('publishPost', id, author)).slug as string),
      ...drafts.map(async () => (await stored(await write(author, title, true))).slug as string),
    ]);
    const numbers = Array.from({ length: 39 }, (_, place) => `${slugOf(title)}-${place + 2}`);
    expect(new Set(slugs)).toEqual(new Set([slugOf(title), ...numbers]));
  });

  it('are unique under parallel publishers of titles that lead to the same one', async () => {
    const author = await server.person();
    const pairs = Array.from({ length: 12 }, newTitle);
    await Promise.all(pairs.map((title) => write(author, title, true)));
    // The second post of a title, and the first one that has the number in its title.
    const slugs = await Promise.all(
      pairs.flatMap((title) =>
        [title, `${title} 2`].map(async (text) => (await stored(await write(author, text, true))).slug),
      ),
    );
    expect(new Set(slugs).size).toBe(24);
    for (const title of pairs) expect(slugs).toContain(`${slugOf(title)}-2`);
  });

  it('go to one of 50 who choose the same one at once', async () => {
    const author = await server.person();
    const ids = await Promise.all(Array.from({ length: 50 }, () => write(author, newTitle())));
    const slug = `sought-${titles}`;
    server.changes.splice(0);
    const answers = await Promise.all(
      ids.map((id) => server.send(publishPost, { variables: { id, slug }, as: author })),
    );
    const codes = answers.flatMap(({ errors }) => errors.map(({ extensions }) => extensions.code));
    expect(codes).toEqual(Array.from({ length: 49 }, () => 'CONFLICT'));
    expect(await countRows(server, 'posts', `slug = $1 and status = 'PUBLISHED'`, slug)).toBe(1);
    expect(server.changes).toHaveLength(1);
  });

  it('find a published post in any case, and nothing else', async () => {
    const author = await server.person();
    const id = await write(author, newTitle(), true);
    const { slug } = await stored(id);
    const bySlug = 'query ($slug: String!) { postBySlug(slug: $slug) { id } }';
    const { data, statements } = await server.send(bySlug, { variables: { slug: slug.toUpperCase() } });
    expect([data, statements]).toEqual([{ postBySlug: { id } }, 1]);
    for (const text of ['', '%', `${slug}%`, 'x'.repeat(60_000), "' or true --"]) {
      expect(await server.query(bySlug, { variables: { slug: text } })).toEqual({ postBySlug: null });
    }
    for (const text of ['\0', '\ud800']) {
      const { extensions } = await server.refusal(bySlug, { variables: { slug: text } });
      expect(extensions).toMatchObject({ code: 'BAD_USER_INPUT', issues: [{ path: ['slug'] }] });
    }
  });
});
