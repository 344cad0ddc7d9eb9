import { MIMEType } from 'node:util';
import { HeaderMap } from '@apollo/server';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { GraphqlServer } from '../graphql/apollo.ts';
import type { Context, ContextBuilder } from '../graphql/context.ts';
import type { GraphqlAnswer, GraphqlRequest } from '../graphql/known-operations.ts';
import { budgetFields, clientOf } from '../graphql/limits/index.ts';
import { after } from '../shared/awaitable.ts';
import { fieldsOf } from '../shared/header-list.ts';
import { canonicalAddress } from '../shared/ip-address.ts';
import type { RequestOrigin } from '../shared/origin.ts';
import { remembered } from '../shared/remembered.ts';
import { endTogether } from './end-together.ts';
import { answerError, RequestRefusal } from './errors.ts';
import { generalHeaders } from './general-headers.ts';
import { ResponseClient } from './response-client.ts';

const methods = ['GET', 'HEAD', 'POST'];

export interface GraphqlEndpointOptions {
  readonly graphql: GraphqlServer;
  readonly buildContext: ContextBuilder;
  /** Whether the server stops. */
  readonly isClosing: () => boolean;
}

/** Serves GraphQL at `/graphql`, by the GraphQL over HTTP specification: a thin way between Fastify and Apollo Server. */
export function addGraphqlEndpoint(server: FastifyInstance, options: GraphqlEndpointOptions): void {
  const { graphql, buildContext, isClosing } = options;
  server.route({
    url: '/graphql',
    method: server.supportedMethods,
    onRequest: refuseUnusable,
    errorHandler(error, request, reply) {
      void answerRefused(graphql, error, request, reply);
    },
    handler(request, reply) {
      // Built before anybody is asked, so that a bad token is refused with 401 whatever else is wrong.
      const built = buildContext({
        origin: originOf(request),
        authorization: authorizationOf(request),
        client: new ResponseClient(reply.raw),
      });
      return after(built, (context) => {
        const asked = askedIn(request);
        // Operations that are known take the short way, all others that through Apollo Server.
        return after(graphql.known?.answer(asked, context) ?? null, (answer) =>
          answer === null
            ? askApollo(graphql, asked, context, request, reply)
            : write(answer, request, reply, isClosing()),
        );
      });
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
  for (const [name, value] of fieldsOf(budgetFields(limits, balance))) reply.header(name, value);
  answerError(error, request, reply);
}

function askedIn({ method, body, headers }: FastifyRequest): GraphqlRequest {
  const cost = headers['graphql-cost'];
  return { method, body, accept: headers.accept, cost: Array.isArray(cost) ? cost.join(', ') : cost };
}

/** Writes an answer of the short way past Fastify, which would look at each header several times. */
function write(
  { status, headers, body }: GraphqlAnswer,
  request: FastifyRequest,
  reply: FastifyReply,
  isClosing: boolean,
): void {
  const head = [...generalHeaders(request, isClosing)];
  // Only pages of other origins are told more, and that always varies with the origin.
  if (reply.hasHeader('vary')) {
    for (const [name, value] of Object.entries(reply.getHeaders())) head.push(name, String(value));
  }
  head.push(...headers, 'content-length', String(Buffer.byteLength(body)));
  reply.raw.writeHead(status, head);
  reply.hijack();
  endTogether(reply.raw, body);
}

async function askApollo(
  { apollo, known }: GraphqlServer,
  asked: GraphqlRequest,
  context: Context,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<void> {
  const { method, body } = asked;
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
  for (const [name, value] of response.headers) reply.header(name, value);
  reply.code(response.status ?? 200);
  // Nothing is ever sent in parts: the schema has neither @defer nor @stream.
  await reply.send(response.body.kind === 'complete' ? response.body.string : '');
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
