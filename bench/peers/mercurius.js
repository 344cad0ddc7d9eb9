// Mercurius with its JIT from the first request on, and its loaders. They keep nothing, since making the keys to keep
// it under takes longer than asking twice.
import fastify from 'fastify';
import mercurius from 'mercurius';
import { findCommentsOf, findPostsOf, findUsersByIds } from './data.js';
import { resolvers, typeDefs } from './schema.js';

const uncached = (loader) => ({ loader, opts: { cache: false } });
const idsOf = (queries) => queries.map(({ obj }) => obj.id);
const author = uncached((queries) => findUsersByIds(queries.map(({ obj }) => obj.authorId)));

const app = fastify({ logger: false });
app.register(mercurius, {
  schema: typeDefs,
  resolvers,
  loaders: {
    User: { posts: uncached((queries) => findPostsOf(idsOf(queries), queries[0].params.limit)) },
    Post: {
      author,
      comments: uncached((queries) => findCommentsOf(idsOf(queries), queries[0].params.limit)),
    },
    Comment: { author },
  },
  jit: 1,
  graphiql: false,
});
await app.listen({ host: '127.0.0.1', port: Number(process.env.PORT) });
