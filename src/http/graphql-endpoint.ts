import { type ApolloServer, HeaderMap } from '@apollo/server';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Context, ContextBuilder } from '../graphql/context.ts';

/** Serves GraphQL at `/graphql`, by the GraphQL over HTTP specification: a thin way between Fastify and Apollo Server. */
export function addGraphqlEndpoint(
  server: FastifyInstance,
  apollo: ApolloServer<Context>,
  buildContext: ContextBuilder,
): void {
  server.route({
    url: '/graphql',
    // Apollo Server answers 405 to the methods that GraphQL does not use.
    method: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'],
    async handler(request, reply) {
      // Built before Apollo Server is asked, so that a bad token is refused with 401 whatever else is wrong.
      const context = await buildContext({
        requestId: request.id,
        authorization: request.headers.authorization,
      });
      const response = await apollo.executeHTTPGraphQLRequest({
        httpGraphQLRequest: {
          method: request.method,
          headers: headersOf(request),
          search: request.url.slice(request.url.indexOf('?') + 1 || request.url.length),
          body: request.body,
        },
        context: async () => context,
      });
      for (const [name, value] of response.headers) reply.header(name, value);
      reply.code(response.status ?? 200);
      if (!response.headers.has('cache-control')) reply.header('cache-control', 'no-store');
      // Nothing is ever sent in parts: the schema has neither @defer nor @stream.
      return reply.send(response.body.kind === 'complete' ? response.body.string : '');
    },
  });
}

function headersOf({ headers }: FastifyRequest): HeaderMap {
  const map = new HeaderMap();
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) map.set(name, Array.isArray(value) ? value.join(', ') : value);
  }
  return map;
}
