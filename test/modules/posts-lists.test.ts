import { describe, expect, it } from 'vitest';
import { describeConnection, readPage, walk } from '../helpers/connections.ts';
import {
  insertPosts,
  insertTags,
  insertUsers,
  newestFirst,
  type PostSpec,
  type Row,
  tiedTime,
} from '../helpers/rows.ts';
import { useServer } from '../helpers/server.ts';

const server = useServer();

let words = 0;
/** A word that no other row has, so that a filter finds what a test made and nothing else. */
const newWord = () => `wombat${(words += 1)}x`;

async function newAuthor(): Promise<Row> {
  const [author] = await insertUsers(server, [{ name: 'Author', at: tiedTime(0) }]);
  return author as Row;
}

async function newTag(slug = newWord()): Promise<Row & { slug: string }> {
  const [tag] = await insertTags(server, [{ name: slug, slug, at: tiedTime(0) }]);
  return { ...(tag as Row), slug };
}

const published = (count: number, spec: PostSpec = {}): PostSpec[] =>
  Array.from({ length: count }, (_, place) => ({ createdAt: tiedTime(place), ...spec }));

async function foreignCursors(): Promise<Record<string, string>> {
  const as = await server.person();
  const { createPost } = await server.query(
    'mutation { createPost(input: { title: "T", body: "B", tags: ["foreign"], publish: true }) { id } }',
    { as },
  );
  await server.query(`mutation { addComment(input: { postId: "${createPost.id}", body: "C" }) { id } }`, {
    as,
  });
  const data = await server.query(
    `{ oldest: postsConnection(first: 1, orderBy: PUBLISHED_AT_ASC) { pageInfo { endCursor } }
      users: usersConnection(first: 1) { pageInfo { endCursor } }
      tags: tagsConnection(first: 1) { pageInfo { endCursor } }
      post(id: "${createPost.id}") { comments: commentsConnection(first: 1) { pageInfo { endCursor } } } }`,
  );
  const { post, ...lists } = data;
  return Object.fromEntries(
    Object.entries({ ...lists, ...post }).map(([name, page]) => [
      name,
      (page as { pageInfo: { endCursor: string } }).pageInfo.endCursor,
    ]),
  );
}

describeConnection('postsConnection', server, {
  statementsAround: 0,
  foreignCursors,
  async fill(count) {
    const author = await newAuthor();
    const ids = newestFirst(await insertPosts(server, author.uuid, published(count)));
    return { ids, field: `postsConnection(PAGE, filter: { author: "${author.id}" })` };
  },
});

describeConnection('User.postsConnection', server, {
  statementsAround: 1,
  foreignCursors,
  async fill(count) {
    const author = await newAuthor();
    const ids = newestFirst(await insertPosts(server, author.uuid, published(count)));
    return { ids, field: 'postsConnection(PAGE)', around: `{ user(id: "${author.id}") { FIELD } }` };
  },
});

describeConnection('Tag.postsConnection', server, {
  foreignCursors,
  async fill(count) {
    const [author, tag] = [await newAuthor(), await newTag()];
    const ids = newestFirst(await insertPosts(server, author.uuid, published(count, { tags: [tag.uuid] })));
    // An archived post lets its author see the tag also where the list is empty.
    const as = await server.person();
    await insertPosts(server, as.uuid, [{ status: 'ARCHIVED', tags: [tag.uuid] }]);
    return {
      ids,
      field: 'postsConnection(PAGE)',
      around: `{ tagBySlug(slug: "${tag.slug}") { FIELD } }`,
      as,
    };
  },
  // Those of the viewer and of the tag.
  statementsAround: 2,
});

describe('the plain lists of posts', () => {
  it('answer the newest published posts, 20 by themselves, in a statement each', async () => {
    const [author, tag] = [await newAuthor(), await newTag()];
    const future = (place: number) => tiedTime(place).replace('2026', '2099');
    const rows = await insertPosts(server, author.uuid, [
      ...Array.from({ length: 22 }, (_, place) => ({ createdAt: future(place), tags: [tag.uuid] })),
      { status: 'DRAFT', createdAt: future(99), tags: [tag.uuid] },
      { status: 'ARCHIVED', createdAt: future(99), tags: [tag.uuid] },
    ]);
    const newest = newestFirst(rows.slice(0, 22));
    const document = `query ($limit: Int) { posts(limit: $limit) { id } user(id: "${author.id}") { posts(limit: $limit) { id } }
      tagBySlug(slug: "${tag.slug}") { posts(limit: $limit) { id } } }`;
    // The author's own view, and that of an editor, do not differ.
    for (const as of [undefined, await server.person('EDITOR')]) {
      for (const [limit, count] of [
        [null, 20],
        [3, 3],
        [100, 22],
      ] as const) {
        const { data, statements } = await server.send(document, { variables: { limit }, as });
        const lists = [data.posts, data.user.posts, data.tagBySlug.posts];
        for (const list of lists) {
          expect(list.map(({ id }: { id: string }) => id).slice(0, 22)).toEqual(newest.slice(0, count));
        }
        expect(statements).toBe(as === undefined ? 5 : 6);
      }
    }
    const plain = await server.query(
      document.replaceAll('(limit: $limit)', '').replace('query ($limit: Int)', ''),
    );
    expect(plain.posts).toHaveLength(20);
    expect(plain.user.posts).toHaveLength(20);
    expect(plain.tagBySlug.posts).toHaveLength(20);
  });

  it.each([[0], [-1], [101]])('refuse the limit %j', async (limit) => {
    const [author, tag] = [await newAuthor(), await newTag()];
    await insertPosts(server, author.uuid, [{ tags: [tag.uuid] }]);
    for (const around of [
      '{ FIELD }',
      `{ user(id: "${author.id}") { FIELD } }`,
      `{ tagBySlug(slug: "${tag.slug}") { FIELD } }`,
    ]) {
      const { extensions } = await server.refusal(around.replace('FIELD', `posts(limit: ${limit}) { id }`));
      expect(extensions).toMatchObject({
        code: 'BAD_USER_INPUT',
        issues: [{ path: ['limit'], code: 'out_of_range' }],
      });
    }
  });
});

describe('the order of lists of posts', () => {
  const at = (second: number) => `2026-02-01T00:00:${String(second).padStart(2, '0')}.000Z`;

  it('is by publication, for drafts by creation, in both directions, with ties of mixed states', async () => {
    const [author, tag] = [await newAuthor(), await newTag()];
    const tags = [tag.uuid];
    const rows = await insertPosts(server, author.uuid, [
      { status: 'DRAFT', createdAt: at(5), tags },
      { status: 'PUBLISHED', createdAt: at(1), publishedAt: at(9), tags },
      { status: 'ARCHIVED', createdAt: at(8), publishedAt: at(5), tags },
      { status: 'PUBLISHED', createdAt: at(7), publishedAt: at(5), tags },
      { status: 'DRAFT', createdAt: at(9), tags },
      { status: 'PUBLISHED', createdAt: at(2), publishedAt: at(3), tags },
    ]);
    const ids = newestFirst(rows);
    const as = await server.person('EDITOR');
    const status = 'status: [DRAFT, PUBLISHED, ARCHIVED]';
    for (const [field, around] of [
      [`filter: { ${status}, author: "${author.id}" }`, undefined],
      [`filter: { ${status}, tag: "${tag.slug}" }`, undefined],
      [`filter: { ${status} }`, `{ user(id: "${author.id}") { FIELD } }`],
      [`filter: { ${status} }`, `{ tagBySlug(slug: "${tag.slug}") { FIELD } }`],
    ] as const) {
      for (const [orderBy, expected] of [
        ['PUBLISHED_AT_DESC', ids],
        ['PUBLISHED_AT_ASC', ids.toReversed()],
      ] as const) {
        const list = {
          ids: expected,
          field: `postsConnection(PAGE, ${field}, orderBy: ${orderBy})`,
          ...(around === undefined ? {} : { around }),
          as,
        };
        for (const size of [1, 2, 5]) {
          expect(await walk(server, list, size, 'forwards')).toEqual(expected);
          expect(await walk(server, list, size, 'backwards')).toEqual(expected);
        }
      }
    }
  });

  it('keeps a cursor in its place when its post is gone, and gives no row twice while others come', async () => {
    const author = await server.person();
    const rows = await insertPosts(server, author.uuid, published(6));
    const ids = newestFirst(rows);
    const list = { ids, field: `postsConnection(PAGE, filter: { author: "${author.id}" })` };
    const first = await readPage(server, list, 'first: 3');
    await server.query(`mutation { deletePost(id: "${ids[2]}") { id } }`, { as: author });
    // One before the cursor, which the reader has passed, and one after it.
    const [passed, coming] = await insertPosts(server, author.uuid, [
      { createdAt: tiedTime(99) },
      { createdAt: '2025-01-01T00:00:00.000Z' },
    ]);
    const next = await readPage(server, list, `first: 10, after: "${first.pageInfo.endCursor}"`);
    expect(next.nodes.map(({ id }: { id: string }) => id)).toEqual([...ids.slice(3), coming?.id]);
    const back = await readPage(server, list, `last: 10, before: "${first.pageInfo.endCursor}"`);
    expect(back.nodes.map(({ id }: { id: string }) => id)).toEqual([passed?.id, ...ids.slice(0, 2)]);
  });
});
