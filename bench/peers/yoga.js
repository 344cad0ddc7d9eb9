// GraphQL Yoga with graphql-jit, which keeps what it compiled; parsed and validated documents Yoga keeps by itself.
import { createServer } from 'node:http';
import { useGraphQlJit } from '@envelop/graphql-jit';
import { createYoga } from 'graphql-yoga';
import { createLoaders, schema } from './with-loaders.js';

const yoga = createYoga({
  schema,
  context: () => ({ loaders: createLoaders() }),
  plugins: [useGraphQlJit()],
  logging: false,
  graphiql: false,
  landingPage: false,
  multipart: false,
  cors: false,
});
createServer((request, response) => {
  void yoga(request, response);
}).listen(Number(process.env.PORT), '127.0.0.1');
