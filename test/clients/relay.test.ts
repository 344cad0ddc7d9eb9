import { mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { readSchemaText } from '../../src/graphql/schema.ts';
import { useConsumer } from '../helpers/consumer.ts';
import { type Person, useServer } from '../helpers/server.ts';

const server = useServer();
const consumer = useConsumer();

const configuration = {
  src: './src',
  schema: './schema.graphql',
  language: 'typescript',
  artifactDirectory: './src/__generated__',
  customScalarTypes: { DateTime: 'string', URL: 'string' },
  // The texts of the operations in a file, so that they can be sent as they are.
  persistConfig: { file: './operations.json', algorithm: 'SHA256' },
};

const components = `
import { graphql } from 'relay-runtime';

export const page = graphql\`
  query pageQuery($count: Int!) {
    viewer { id }
    ...pagePosts @arguments(count: $count)
  }\`;

export const posts = graphql\`
  fragment pagePosts on Query
  @argumentDefinitions(count: { type: "Int", defaultValue: 2 }, cursor: { type: "String" })
  @refetchable(queryName: "pagePostsQuery") {
    postsConnection(first: $count, after: $cursor) @connection(key: "page_postsConnection") {
      totalCount
      edges { node { id ...pagePost } }
    }
  }\`;

export const post = graphql\`
  fragment pagePost on Post
  @argumentDefinitions(count: { type: "Int", defaultValue: 1 }, cursor: { type: "String" })
  @refetchable(queryName: "pagePostQuery") {
    title
    author { name }
    commentsConnection(last: $count, before: $cursor, orderBy: CREATED_AT_ASC)
    @connection(key: "pagePost_commentsConnection", filters: ["orderBy"]) {
      edges { node { body author { username } } }
    }
  }\`;

export const like = graphql\`
  mutation pageLikeMutation($id: ID!) {
    likePost(id: $id) { likeCount viewerHasLiked }
  }\`;

export const comment = graphql\`
  mutation pageCommentMutation($input: AddCommentInput!, $connections: [ID!]!) {
    addComment(input: $input) @appendNode(connections: $connections, edgeTypeName: "CommentEdge") { body }
  }\`;

export const remove = graphql\`
  mutation pageDeleteMutation($id: ID!, $connections: [ID!]!) {
    deleteComment(id: $id) { id @deleteEdge(connections: $connections) @deleteRecord }
  }\`;

export const search = graphql\`
  query pageSearchQuery {
    search(query: "post", first: 2) @required(action: NONE) {
      edges { rank node { __typename ... on Post { title } ... on User { name } ... on Node { id } } }
    }
  }\`;
`;

/** The texts of the compiled operations, by name. */
const operations = new Map<string, string>();
let ada: Person;
const ids: string[] = [];

beforeAll(async () => {
  await mkdir(path.join(consumer.folder, configuration.artifactDirectory), { recursive: true });
  await consumer.write({
    'relay.config.json': JSON.stringify(configuration),
    'operations.json': '{}',
    'schema.graphql': readSchemaText(),
    'src/page.ts': components,
  });
  await consumer.run('relay-compiler');
  const texts = JSON.parse(await readFile(path.join(consumer.folder, 'operations.json'), 'utf8')) as object;
  for (const text of Object.values(texts) as string[]) {
    operations.set(/^(?:query|mutation) (\w+)/.exec(text)?.[1] ?? '', text);
  }
  ada = await server.person('AUTHOR', 'Ada');
  for (const title of ['Post A', 'Post B', 'Post C']) {
    const { createPost } = await server.query(
      'mutation ($input: CreatePostInput!) { createPost(input: $input) { id } }',
      { as: ada, variables: { input: { title, body: 'Body', publish: true } } },
    );
    ids.unshift(createPost.id);
  }
});

function run(name: string, variables: Record<string, unknown> = {}) {
  const text = operations.get(name);
  if (text === undefined) throw new Error(`Relay did not compile ${name}.`);
  return server.query(text, { as: ada, variables });
}

describe('relay-compiler', () => {
  it('compiles connections, refetches and mutations, and leaves nothing out', () => {
    expect([...operations.keys()].toSorted()).toEqual([
      'pageCommentMutation',
      'pageDeleteMutation',
      'pageLikeMutation',
      'pagePostQuery',
      'pagePostsQuery',
      'pageQuery',
      'pageSearchQuery',
    ]);
    expect(operations.get('pagePostQuery')).toContain('commentsConnection(');
    expect(operations.get('pageQuery')).toContain('postsConnection(');
  });

  it('has types for what an operation answers', async () => {
    const file = path.join(consumer.folder, configuration.artifactDirectory, 'pageLikeMutation.graphql.ts');
    const text = await readFile(file, 'utf8');
    expect(text).toContain('readonly likeCount: number;');
    expect(text).toContain('readonly viewerHasLiked: boolean;');
  });
});

describe('what Relay compiled runs: it', () => {
  it('reads the first page and goes on at its end', async () => {
    const first = await run('pageQuery', { count: 2 });
    expect(first.viewer).toEqual({ id: ada.id });
    const { edges, pageInfo, totalCount } = first.postsConnection;
    expect(totalCount).toBe(3);
    expect(edges.map((edge: { node: unknown }) => edge.node)).toMatchObject([
      { __typename: 'Post', id: ids[0], title: 'Post C', author: { id: ada.id, name: 'Ada' } },
      { __typename: 'Post', id: ids[1], title: 'Post B' },
    ]);
    expect(pageInfo).toMatchObject({ hasNextPage: true, endCursor: edges[1].cursor });
    const next = await run('pagePostsQuery', { count: 2, cursor: pageInfo.endCursor });
    expect(next.postsConnection.edges).toMatchObject([{ node: { id: ids[2], title: 'Post A' } }]);
    expect(next.postsConnection.pageInfo.hasNextPage).toBe(false);
  });

  it('writes, refetches a node with what was written, and pages backwards', async () => {
    const id = ids[0] as string;
    expect(await run('pageLikeMutation', { id })).toMatchObject({
      likePost: { id, likeCount: 1, viewerHasLiked: true },
    });
    for (const body of ['First', 'Second']) {
      const { addComment } = await run('pageCommentMutation', { input: { postId: id, body } });
      expect(addComment).toMatchObject({ body });
    }
    const { node } = await run('pagePostQuery', { id, count: 1 });
    expect(node).toMatchObject({
      __typename: 'Post',
      id,
      commentsConnection: {
        edges: [{ node: { __typename: 'Comment', body: 'Second', author: { username: ada.username } } }],
        pageInfo: { hasPreviousPage: true },
      },
    });
    const cursor = node.commentsConnection.pageInfo.startCursor;
    const before = await run('pagePostQuery', { id, count: 1, cursor });
    expect(before.node.commentsConnection).toMatchObject({
      edges: [{ node: { body: 'First' } }],
      pageInfo: { hasPreviousPage: false },
    });
    const comment = before.node.commentsConnection.edges[0].node.id;
    expect(await run('pageDeleteMutation', { id: comment })).toEqual({ deleteComment: { id: comment } });
  });

  it('reads a union', async () => {
    const { search } = await run('pageSearchQuery');
    expect(search.edges).toHaveLength(2);
    for (const { node } of search.edges) {
      expect(node).toMatchObject({ __typename: 'Post', title: expect.stringMatching(/^Post /) });
    }
  });
});
