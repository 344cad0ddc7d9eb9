// Apollo Server on Fastify as a careful team has it: no usage reports, no cache control on every field, no log.
import { ApolloServer } from '@apollo/server';
import { ApolloServerPluginCacheControlDisabled } from '@apollo/server/plugin/disabled';
import { fastifyApolloDrainPlugin, fastifyApolloHandler } from '@as-integrations/fastify';
import fastify from 'fastify';
import { createLoaders, schema } from './with-loaders.js';

const app = fastify({ logger: false });
const apollo = new ApolloServer({
  schema,
  introspection: false,
  plugins: [ApolloServerPluginCacheControlDisabled(), fastifyApolloDrainPlugin(app)],
});
await apollo.start();
app.post('/graphql', fastifyApolloHandler(apollo, { context: async () => ({ loaders: createLoaders() }) }));
await app.listen({ host: '127.0.0.1', port: Number(process.env.PORT) });
