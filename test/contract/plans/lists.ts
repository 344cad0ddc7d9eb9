import { getNamedType, type GraphQLEnumType, type GraphQLField, type GraphQLObjectType } from 'graphql';
import { createSchema } from '../../../src/graphql/schema.ts';
import { encodeCursor } from '../../../src/shared/pagination/index.ts';
import { rowId, rowUuid } from '../../helpers/publication.ts';

/** Numbers of rows with many related rows, and of rows with as many as most. */
export const [busy, usual] = [5, 6] as const;

const schema = createSchema();

/** The filters of a type of list: each condition by itself, and all together. */
const filters: Record<string, readonly string[]> = {
  UserFilter: ['role: EDITOR', 'text: "rareword"', 'role: EDITOR, text: "rareword"'],
  TagFilter: ['text: "rareword"'],
  PostFilter: [
    `author: "${rowId('user', busy)}"`,
    `tag: "tag-${busy}"`,
    `tag: "tag-${usual}", author: "${rowId('user', usual)}"`,
    'status: [DRAFT]',
    'status: [DRAFT, PUBLISHED, ARCHIVED]',
    'from: "2026-01-02T00:00:00Z"',
    'until: "2026-01-02T00:00:00Z"',
    'from: "2026-01-02T00:00:00Z", until: "2026-01-02T01:00:00Z"',
    'text: "rareword"',
    `text: "rareword", author: "${rowId('user', busy)}", tag: "tag-${busy}", status: [DRAFT, PUBLISHED]`,
  ],
  CommentFilter: [
    `author: "${rowId('user', busy)}"`,
    'topLevel: true',
    'topLevel: false',
    `topLevel: true, author: "${rowId('user', usual)}"`,
  ],
};

/** What lists of a type are called in their cursors. */
const cursorNames: Record<string, string> = {
  UserConnection: 'users',
  TagConnection: 'tags',
  PostConnection: 'posts',
  CommentConnection: 'comments',
  SessionConnection: 'sessions',
};

/** How an object of a type is reached: a busy one and a usual one. */
const parents: Record<string, readonly string[]> = {
  Query: [''],
  User: [busy, usual].map((number) => `user(id: "${rowId('user', number)}")`),
  Tag: [busy, usual].map((number) => `tagBySlug(slug: "tag-${number}")`),
  Post: [busy, usual].map((number) => `post(id: "${rowId('post', number)}")`),
  Comment: [busy, usual].map((number) => `node(id: "${rowId('comment', number)}")`),
};

type Field = GraphQLField<unknown, unknown>;

const connections = Object.values(schema.getTypeMap())
  .filter((type): type is GraphQLObjectType => type.name in parents)
  .flatMap((type) => Object.values(type.getFields()).map((field) => ({ type, field })))
  .filter(({ field }) => field.args.some(({ name }) => name === 'first'));

/** A cursor in the middle of a list. */
function middleOf({ type, field }: { type: GraphQLObjectType; field: Field }, order: string): string {
  const id = rowUuid('post', 40);
  if (field.name === 'search') return encodeCursor('SCORE_DESC', { key: '300000003', id });
  const key = /^(USERNAME|SLUG)/.test(order) ? 'm' : '2026-01-02T00:00:00.000Z';
  const list = cursorNames[getNamedType(field.type).name];
  const isFollow = type.name === 'User' && /^follow(ers|ing)$/.test(field.name);
  return encodeCursor(isFollow ? 'FOLLOWED_AT_DESC' : `${list} ${order}`, { key, id });
}

/** What reads a connection in each order, from both ends and from the middle, with each filter. */
function selectionsOf(connection: { type: GraphQLObjectType; field: Field }): string[] {
  const { type, field } = connection;
  const orderBy = field.args.find(({ name }) => name === 'orderBy');
  const filter = field.args.find(({ name }) => name === 'filter');
  const only =
    field.name === 'replies'
      ? 'CREATED_AT_ASC'
      : getNamedType(field.type).name === 'PostConnection'
        ? 'PUBLISHED_AT_DESC'
        : 'CREATED_AT_DESC';
  const orders =
    orderBy === undefined
      ? [only]
      : (getNamedType(orderBy.type) as GraphQLEnumType).getValues().map(({ name }) => name);
  const conditions = ['', ...(filter === undefined ? [] : (filters[getNamedType(filter.type).name] ?? []))];
  const own = field.name === 'search' ? 'query: "rareword", ' : '';
  const calls = conditions.flatMap((condition) => {
    const filtered = condition === '' ? '' : `, filter: { ${condition} }`;
    const pages = orders.flatMap((order) => {
      const ordered = orderBy === undefined ? '' : `, orderBy: ${order}`;
      const middle = middleOf(connection, order);
      return [`first: 20`, `last: 20`, `first: 20, after: "${middle}"`, `last: 20, before: "${middle}"`].map(
        (page) => `(${own}${page}${ordered}${filtered}) { edges { cursor } }`,
      );
    });
    return [...pages, `(${own}first: 1${filtered}) { totalCount }`];
  });
  // So many that no document exceeds a limit.
  const chunks = calls.flatMap((_, place) => (place % 20 === 0 ? [calls.slice(place, place + 20)] : []));
  return (parents[type.name] ?? []).flatMap((parent) =>
    chunks.map((chunk) => {
      const parts = chunk.map((call, number) => `part${number}: ${field.name}${call}`).join(' ');
      return parent === '' ? parts : `parent: ${parent} { ... on ${type.name} { ${parts} } }`;
    }),
  );
}

/** What is read beside connections. */
const others: Record<string, readonly string[]> = {
  'rows by their identifiers and names': [
    'viewer { id }',
    `nodes(ids: ["${rowId('user', 6)}", "${rowId('post', 6)}", "${rowId('comment', 6)}", "${rowId('tag', 6)}",
      "${rowId('session', 6)}"]) {
      id ... on Post { body } ... on Comment { html }
    }`,
    'userByUsername(username: "user-6") { id }',
    'postBySlug(slug: "post-6") { id body }',
    'tagBySlug(slug: "tag-6") { id }',
  ],
  'plain lists': ['users { id }', 'tags { id }', 'posts { id }', 'posts(limit: 100) { body }'],
  'relations of lists': [
    'users { posts { id } followerCount followingCount viewerIsFollowing }',
    'tags { posts { id } postCount }',
    `posts { author { id } contributors { id } tags { id } comments { id }
      commentCount likeCount viewerHasLiked }`,
    'posts(limit: 20) { comments { author { id } post { id } parent { id } replies { nodes { id } } } }',
    `${parents['User']?.[0]} { posts { id } followerCount followingCount viewerIsFollowing }`,
    `${parents['Tag']?.[0]} { posts { id } postCount }`,
    `${parents['Post']?.[0]} { comments { id html } commentCount likeCount viewerHasLiked contributors { id } }`,
    'users { posts { author { id } comments { author { id } } tags { posts { id } } } }',
  ],
};

/** Everything that queries can read, by what it is. */
export const groups = [
  ...connections.map(({ type, field }) => ({
    what: `${type.name}.${field.name}`,
    selections: selectionsOf({ type, field }),
  })),
  ...Object.entries(others).map(([what, selections]) => ({ what, selections })),
];
