import { readFileSync } from 'node:fs';
import { buildSchema, GraphQLObjectType } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fillPublication, publicationOf, rowId, signInUser } from '../helpers/publication.ts';
import { type Person, startServer, type TestServer } from '../helpers/server.ts';

/** What each field costs: a selection of it, and the statements that it takes beyond those of its parent. */
type Table = Record<string, readonly (readonly [selection: string, statements: number])[]>;

/** What a field that answers a connection costs, part by part. */
function connection(field: string, node = '{ id }'): Table[string] {
  return [
    [`${field} { __typename }`, 0],
    [`${field} { nodes ${node} }`, 1],
    [`${field} { edges { cursor node ${node} } }`, 1],
    [`${field} { pageInfo { hasNextPage hasPreviousPage startCursor endCursor } }`, 1],
    [`${field} { nodes ${node} edges { cursor } pageInfo { endCursor } }`, 1],
    [`${field} { totalCount }`, 1],
    [`${field} { totalCountPrecision }`, 1],
    [`${field} { totalCount totalCountPrecision }`, 1],
    [`${field} { nodes ${node} totalCount totalCountPrecision }`, 2],
  ];
}

/** How an object of a type is reached, and what that costs. */
const parents: Record<string, readonly [document: (selection: string) => string, statements: number]> = {
  Query: [(selection) => `{ ${selection} }`, 0],
  User: [(selection) => `{ users { ${selection} } }`, 1],
  Tag: [(selection) => `{ tags { ${selection} } }`, 1],
  Post: [(selection) => `{ posts { ${selection} } }`, 1],
  Comment: [(selection) => `{ posts { comments { ${selection} } } }`, 2],
};

const id = (kind: Parameters<typeof rowId>[0], number: number) => `"${rowId(kind, number)}"`;
const found =
  '{ __typename ... on Node { id } ... on Post { title } ... on User { name } ... on Tag { name } }';

/** The fields that read. Every other field is a column. */
const reading: Record<string, Table> = {
  Query: {
    node: [
      [`node(id: ${id('user', 1)}) { id }`, 1],
      [`node(id: ${id('post', 1)}) { id ... on Post { body html } }`, 1],
      [`node(id: ${id('comment', 1)}) { id ... on Comment { body html } }`, 1],
      [`node(id: ${id('tag', 1)}) { id }`, 1],
    ],
    nodes: [
      ['nodes(ids: []) { id }', 0],
      [`nodes(ids: [${id('user', 1)}, ${id('user', 2)}, ${id('user', 1)}]) { id }`, 1],
      [`nodes(ids: [${id('user', 1)}, ${id('post', 1)}, ${id('user', 2)}, ${id('post', 2)}]) { id }`, 2],
      [
        `nodes(ids: [${id('user', 1)}, ${id('post', 1)}, ${id('comment', 1)}, ${id('tag', 1)}]) {
          id ... on Post { body } ... on User { name }
        }`,
        4,
      ],
    ],
    user: [[`user(id: ${id('user', 1)}) { id email }`, 1]],
    userByUsername: [['userByUsername(username: "user-1") { id }', 1]],
    users: [
      ['users { id name email bio avatarUrl role suspendedAt createdAt updatedAt username }', 1],
      ['users(limit: 1) { id }', 1],
    ],
    usersConnection: [
      ...connection('usersConnection'),
      [
        'usersConnection(last: 2, orderBy: USERNAME_ASC, filter: { role: AUTHOR, text: "spring" }) { nodes { id } }',
        1,
      ],
      ['usersConnection(first: 0) { nodes { id } pageInfo { hasNextPage } }', 1],
    ],
    tagBySlug: [['tagBySlug(slug: "tag-1") { id slug name createdAt }', 1]],
    tags: [['tags { id }', 1]],
    tagsConnection: connection('tagsConnection'),
    viewer: [['viewer { id email }', 1]],
    post: [
      [`post(id: ${id('post', 1)}) { id title }`, 1],
      [`post(id: ${id('post', 1)}) { id body html }`, 1],
    ],
    postBySlug: [['postBySlug(slug: "post-1") { id body }', 1]],
    posts: [
      [
        'posts { id slug title excerpt readingTimeMinutes status version createdAt updatedAt publishedAt }',
        1,
      ],
      ['posts { body html }', 1],
    ],
    postsConnection: [
      ...connection('postsConnection', '{ id body }'),
      [
        `postsConnection(first: 3, orderBy: PUBLISHED_AT_ASC, filter: { author: ${id('user', 1)}, tag: "tag-1",
          status: [PUBLISHED, DRAFT], from: "2026-01-01T00:00:00Z", until: "2027-01-01T00:00:00Z", text: "spring" }) {
          nodes { id } totalCount
        }`,
        2,
      ],
    ],
    feed: connection('feed'),
    search: [
      ['search(query: "spring") { __typename }', 0],
      [`search(query: "spring", kinds: [USER]) { nodes ${found} }`, 1],
      [`search(query: "spring", kinds: [POST, USER, POST]) { nodes ${found} }`, 2],
      [`search(query: "spring") { nodes ${found} }`, 3],
      [`search(query: "spring") { edges { cursor rank excerpt node ${found} } }`, 3],
      ['search(query: "spring") { pageInfo { hasNextPage } }', 3],
      ['search(query: "spring") { totalCount totalCountPrecision }', 3],
      ['search(query: "spring", kinds: [TAG]) { totalCountPrecision }', 1],
      [`search(query: "spring") { nodes ${found} edges { excerpt } pageInfo { endCursor } totalCount }`, 6],
      [`search(query: "?!") { nodes ${found} totalCount }`, 0],
    ],
  },
  User: {
    posts: [['posts { id title body }', 1]],
    postsConnection: connection('postsConnection'),
    comments: connection('comments'),
    followers: connection('followers'),
    following: connection('following'),
    followerCount: [['followerCount', 1]],
    followingCount: [['followingCount', 1]],
    viewerIsFollowing: [['viewerIsFollowing', 1]],
    sessions: connection('sessions', '{ id device createdAt lastUsedAt expiresAt isCurrent }'),
  },
  Tag: {
    posts: [['posts { id }', 1]],
    postsConnection: connection('postsConnection'),
    postCount: [['postCount', 1]],
  },
  Post: {
    author: [['author { id name }', 1]],
    contributors: [['contributors { id }', 1]],
    tags: [['tags { id }', 1]],
    comments: [['comments { id }', 1]],
    commentsConnection: [
      ...connection('commentsConnection'),
      [
        'commentsConnection(last: 2, filter: { topLevel: true }, orderBy: CREATED_AT_ASC) { nodes { html } }',
        1,
      ],
    ],
    commentCount: [['commentCount', 1]],
    likeCount: [['likeCount', 1]],
    viewerHasLiked: [['viewerHasLiked', 1]],
  },
  Comment: {
    author: [['author { id }', 1]],
    post: [['post { id title }', 1]],
    parent: [['parent { id html }', 1]],
    replies: connection('replies'),
  },
};

/** The fields that come with the row of their object. */
const columns: Record<string, string> = {
  User: 'id username name bio avatarUrl role email emailVerifiedAt suspendedAt createdAt updatedAt',
  Tag: 'id slug name createdAt',
  Post: `id slug title body html excerpt readingTimeMinutes status version createdAt updatedAt publishedAt`,
  Comment: 'id body html createdAt updatedAt',
};

/** The fields that follow from the row of their object and from the viewer. */
const rights: Record<string, string> = {
  User: 'viewerCanUpdate viewerCanDelete viewerCanManage viewerCanFollow',
  Post: `viewerCanUpdate viewerCanPublish viewerCanUnpublish viewerCanArchive viewerCanDelete viewerCanComment
    viewerCanLike`,
  Comment: 'viewerCanUpdate viewerCanDelete',
};

/** The parts of a page, whose cost stands with each field that answers a connection. */
const parts: Record<string, readonly string[]> = {
  Connection: ['nodes', 'edges', 'pageInfo', 'totalCount', 'totalCountPrecision'],
  Edge: ['cursor', 'node', 'rank', 'excerpt'],
  PageInfo: ['hasNextPage', 'hasPreviousPage', 'startCursor', 'endCursor'],
  SignInPayload: ['accessToken', 'accessTokenExpiresAt', 'refreshToken', 'refreshTokenExpiresAt', 'user'],
  Session: ['id', 'device', 'createdAt', 'lastUsedAt', 'expiresAt', 'isCurrent'],
};

/** Mutations that end the session of whoever calls them, or need a session or a link of their own: their own tests count them. */
const ofSessions = new Set([
  'refreshSession',
  'signOut',
  'signOutEverywhere',
  'revokeSession',
  'changePassword',
  'requestEmailVerification',
  'verifyEmail',
  'requestPasswordReset',
  'resetPassword',
  'changeEmail',
  'confirmEmailChange',
]);

/** What each mutation costs, begin and commit included; each row finds what the rows before it left. */
const mutations = (users: number): Table => {
  const draft = id('post', 3 + users);
  const published = id('post', 3);
  return {
    createUser: [
      ['createUser(input: { name: "New", email: "new-1@example.com" }) { id email }', 7],
      [
        'createUser(input: { name: "New", email: "new-2@example.com", username: "new-name" }) { id email }',
        7,
      ],
      [
        'createUser(input: { name: "N", email: "new-3@example.com", password: "long enough" }) { id email }',
        8,
      ],
    ],
    signIn: [['signIn(input: { email: "new-3@example.com", password: "long enough" }) { user { id } }', 8]],
    updateUser: [[`updateUser(id: ${id('user', 1)}, input: { name: "Changed" }) { name }`, 5]],
    setUserRole: [[`setUserRole(id: ${id('user', 1)}, role: EDITOR) { role }`, 6]],
    suspendUser: [[`suspendUser(id: ${id('user', 1)}) { suspendedAt }`, 9]],
    reinstateUser: [[`reinstateUser(id: ${id('user', 1)}) { suspendedAt }`, 6]],
    createPost: [
      ['createPost(input: { title: "New", body: "Text" }) { id html }', 6],
      ['createPost(input: { title: "New", body: "Text", publish: true }) { id html }', 8],
      [
        `createPost(input: { title: "New", body: "Text", publish: true, tags: ["a", "b", "c"],
          contributors: [${id('user', 1)}, ${id('user', 2)}] }) { id html }`,
        8,
      ],
    ],
    updatePost: [
      [`updatePost(id: ${published}, input: { title: "Changed", body: "Changed" }) { id html }`, 4],
      [
        `updatePost(id: ${published}, input: { tags: ["a"], contributors: [] }, expectedVersion: 2) { id }`,
        7,
      ],
    ],
    publishPost: [
      [`publishPost(id: ${draft}) { id body }`, 6],
      [`publishPost(id: ${published}) { id body }`, 6],
    ],
    archivePost: [[`archivePost(id: ${published}) { id }`, 4]],
    unpublishPost: [[`unpublishPost(id: ${draft}) { id }`, 4]],
    deletePost: [[`deletePost(id: ${published}) { id }`, 4]],
    addComment: [
      [`addComment(input: { postId: ${id('post', 1)}, body: "Text" }) { id html }`, 4],
      [
        `addComment(input: { postId: ${id('post', 1)}, parentId: ${id('comment', 1)}, body: "Text" }) { id }`,
        5,
      ],
    ],
    updateComment: [[`updateComment(id: ${id('comment', 1)}, input: { body: "Changed" }) { html }`, 4]],
    deleteComment: [[`deleteComment(id: ${id('comment', 1)}) { id }`, 4]],
    followUser: [
      [`followUser(id: ${id('user', 1)}) { id }`, 4],
      [`followUser(id: ${id('user', 1)}) { id }`, 4],
    ],
    unfollowUser: [[`unfollowUser(id: ${id('user', 1)}) { id }`, 4]],
    likePost: [
      [`likePost(id: ${id('post', 1)}) { id }`, 4],
      [`likePost(id: ${id('post', 1)}) { id body likeCount viewerHasLiked }`, 6],
    ],
    unlikePost: [[`unlikePost(id: ${id('post', 1)}) { id }`, 4]],
    deleteUser: [[`deleteUser(id: ${id('user', 2)}) { id }`, 9]],
  };
};

const rows = Object.entries(reading).flatMap(([type, fields]) =>
  Object.entries(fields).flatMap(([field, costs]) =>
    costs.map(([selection, statements]) => {
      const [document, before] = parents[type] as (typeof parents)[string];
      return { field: `${type}.${field}`, document: document(selection), statements: before + statements };
    }),
  ),
);

const example =
  '{ users(limit: 20) { id name email posts { id title author { name } comments { body author { name } } tags { name posts { title } } } } }';

describe.each([4, 60])('with %i users', (users) => {
  let server: TestServer;
  let admin: Person;

  beforeAll(async () => {
    server = await startServer();
    await fillPublication(server.driver, publicationOf(users));
    admin = await signInUser(server, 3);
  });
  afterAll(() => server.close());

  it('reads the example with one statement for each of its seven lists and rows', async () => {
    const { data, errors, statements } = await server.send(example);
    expect(errors).toEqual([]);
    expect(data.users).toHaveLength(Math.min(users, 20));
    expect(data.users[0].posts[0].comments[0].author.name).toMatch(/^User \d+$/);
    expect(data.users[0].posts[0].tags[0].posts[0].title).toMatch(/^Post \d+ of spring$/);
    expect(statements).toBe(7);
  });

  it.each(rows)('$field: $statements for $document', async ({ document, statements }) => {
    const answer = await server.send(document, { as: admin });
    expect(answer.errors, answer.text).toEqual([]);
    // One more finds the session and its user.
    expect(answer.statements).toBe(1 + statements);
  });

  it.each([...Object.entries(columns), ...Object.entries(rights)])(
    '%s: %s comes with its row',
    async (type, names) => {
      const [document, statements] = parents[type] as (typeof parents)[string];
      const answer = await server.send(document(names), { as: admin });
      expect(answer.errors, answer.text).toEqual([]);
      expect(answer.statements).toBe(1 + statements);
    },
  );

  it('asks nothing about a viewer who is not signed in', async () => {
    const { statements, data } = await server.send(
      '{ viewer { id } users { viewerIsFollowing } posts { viewerHasLiked } }',
    );
    expect(data.viewer).toBeNull();
    expect(statements).toBe(2);
  });

  it('reads each position of a field by itself, whatever its siblings ask for', async () => {
    const { statements } = await server.send(
      '{ a: posts { author { id } } b: posts(limit: 2) { author { name } other: author { id } body } }',
    );
    expect(statements).toBe(5);
  });

  it.each(
    Object.entries(mutations(users)).flatMap(([field, costs]) =>
      costs.map(([selection, statements]) => ({ field, selection, statements })),
    ),
  )('Mutation.$field: $statements for $selection', async ({ selection, statements }) => {
    const answer = await server.send(`mutation { ${selection} }`, { as: admin });
    expect(answer.errors, answer.text).toEqual([]);
    expect(answer.statements).toBe(1 + statements);
  });

  it('sends nothing for a document that is refused', async () => {
    expect((await server.send('{ users { nothing } }')).statements).toBe(0);
    expect((await server.send('{ users(limit: 101) { id } }')).statements).toBe(0);
  });
});

describe('the table', () => {
  const schema = buildSchema(readFileSync(new URL('../../schema.graphql', import.meta.url), 'utf8'));
  const fields = Object.values(schema.getTypeMap())
    .filter((type) => type instanceof GraphQLObjectType && !type.name.startsWith('__'))
    .flatMap((type) =>
      Object.keys((type as GraphQLObjectType).getFields()).map((name) => [type.name, name] as const),
    );

  it('has every field of the contract, as one that reads or as a column', () => {
    const missing = fields.filter(([type, name]) => !isListed(type, name)).map((field) => field.join('.'));
    expect(missing).toEqual([]);
  });

  it('has no field that the contract does not have', () => {
    const known = new Set(fields.map((field) => field.join('.')));
    const listed = [...Object.entries(reading), ['Mutation', mutations(4)] as const].flatMap(
      ([type, table]) => Object.keys(table).map((name) => `${type}.${name}`),
    );
    expect(listed.filter((field) => !known.has(field))).toEqual([]);
    expect(listed.length).toBeGreaterThan(50);
  });

  function isListed(type: string, name: string): boolean {
    if (type === 'Mutation') return name in mutations(4) || ofSessions.has(name);
    const part = /(Connection|Edge)$/.exec(type)?.[1] ?? type;
    return (
      name in (reading[type] ?? {}) ||
      [columns, rights].some((table) => table[type]?.split(/\s+/).includes(name)) ||
      (parts[part] ?? []).includes(name)
    );
  }
});
