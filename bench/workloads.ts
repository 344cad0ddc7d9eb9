export type Variables = Readonly<Record<string, unknown>>;

/** What a run chooses arguments from: rows that are there, in random order. Identifiers are as the API has them. */
export interface Samples {
  readonly userIds: readonly string[];
  /** Users with at least 10 published posts. Most users have none. */
  readonly writerIds: readonly string[];
  readonly publishedPostIds: readonly string[];
  /** Cursors of published posts, spread over the whole list, as the project writes them. */
  readonly postCursors: readonly string[];
  /** Words that stand in titles, three at a time. */
  readonly searches: readonly string[];
  /** Posts to write. */
  readonly drafts: readonly { readonly title: string; readonly body: string }[];
  /** People who write, and follow others. */
  readonly readerUuids: readonly string[];
  /** Their access tokens. */
  readonly tokens: readonly string[];
}

/** An operation that clients send again and again, and who is measured on it. */
export interface Workload {
  readonly name: string;
  /** What it is, in a few words. */
  readonly title: string;
  readonly query: string;
  /** Sent beside the document by clients that do so. */
  readonly envelope?: Readonly<Record<string, unknown>>;
  /** The variables of the requests, which are sent in turn; none where there are no variables. */
  readonly variables?: (samples: Samples) => readonly Variables[];
  /** Whether peers are measured on it, too; otherwise only the project and the limit are. */
  readonly hasPeers: boolean;
  /** Whether requests are signed in, as one of a few people in turn. */
  readonly isSignedIn?: boolean;
  /** Statements that bring the database back to where it was, before each side's turn. */
  readonly prepare?: (samples: Samples) => readonly string[];
  /** Whether it makes something, which has another identifier and slug each time. */
  readonly makes?: boolean;
}

const page = 'edges { cursor node { id title } } pageInfo { hasNextPage endCursor }';

/** What Apollo Client 4 sends beside document and variables. */
const apolloClient = (operationName: string) => ({
  operationName,
  extensions: { clientLibrary: { name: '@apollo/client', version: '4.3.8' } },
});

/** The operations that are measured, in the order in which they run. Those that write come last. */
export const workloads: readonly Workload[] = [
  { name: 'W1', title: 'nothing but a type name', query: '{ __typename }', hasPeers: true },
  {
    name: 'W2',
    title: 'one user, another one each time',
    query: 'query ($id: ID!) { user(id: $id) { id name username } }',
    variables: ({ userIds }) => userIds.map((id) => ({ id })),
    hasPeers: true,
  },
  {
    name: 'W3',
    title: '20 users with 10 posts each',
    query: '{ users(limit: 20) { id name posts(limit: 10) { id title } } }',
    hasPeers: true,
  },
  {
    name: 'W4',
    title: '20 posts with authors and 5 comments each',
    query:
      '{ posts(limit: 20) { id title author { id name } comments(limit: 5) { id body author { id name } } } }',
    hasPeers: true,
  },
  {
    name: 'W5',
    title: '100 posts with authors',
    query: '{ posts(limit: 100) { id title slug createdAt author { name } } }',
    hasPeers: true,
  },
  {
    name: 'W6a',
    title: 'the first page of a connection',
    query: `{ postsConnection(first: 20) { ${page} } }`,
    hasPeers: true,
  },
  {
    name: 'W6b',
    title: 'the same with its count',
    query: `{ postsConnection(first: 20) { ${page} totalCount } }`,
    hasPeers: true,
  },
  {
    name: 'W7',
    title: 'the feed of somebody who is signed in',
    query: '{ feed(first: 20) { nodes { id title author { id name } viewerHasLiked } } }',
    hasPeers: false,
    isSignedIn: true,
  },
  {
    name: 'W8',
    title: 'full-text search, other words each time',
    query: `query ($query: String!) { search(query: $query, first: 10) {
      nodes { ... on Post { id title } ... on User { id name } ... on Tag { slug name } } } }`,
    variables: ({ searches }) => searches.map((query) => ({ query })),
    hasPeers: false,
  },
  {
    name: 'W10a',
    title: 'W3 as Apollo Client sends it',
    query: `query Authors($limit: Int!, $posts: Int!) {
  users(limit: $limit) {
    ...AuthorCard
    __typename
  }
}

fragment AuthorCard on User {
  id
  name
  posts(limit: $posts) {
    ...PostLink
    __typename
  }
  __typename
}

fragment PostLink on Post {
  id
  title
  __typename
}`,
    envelope: apolloClient('Authors'),
    variables: () => [{ limit: 20, posts: 10 }],
    hasPeers: false,
  },
  {
    name: 'W10b',
    title: 'W5 as Apollo Client sends it',
    query: `query Archive($limit: Int!) {
  posts(limit: $limit) {
    ...ArchiveEntry
    __typename
  }
}

fragment ArchiveEntry on Post {
  id
  title
  slug
  createdAt
  author {
    ...Byline
    __typename
  }
  __typename
}

fragment Byline on User {
  name
  __typename
}`,
    envelope: apolloClient('Archive'),
    variables: () => [{ limit: 100 }],
    hasPeers: false,
  },
  {
    name: 'D3',
    title: 'one user with 10 posts, another user each time',
    query: 'query ($id: ID!) { user(id: $id) { id name posts(limit: 10) { id title } } }',
    variables: ({ writerIds }) => writerIds.map((id) => ({ id })),
    hasPeers: true,
  },
  {
    name: 'D4',
    title: 'the same with 5 comments and their authors for each post',
    query:
      'query ($id: ID!) { user(id: $id) { id name posts(limit: 10) { id title comments(limit: 5) { id body author { id name } } } } }',
    variables: ({ writerIds }) => writerIds.map((id) => ({ id })),
    hasPeers: true,
  },
  {
    name: 'D6',
    title: 'a page of a connection after a random cursor, another one each time',
    query: `query ($after: String) { postsConnection(first: 20, after: $after) {
      nodes { id title } pageInfo { hasNextPage endCursor } } }`,
    variables: ({ postCursors }) => postCursors.map((after) => ({ after })),
    hasPeers: true,
  },
  {
    name: 'W9a',
    title: 'writing a post',
    query:
      'mutation ($input: CreatePostInput!) { createPost(input: $input) { id slug title status readingTimeMinutes } }',
    variables: ({ drafts }) => drafts.map((draft) => ({ input: { ...draft, publish: true } })),
    hasPeers: false,
    isSignedIn: true,
    makes: true,
  },
  {
    name: 'W9b',
    title: 'liking a post, another one each time',
    query: 'mutation ($id: ID!) { likePost(id: $id) { id viewerHasLiked likeCount } }',
    variables: ({ publishedPostIds }) => publishedPostIds.map((id) => ({ id })),
    // A post can be liked once.
    prepare: ({ readerUuids }) => [
      `delete from likes where user_id in (${readerUuids.map((id) => `'${id}'`).join()})`,
      'vacuum likes',
    ],
    hasPeers: false,
    isSignedIn: true,
  },
];
