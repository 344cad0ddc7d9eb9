import { MIMEType } from 'node:util';
import { HeaderMap } from '@apollo/server';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { GraphqlServer } from '../graphql/apollo.ts';
import type { Context, ContextBuilder } from '../graphql/context.ts';
import type { GraphqlAnswer, GraphqlRequest } from '../graphql/known-operations.ts';
import { budgetFields, clientOf } from '../graphql/limits/index.ts';
import { canonicalAddress } from '../shared/ip-address.ts';
import type { RequestOrigin } from '../shared/origin.ts';
import { remembered } from '../shared/remembered.ts';
import { answerError, RequestRefusal } from './errors.ts';
import { ResponseClient } from './response-client.ts';

const methods = ['GET', 'HEAD', 'POST'];

/** Serves GraphQL at `/graphql`, by the GraphQL over HTTP specification: a thin way between Fastify and Apollo Server. */
export function addGraphqlEndpoint(
  server: FastifyInstance,
  graphql: GraphqlServer,
  buildContext: ContextBuilder,
): void {
  server.route({
    url: '/graphql',
    method: server.supportedMethods,
    onRequest: refuseUnusable,
    errorHandler(error, request, reply) {
      void answerRefused(graphql, error, request, reply);
    },
    async handler(request, reply) {
      // Built before anybody is asked, so that a bad token is refused with 401 whatever else is wrong.
      const context = await buildContext({
        origin: originOf(request),
        authorization: authorizationOf(request),
        client: new ResponseClient(reply.raw),
      });
      const { status, headers, body } = await answerTo(graphql, request, context);
      for (const [name, value] of headers) {
        reply.header(name, value);
        // The page of Sandbox has its policy in itself.
        if (name === 'content-type' && value.startsWith('text/html')) {
          reply.removeHeader('content-security-policy');
        }
      }
      reply.code(status);
      return reply.send(body);
    },
  });
}

/** Answers a request that is refused for the way it comes. It is paid for from the budget of its address. */
async function answerRefused(
  { limits }: GraphqlServer,
  error: FastifyError,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<void> {
  const balance = await limits.enterRefused(clientOf(null, originOf(request)));
  for (const [name, value] of budgetFields(limits, balance)) reply.header(name, value);
  answerError(error, request, reply);
}

/** Operations that are known take the short way, all others that through Apollo Server. */
async function answerTo(
  { apollo, known }: GraphqlServer,
  request: FastifyRequest,
  context: Context,
): Promise<GraphqlAnswer> {
  const { method, body, headers } = request;
  const cost = headers['graphql-cost'];
  const asked: GraphqlRequest = {
    method,
    body,
    accept: headers.accept,
    cost: Array.isArray(cost) ? cost.join(', ') : cost,
  };
  const answer = await known?.answer(asked, context);
  if (answer != null) return answer;
  const response = await apollo.executeHTTPGraphQLRequest({
    httpGraphQLRequest: {
      method: method === 'HEAD' ? 'GET' : method,
      headers: headersOf(request),
      search: request.url.slice(request.url.indexOf('?') + 1 || request.url.length),
      body,
    },
    context: async () => context,
  });
  if (response.status === undefined) known?.learnContentType(asked, response.headers.get('content-type'));
  return {
    status: response.status ?? 200,
    headers: response.headers,
    // Nothing is ever sent in parts: the schema has neither @defer nor @stream.
    body: response.body.kind === 'complete' ? response.body.string : '',
  };
}

/** Node keeps the first of several `Authorization` headers and drops the others; together they are refused. */
function authorizationOf({ raw }: FastifyRequest): string | undefined {
  return raw.headers.authorization === undefined
    ? undefined
    : raw.headersDistinct['authorization']?.join(', ');
}

/** Refuses a request that comes in a way that GraphQL cannot be asked, before its body is read. */
function refuseUnusable(request: FastifyRequest, reply: FastifyReply, done: (error?: Error) => void): void {
  const refusal = refusalOf(request);
  if (refusal?.statusCode === 405) reply.header('allow', methods.join(', '));
  done(refusal);
}

function refusalOf({ method, headers }: FastifyRequest): RequestRefusal | undefined {
  if (!methods.includes(method)) {
    return new RequestRefusal(405, `GraphQL is asked with ${methods.join(', ')}, not with ${method}.`);
  }
  if (method === 'POST' && !isJson(headers['content-type'])) {
    return new RequestRefusal(415, 'The content type must be application/json, in UTF-8.');
  }
  if (method === 'POST' && (headers['content-encoding'] ?? 'identity') !== 'identity') {
    return new RequestRefusal(415, 'The body of the request must not be compressed.');
  }
  return undefined;
}

/**
 * Parsed and not searched: browsers send other media types to foreign servers without asking them first, also ones
 * that mention this one.
 */
function isJson(contentType: string | undefined): boolean {
  if (contentType === 'application/json') return true;
  try {
    const { essence, params } = new MIMEType(contentType ?? '');
    return essence === 'application/json' && /^utf-?8$/i.test(params.get('charset') ?? 'utf-8');
  } catch {
    return false;
  }
}

const addressIn = remembered(canonicalAddress);

/** The address is the peer's, or what a trusted proxy says of it; a proxy that names none stands for the client. */
function originOf({ id, ip, headers, socket }: FastifyRequest): RequestOrigin {
  return {
    requestId: id,
    clientAddress: addressIn(ip ?? '') ?? addressIn(socket.remoteAddress ?? ''),
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
