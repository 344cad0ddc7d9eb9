import {
  ApolloClient,
  CombinedGraphQLErrors,
  gql,
  HttpLink,
  InMemoryCache,
  type OperationVariables,
  type TypedDocumentNode,
} from '@apollo/client';
import { relayStylePagination } from '@apollo/client/utilities';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Person, useServer } from '../helpers/server.ts';

const server = useServer();
let ada: Person;

beforeAll(async () => {
  ada = await server.person('AUTHOR', 'Ada');
});

/** A client as a team sets it up, signed in or not. */
function createClient(token?: string): ApolloClient {
  return new ApolloClient({
    link: new HttpLink({
      uri: `${server.url}/graphql`,
      headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
    }),
    cache: new InMemoryCache({
      possibleTypes: { Node: ['User', 'Post', 'Comment', 'Tag'], SearchResult: ['Post', 'User', 'Tag'] },
      typePolicies: {
        Query: { fields: { postsConnection: relayStylePagination(['filter', 'orderBy']) } },
        Post: { fields: { commentsConnection: relayStylePagination(['filter', 'orderBy']) } },
      },
    }),
  });
}

// oxlint-disable-next-line typescript/no-explicit-any -- the documents here are not typed
type Data = any;
type Document = TypedDocumentNode<Data, OperationVariables>;

const write: Document = gql`
  mutation Write($input: CreatePostInput!) {
    createPost(input: $input) {
      id
      title
      likeCount
    }
  }
`;

const page: Document = gql`
  query Page($first: Int, $after: String, $filter: PostFilter) {
    postsConnection(first: $first, after: $after, filter: $filter, orderBy: PUBLISHED_AT_DESC) {
      totalCount
      edges {
        cursor
        node {
          id
          title
          likeCount
        }
      }
      pageInfo {
        endCursor
        hasNextPage
      }
    }
  }
`;

describe('Apollo Client', () => {
  it('queries, and keeps objects by type and identifier', async () => {
    const client = createClient(ada.token);
    const query: Document = gql`
      {
        viewer {
          id
          name
          email
        }
      }
    `;
    const { data } = await client.query({ query });
    expect(data?.viewer).toEqual({ __typename: 'User', id: ada.id, name: 'Ada', email: ada.email });
    const cached = client.cache.extract() as Record<string, unknown>;
    expect(cached[`User:${ada.id}`]).toMatchObject({ name: 'Ada' });
  });

  it('queries with GET, which its headers let through', async () => {
    const client = createClient();
    const link = new HttpLink({ uri: `${server.url}/graphql`, useGETForQueries: true });
    client.setLink(link);
    const query: Document = gql`
      query One($id: ID!) {
        user(id: $id) {
          id
          name
        }
      }
    `;
    const { data } = await client.query({ query, variables: { id: ada.id } });
    expect(data.user).toMatchObject({ id: ada.id, name: 'Ada' });
  });

  it('pages through a connection with its own policy, each row once, and sees a mutation in the list', async () => {
    const client = createClient(ada.token);
    const ids: string[] = [];
    for (const title of ['One', 'Two', 'Three', 'Four', 'Five']) {
      const input = { title, body: 'Body', publish: true };
      const { data } = await client.mutate({ mutation: write, variables: { input } });
      expect(data.createPost).toMatchObject({ __typename: 'Post', title, likeCount: 0 });
      ids.unshift(data.createPost.id);
    }
    const filter = { author: ada.id };
    const first = { query: page, variables: { first: 2, filter } };
    const posts = client.watchQuery(first);
    const shown = () =>
      client.readQuery(first)?.postsConnection.edges.map((edge: Data) => edge.node) as Data[];
    const subscription = posts.subscribe(() => {});
    try {
      const { data } = await posts.reobserve();
      expect(data.postsConnection.totalCount).toBe(5);
      for (let end = data.postsConnection.pageInfo; end.hasNextPage; ) {
        const more = await posts.fetchMore({ variables: { after: end.endCursor } });
        end = more.data.postsConnection.pageInfo;
      }
      expect(shown().map((post: Data) => post.id)).toEqual(ids);
      const like: Document = gql`
        mutation Like($id: ID!) {
          likePost(id: $id) {
            id
            likeCount
          }
        }
      `;
      await client.mutate({ mutation: like, variables: { id: ids[4] } });
      expect(shown().map((post: Data) => post.likeCount)).toEqual([0, 0, 0, 0, 1]);
    } finally {
      subscription.unsubscribe();
      client.stop();
    }
  });

  it('gets codes and issues of what is refused, and the status of a bad token', async () => {
    const refused = async (token: string | undefined, input: object) => {
      const { error } = await createClient(token).mutate({
        mutation: write,
        variables: { input },
        errorPolicy: 'all',
      });
      return error;
    };
    const missing = await refused(undefined, { title: 'Title', body: 'Body' });
    expect(CombinedGraphQLErrors.is(missing) && missing.errors[0]?.extensions).toEqual({
      code: 'UNAUTHENTICATED',
    });
    const empty = await refused(ada.token, { title: ' ', body: 'Body' });
    expect(CombinedGraphQLErrors.is(empty) && empty.errors[0]?.extensions).toMatchObject({
      code: 'BAD_USER_INPUT',
      issues: [{ path: ['input', 'title'], code: 'too_small' }],
    });
    expect(await refused('nonsense', { title: 'Title', body: 'Body' })).toMatchObject({ statusCode: 401 });
  });
});
