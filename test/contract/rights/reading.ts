import {
  type Answered,
  newHiddenComment,
  newPost,
  newTag,
  ofAuthor,
  ofComment,
  ofPost,
  plain,
  type Prepare,
  sessionOf,
  type Status,
} from './cast.ts';

const drafts = 'filter: { status: [DRAFT] }';
const has = (list: readonly { id: string }[], id: string) => list.some((item) => item.id === id);

const postList =
  (status: Status, field: string, list: (data: Answered) => { id: string }[]): Prepare =>
  async (cast) => {
    const { id } = await newPost(cast, status);
    return {
      document: `query ($author: ID!) { ${field} }`,
      variables: { author: cast.author.id },
      shows: (data) => has(list(data), id),
    };
  };

const pageOfAuthor = (more: string) =>
  `user(id: $author) { postsConnection${more} { nodes { id } totalCount edges { cursor } } }`;
const nodesOfAuthor = (data: Answered) => data.user.postsConnection.nodes;

const tagList =
  (status: Status, document: string, list: (data: Answered) => { id: string }[]): Prepare =>
  async (cast) => {
    const { id } = await newTag(cast, status);
    return { document, variables: {}, shows: (data) => has(list(data), id) };
  };

const search =
  (status: Status): Prepare =>
  async (cast) => {
    const { id } = await newPost(cast, status);
    const hits = (data: Answered) => data.search.nodes as { id: string }[];
    return {
      document:
        'query { search(query: "access", kinds: [POST], first: 100) { nodes { ... on Post { id } } } }',
      variables: {},
      shows: (data) => has(hits(data), id),
    };
  };

const postById = 'query ($id: ID!) { post(id: $id) { id } }';
const node = 'query ($id: ID!) { node(id: $id) { id } }';
const nodes = 'query ($id: ID!) { nodes(ids: [$id]) { id } }';
const first = { shows: (data: Answered) => data.nodes[0] !== null };
/** The rows of fields that read: the field, and what it is asked for. */
export const reading: Readonly<Record<string, Prepare>> = {
  'Query.node · a published post': ofPost('published', node),
  'Query.node · a draft': ofPost('draft', node),
  'Query.node · an archived post': ofPost('archived', node),
  'Query.node · a comment under a published post': ofComment(node),
  'Query.node · a comment under an archived post': async (cast) => ({
    document: node,
    variables: { id: await newHiddenComment(cast) },
  }),
  'Query.node · a tag of drafts alone': async (cast) => ({
    document: node,
    variables: { id: (await newTag(cast, 'draft')).id },
  }),
  'Query.node · a user': ofAuthor(node),
  'Query.node · a session': async (cast) => ({
    document: node,
    variables: { id: await sessionOf(cast, cast.author) },
  }),
  'Query.nodes · a published post': ofPost('published', nodes, first),
  'Query.nodes · a draft': ofPost('draft', nodes, first),
  'Query.post · a published post': ofPost('published', postById),
  'Query.post · a draft': ofPost('draft', postById),
  'Query.post · an archived post': ofPost('archived', postById),
  ...Object.fromEntries(
    (['published', 'draft', 'archived'] as const).map((status): [string, Prepare] => [
      `Query.postBySlug · ${{ published: 'a published post', draft: 'a draft', archived: 'an archived post' }[status]}`,
      async (cast) => ({
        document: 'query ($slug: String!) { postBySlug(slug: $slug) { id } }',
        variables: { slug: (await newPost(cast, status)).slug },
      }),
    ]),
  ),
  'Query.posts · a published post': postList(
    'published',
    'posts(limit: 100) { id } user(id: $author) { id }',
    (data) => data.posts,
  ),
  'Query.posts · a draft': postList(
    'draft',
    'posts(limit: 100) { id } user(id: $author) { id }',
    (data) => data.posts,
  ),
  'Query.postsConnection · a published post': postList(
    'published',
    'postsConnection(filter: { author: $author }) { nodes { id } }',
    (data) => data.postsConnection.nodes,
  ),
  'Query.postsConnection · a draft, with a filter for drafts': postList(
    'draft',
    'postsConnection(filter: { author: $author, status: [DRAFT] }) { nodes { id } }',
    (data) => data.postsConnection.nodes,
  ),
  'Query.search · a published post': search('published'),
  'Query.search · a draft': search('draft'),
  'Query.search · an archived post': search('archived'),
  'Query.tagBySlug · a tag of drafts alone': async (cast) => ({
    document: 'query ($slug: String!) { tagBySlug(slug: $slug) { id } }',
    variables: { slug: (await newTag(cast, 'draft')).slug },
  }),
  'Query.tags · a tag of a published post': tagList(
    'published',
    '{ tags(limit: 100) { id } }',
    (data) => data.tags,
  ),
  'Query.tags · a tag of drafts alone': tagList('draft', '{ tags(limit: 100) { id } }', (data) => data.tags),
  'Query.tagsConnection · a tag of drafts alone': tagList(
    'draft',
    '{ tagsConnection(first: 100) { nodes { id } } }',
    (data) => data.tagsConnection.nodes,
  ),
  'Query.user': ofAuthor('query ($id: ID!) { user(id: $id) { id } }'),
  'Query.userByUsername': async ({ author }) => ({
    document: 'query ($username: String!) { userByUsername(username: $username) { id } }',
    variables: { username: author.username },
  }),
  'Query.users': plain('{ users { id } }'),
  'Query.usersConnection': plain('{ usersConnection { nodes { id } } }'),
  'Query.viewer': plain('{ viewer { id } }'),
  'Query.feed': plain('{ feed { nodes { id } } }'),
  'User.email': ofAuthor('query ($id: ID!) { user(id: $id) { email } }', {
    shows: ({ user }) => user.email !== null,
  }),
  'User.sessions': ofAuthor(
    'query ($id: ID!) { user(id: $id) { sessions { totalCount nodes { id } edges { cursor } } } }',
    {
      shows: ({ user: { sessions } }) =>
        sessions.totalCount + sessions.nodes.length + sessions.edges.length > 0,
    },
  ),
  'User.postsConnection · a published post': postList('published', pageOfAuthor(''), nodesOfAuthor),
  'User.postsConnection · a draft, without a filter': postList('draft', pageOfAuthor(''), nodesOfAuthor),
  'User.postsConnection · a draft, with a filter for drafts': postList(
    'draft',
    pageOfAuthor(`(${drafts})`),
    nodesOfAuthor,
  ),
  'User.comments · a comment under an archived post': async (cast) => {
    const id = await newHiddenComment(cast);
    return {
      document: 'query ($id: ID!) { user(id: $id) { comments { nodes { id } totalCount } } }',
      variables: { id: cast.author.id },
      shows: ({ user }) => has(user.comments.nodes, id) || user.comments.totalCount > 0,
    };
  },
};
