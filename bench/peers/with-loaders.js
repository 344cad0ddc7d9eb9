// The schema with DataLoaders, for servers that bring no loaders of their own.
import DataLoader from 'dataloader';
import { makeExecutableSchema } from '@graphql-tools/schema';
import { findCommentsOf, findPostsOf, findUsersByIds } from './data.js';
import { resolvers, typeDefs } from './schema.js';

/** A loader for each number of rows that is asked for. */
function pages(find) {
  const loaders = new Map();
  return (limit) => {
    let loader = loaders.get(limit);
    if (loader === undefined) {
      loader = new DataLoader((ids) => find(ids, limit));
      loaders.set(limit, loader);
    }
    return loader;
  };
}

/** Those of one request. */
export function createLoaders() {
  return {
    user: new DataLoader(findUsersByIds),
    postsOf: pages(findPostsOf),
    commentsOf: pages(findCommentsOf),
  };
}

const author = ({ authorId }, _, { loaders }) => loaders.user.load(authorId);

export const schema = makeExecutableSchema({
  typeDefs,
  resolvers: {
    ...resolvers,
    User: { ...resolvers.User, posts: ({ id }, { limit }, { loaders }) => loaders.postsOf(limit).load(id) },
    Post: {
      ...resolvers.Post,
      author,
      comments: ({ id }, { limit }, { loaders }) => loaders.commentsOf(limit).load(id),
    },
    Comment: { ...resolvers.Comment, author },
  },
});
