import { setMaxListeners } from 'node:events';
import { MIMEType } from 'node:util';
import { type ApolloServer, HeaderMap } from '@apollo/server';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Context, ContextBuilder } from '../graphql/context.ts';
import { canonicalAddress } from '../shared/ip-address.ts';
import type { RequestOrigin } from '../shared/origin.ts';
import { RequestRefusal } from './errors.ts';

const methods = ['GET', 'HEAD', 'POST'];

/** Serves GraphQL at `/graphql`, by the GraphQL over HTTP specification: a thin way between Fastify and Apollo Server. */
export function addGraphqlEndpoint(
  server: FastifyInstance,
  apollo: ApolloServer<Context>,
  buildContext: ContextBuilder,
): void {
  server.route({
    url: '/graphql',
    method: server.supportedMethods,
    onRequest: refuseUnusable,
    async handler(request, reply) {
      // Built before Apollo Server is asked, so that a bad token is refused with 401 whatever else is wrong.
      const context = await buildContext({
        origin: originOf(request),
        // Node keeps the first of several such headers and drops the others; together they are refused.
        authorization: request.raw.headersDistinct['authorization']?.join(', '),
        signal: signalOf(reply),
      });
      const response = await apollo.executeHTTPGraphQLRequest({
        httpGraphQLRequest: {
          method: request.method === 'HEAD' ? 'GET' : request.method,
          headers: headersOf(request),
          search: request.url.slice(request.url.indexOf('?') + 1 || request.url.length),
          body: request.body,
        },
        context: async () => context,
      });
      for (const [name, value] of response.headers) reply.header(name, value);
      // The page of Sandbox has its policy in itself.
      if (response.headers.get('content-type')?.startsWith('text/html')) {
        reply.removeHeader('content-security-policy');
      }
      reply.code(response.status ?? 200);
      // Nothing is ever sent in parts: the schema has neither @defer nor @stream.
      return reply.send(response.body.kind === 'complete' ? response.body.string : '');
    },
  });
}

/** @throws {RequestRefusal} when a request comes in a way that GraphQL cannot be asked, before its body is read. */
async function refuseUnusable({ method, headers }: FastifyRequest, reply: FastifyReply): Promise<void> {
  if (!methods.includes(method)) {
    reply.header('allow', methods.join(', '));
    throw new RequestRefusal(405, `GraphQL is asked with ${methods.join(', ')}, not with ${method}.`);
  }
  if (method === 'POST' && !isJson(headers['content-type'])) {
    throw new RequestRefusal(415, 'The content type must be application/json, in UTF-8.');
  }
  if (method === 'POST' && (headers['content-encoding'] ?? 'identity') !== 'identity') {
    throw new RequestRefusal(415, 'The body of the request must not be compressed.');
  }
}

/**
 * Parsed and not searched: browsers send other media types to foreign servers without asking them first, also ones
 * that mention this one.
 */
function isJson(contentType: string | undefined): boolean {
  try {
    const { essence, params } = new MIMEType(contentType ?? '');
    return essence === 'application/json' && /^utf-?8$/i.test(params.get('charset') ?? 'utf-8');
  } catch {
    return false;
  }
}

/** A signal that is aborted when the client goes before its answer was sent. */
function signalOf({ raw }: FastifyReply): AbortSignal {
  const controller = new AbortController();
  // All statements of a request listen to it.
  setMaxListeners(0, controller.signal);
  raw.once('close', () => {
    if (!raw.writableFinished) controller.abort();
  });
  return controller.signal;
}

/** The address is the peer's, or what a trusted proxy says of it; a proxy that names none stands for the client. */
function originOf({ id, ip, headers, socket }: FastifyRequest): RequestOrigin {
  return {
    requestId: id,
    clientAddress: canonicalAddress(ip ?? '') ?? canonicalAddress(socket.remoteAddress ?? ''),
    userAgent: headers['user-agent'] ?? null,
  };
}

function headersOf({ headers }: FastifyRequest): HeaderMap {
  const map = new HeaderMap();
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) map.set(name, Array.isArray(value) ? value.join(', ') : value);
  }
  return map;
}
