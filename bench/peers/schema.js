// The part of the project's contract that the workloads touch.
import { countOfPosts, edgesOf, findConnection, findPosts, findUser, findUsers, toGlobalId } from './data.js';

export const typeDefs = /* GraphQL */ `
  scalar DateTime

  type Query {
    user(id: ID!): User
    users(limit: Int = 20): [User!]!
    posts(limit: Int = 20): [Post!]!
    postsConnection(first: Int, after: String): PostConnection!
  }

  type User {
    id: ID!
    name: String!
    username: String!
    posts(limit: Int = 20): [Post!]!
  }

  type Post {
    id: ID!
    title: String!
    slug: String!
    createdAt: DateTime!
    author: User
    comments(limit: Int = 20): [Comment!]!
  }

  type Comment {
    id: ID!
    body: String!
    author: User
  }

  type PostConnection {
    nodes: [Post!]!
    edges: [PostEdge!]!
    pageInfo: PageInfo!
    totalCount: Int!
  }

  type PostEdge {
    cursor: String!
    node: Post!
  }

  type PageInfo {
    hasNextPage: Boolean!
    endCursor: String
  }
`;

/** The resolvers that need no loader. */
export const resolvers = {
  Query: {
    user: (_, { id }) => findUser(id),
    users: (_, { limit }) => findUsers(limit),
    posts: (_, { limit }) => findPosts(limit),
    postsConnection: (_, { first, after }) => findConnection(first ?? 20, after),
  },
  User: { id: ({ id }) => toGlobalId('user', id) },
  Post: { id: ({ id }) => toGlobalId('post', id) },
  // Edges cost a cursor each, and are made only for those who select them.
  PostConnection: { edges: edgesOf, totalCount: () => countOfPosts() },
  Comment: { id: ({ id }) => toGlobalId('comment', id) },
};
