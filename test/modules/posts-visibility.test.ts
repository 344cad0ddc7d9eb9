import { describe, expect, it } from 'vitest';
import { type Person, useServer } from '../helpers/server.ts';

const server = useServer();

let words = 0;

type Status = 'DRAFT' | 'ARCHIVED';

/** A post that not everybody may see, beside a published one of the same author that does not share its words. */
async function hiddenPost(status: Status) {
  const word = `numbat${(words += 1)}x`;
  const [author, friend, reader] = [
    await server.person(),
    await server.person(),
    await server.person('READER'),
  ];
  const create = async (title: string, tag: string, publish: boolean): Promise<string> => {
    const document = `mutation ($input: CreatePostInput!) { createPost(input: $input) { id } }`;
    const input = { title, body: `The ${title}.`, tags: [tag], contributors: [friend.id], publish };
    return (await server.query(document, { variables: { input }, as: author })).createPost.id;
  };
  const open = await create('Open', 'open', true);
  // It has been published once, so that comments and likes hang on it.
  const id = await create(`Secret ${word}`, word, true);
  const { addComment } = await server.query(
    `mutation { addComment(input: { postId: "${id}", body: "About ${word}" }) { id } likePost(id: "${id}") { id } }`,
    { as: reader },
  );
  const seen = await server.query(`{ post(id: "${id}") { slug tags { id } } }`);
  await server.query(
    `mutation { ${status === 'DRAFT' ? 'unpublishPost' : 'archivePost'}(id: "${id}") { id } }`,
    {
      as: author,
    },
  );
  const [tag] = seen.post.tags;
  return {
    word,
    author,
    friend,
    reader,
    open,
    id,
    slug: seen.post.slug,
    tag: tag.id,
    comment: addComment.id,
  };
}

type Hidden = Awaited<ReturnType<typeof hiddenPost>>;

/** Asks for a post through every field that could lead to it; the answers by their aliases. */
async function everyWay({ word, author, reader, id, slug, tag, comment }: Hidden, as?: Person) {
  const all = 'status: [DRAFT, PUBLISHED, ARCHIVED]';
  const found = '{ nodes { id title } totalCount }';
  return server.query(
    `{
      node(id: "${id}") { id }
      nodes(ids: ["${id}", "${tag}", "${comment}"]) { id }
      post(id: "${id}") { id title body comments { id } }
      bySlug: postBySlug(slug: "${slug}") { id }
      bySlugInCapitals: postBySlug(slug: "${slug.toUpperCase()}") { id }
      byAuthor: postsConnection(filter: { author: "${author.id}", ${all} }) ${found}
      byTag: postsConnection(filter: { tag: "${word}", ${all} }) ${found}
      byText: postsConnection(filter: { text: "${word}", ${all} }) ${found}
      byDates: postsConnection(filter: { text: "${word}", ${all}, from: "2000-01-01T00:00:00Z", until: "2999-01-01T00:00:00Z" }) ${found}
      byState: postsConnection(filter: { author: "${author.id}", status: [DRAFT, ARCHIVED] }) ${found}
      author: user(id: "${author.id}") {
        posts { id }
        ofAuthor: postsConnection(filter: { ${all} }) ${found}
        hiddenOnes: postsConnection(filter: { status: [DRAFT, ARCHIVED] }) { totalCount totalCountPrecision }
      }
      commenter: user(id: "${reader.id}") { comments { totalCount nodes { body } } }
      tag: node(id: "${tag}") { id ... on Tag { name } }
      tagBySlug(slug: "${word}") {
        id name postCount posts { id }
        ofTag: postsConnection(filter: { ${all} }) ${found}
      }
      tagsByText: tagsConnection(filter: { text: "${word}" }) { nodes { id } totalCount }
      comment: node(id: "${comment}") { id ... on Comment { body post { id } } }
      search(query: "${word}") { totalCount nodes { __typename } }
    }`,
    { as },
  );
}

const nothing = { nodes: [], totalCount: 0 };

describe.each<[Status]>([['DRAFT'], ['ARCHIVED']])('a post that is %s', (status) => {
  it('does not exist for those who may not see it, through any field, filter or count', async () => {
    const hidden = await hiddenPost(status);
    const open = { id: hidden.open, title: 'Open' };
    for (const as of [undefined, hidden.reader, hidden.friend, await server.person('AUTHOR')]) {
      const data = await everyWay(hidden, as);
      expect(data).toEqual({
        node: null,
        nodes: [null, null, null],
        post: null,
        bySlug: null,
        bySlugInCapitals: null,
        byAuthor: { nodes: [open], totalCount: 1 },
        byTag: nothing,
        byText: nothing,
        byDates: nothing,
        byState: nothing,
        author: {
          posts: [{ id: hidden.open }],
          ofAuthor: { nodes: [open], totalCount: 1 },
          hiddenOnes: { totalCount: 0, totalCountPrecision: 'EXACT' },
        },
        commenter: { comments: nothing },
        tag: null,
        tagBySlug: null,
        tagsByText: nothing,
        comment: null,
        search: nothing,
      });
      expect(JSON.stringify(data)).not.toContain(hidden.word);
    }
  });

  it('is there for its author, editors and administrators, who ask for its state', async () => {
    const hidden = await hiddenPost(status);
    const { id, open, word, tag, comment } = hidden;
    const post = { id, title: `Secret ${word}` };
    const one = { nodes: [post], totalCount: 1 };
    for (const as of [hidden.author, await server.person('EDITOR'), await server.person('ADMIN')]) {
      const data = await everyWay(hidden, as);
      expect(data).toMatchObject({
        node: { id },
        nodes: [{ id }, { id: tag }, { id: comment }],
        post: { ...post, body: `The Secret ${word}.`, comments: [{ id: comment }] },
        bySlug: { id },
        bySlugInCapitals: { id },
        byAuthor: { totalCount: 2 },
        byTag: one,
        byText: one,
        byDates: one,
        byState: one,
        author: {
          // Without a filter on the state every list is of published posts.
          posts: [{ id: open }],
          ofAuthor: { totalCount: 2 },
          hiddenOnes: { totalCount: 1, totalCountPrecision: 'EXACT' },
        },
        commenter: { comments: { totalCount: 1 } },
        tag: { id: tag, name: word },
        // Counts and plain lists of a tag are those of the public.
        tagBySlug: { id: tag, name: word, postCount: 0, posts: [], ofTag: one },
        tagsByText: { nodes: [{ id: tag }], totalCount: 1 },
        comment: { id: comment, post: { id } },
        // Search is about what the public sees.
        search: nothing,
      });
    }
  });

  it('is there for all once it is published again', async () => {
    const hidden = await hiddenPost(status);
    await server.query(`mutation { publishPost(id: "${hidden.id}") { id } }`, { as: hidden.author });
    const data = await everyWay(hidden);
    expect(data).toMatchObject({
      node: { id: hidden.id },
      byAuthor: { totalCount: 2 },
      byTag: { totalCount: 1 },
      byText: { totalCount: 1 },
      byState: nothing,
      tagBySlug: { postCount: 1, posts: [{ id: hidden.id }] },
      comment: { id: hidden.comment },
      commenter: { comments: { totalCount: 1 } },
    });
  });

  it('gets the answer of a post that does not exist, whatever is done to it', async () => {
    const { id, slug } = await hiddenPost(status);
    const as = await server.person('AUTHOR');
    const withoutId = (text: string) => text.replaceAll(/0[0-9a-f]{7}-[0-9a-f-]+/g, '…');
    for (const document of [
      'mutation { updatePost(id: "ID", input: { title: "X" }, expectedVersion: 99) { id } }',
      'mutation { publishPost(id: "ID", slug: "x") { id } }',
      'mutation { unpublishPost(id: "ID") { id } }',
      'mutation { archivePost(id: "ID") { id } }',
      'mutation { deletePost(id: "ID") { id } }',
      'mutation { likePost(id: "ID") { id } }',
      'mutation { addComment(input: { postId: "ID", body: "X" }) { id } }',
    ]) {
      const send = (to: string) => server.send(document.replace('ID', to), { as });
      const [hidden, missing] = [await send(id), await send('post_01jd000000e00000000000000r')];
      expect(hidden.errors.map(({ extensions }) => extensions.code)).toEqual(['NOT_FOUND']);
      expect(withoutId(hidden.text)).toBe(withoutId(missing.text));
      expect(hidden.statements).toBe(missing.statements);
    }
    // Somebody else's hidden slug is not given away either: a new post of that name gets the next number.
    expect(slug).toMatch(/^secret-numbat\d+x$/);
  });
});

describe('a cursor of a hidden post', () => {
  it('opens nothing that its holder may not see', async () => {
    const { author, open } = await hiddenPost('DRAFT');
    const field = (page: string) =>
      `{ postsConnection(${page} filter: { author: "${author.id}", status: [DRAFT, PUBLISHED] }, orderBy: PUBLISHED_AT_ASC)
        { nodes { id } totalCount pageInfo { hasNextPage hasPreviousPage endCursor } } }`;
    const own = (await server.query(field('last: 1,'), { as: author })).postsConnection;
    const ownEnd = own.pageInfo.endCursor;
    const { postsConnection: before } = await server.query(field(`last: 5, before: "${ownEnd}",`));
    expect(before).toMatchObject({ nodes: [{ id: open }], totalCount: 1 });
    const { postsConnection: after } = await server.query(field(`first: 5, after: "${ownEnd}",`));
    expect(after).toMatchObject({ nodes: [], totalCount: 1, pageInfo: { hasNextPage: false } });
  });
});

describe('a draft that never was published', () => {
  it('leaves no trace of its title, tags or slug', async () => {
    const author = await server.person();
    const input = { title: 'Platypus plans', body: 'Platypus', tags: ['platypus'] };
    const { createPost } = await server.query(
      'mutation ($input: CreatePostInput!) { createPost(input: $input) { id slug publishedAt } }',
      { variables: { input }, as: author },
    );
    expect(createPost.slug).not.toContain('platypus');
    const seen = (as?: Person) =>
      server.query(
        `{ postBySlug(slug: "${createPost.slug}") { id } byTitle: postBySlug(slug: "platypus-plans") { id }
          tagBySlug(slug: "platypus") { postCount } tags(limit: 100) { slug } search(query: "platypus") { totalCount } }`,
        { as },
      );
    const publicly = await seen();
    expect(publicly).toMatchObject({
      postBySlug: null,
      byTitle: null,
      tagBySlug: null,
      search: { totalCount: 0 },
    });
    expect(JSON.stringify(publicly)).not.toContain('platypus');
    expect(await seen(author)).toMatchObject({
      postBySlug: { id: createPost.id },
      byTitle: null,
      tagBySlug: { postCount: 0 },
    });
    expect(createPost.publishedAt).toBeNull();
  });
});
