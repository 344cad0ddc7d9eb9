import type { IncomingMessage, ServerResponse } from 'node:http';
import { MIMEType } from 'node:util';
import { HeaderMap } from '@apollo/server';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { GraphqlServer } from '../graphql/apollo.ts';
import type { Context, ContextBuilder } from '../graphql/context.ts';
import type { GraphqlAnswer, GraphqlRequest } from '../graphql/known-operations.ts';
import { budgetFields, clientOf } from '../graphql/limits/index.ts';
import { after } from '../shared/awaitable.ts';
import { AppError } from '../shared/errors.ts';
import { fieldsOf, type HeaderList } from '../shared/header-list.ts';
import type { BodyReader } from './body-reader.ts';
import { endTogether } from './end-together.ts';
import { answerError, RequestRefusal } from './errors.ts';
import { type AnsweredRequest, generalHeaders } from './general-headers.ts';
import type { PlainRequests } from './plain-requests.ts';
import { RequestBody } from './request-body.ts';
import type { OriginOf } from './request-origin.ts';
import { ResponseClient } from './response-client.ts';

const methods = ['GET', 'HEAD', 'POST'];

export interface GraphqlEndpointOptions {
  readonly graphql: GraphqlServer;
  readonly buildContext: ContextBuilder;
  readonly originOf: OriginOf;
  readonly bodies: BodyReader;
  /** What answers requests before Fastify gets them; null where nothing does. */
  readonly plain: PlainRequests | null;
  /** Whether the server stops. */
  readonly isClosing: () => boolean;
}

/** Serves GraphQL at `/graphql`, by the GraphQL over HTTP specification: a thin way between Fastify and Apollo Server. */
export function addGraphqlEndpoint(server: FastifyInstance, options: GraphqlEndpointOptions): void {
  // In a scope of its own, so that no body is read for other routes.
  server.register(async (scope) => addRoute(scope, options));
}

function addRoute(server: FastifyInstance, options: GraphqlEndpointOptions): void {
  const { graphql, buildContext, originOf, bodies, plain, isClosing } = options;
  const { known } = graphql;
  // The hook below reads bodies.
  server.addContentTypeParser('application/json', (_request, _payload, done) => done(null));
  server.route({
    url: '/graphql',
    method: server.supportedMethods,
    onRequest: refuseUnusable,
    preValidation(request, reply, done) {
      if (request.method !== 'POST') {
        done();
        return;
      }
      const begun = plain?.begunOf(request.raw);
      const proceed = (body: RequestBody) => {
        request.body = body;
        done();
      };
      if (begun !== undefined) proceed(begun.body);
      else bodies.read(request.raw, reply.raw, proceed);
    },
    errorHandler(refusal, request, reply) {
      answerRefused(options, refusal, request, reply).catch((reason: Error) => {
        reply.raw.destroy(reason);
      });
    },
    handler(request, reply) {
      const { id: requestId, raw } = request;
      const body = bodyOf(request);
      const begun = plain?.begunOf(raw);
      // Pages of other origins are told more.
      const fields = Object.entries(reply.getHeaders()).flat().map(String);
      plain?.learnFields(raw, fields);
      if (begun?.failure !== undefined) throw begun.failure.error;
      // Built before anybody is asked, so that a bad token is refused with 401 whatever else is wrong.
      const built =
        begun?.context ??
        buildContext({
          origin: originOf(raw, requestId),
          authorization: authorizationOf(raw),
          client: new ResponseClient(reply.raw),
          bodySize: body?.size ?? 0,
        });
      return after(built, (context) => {
        const asked = askedIn(raw, body?.json());
        // Operations that are known take the short way, all others that through Apollo Server.
        const operation = known?.find(asked);
        const answered = known && operation ? known.answer(operation, context) : null;
        return after(answered, (answer) => {
          if (answer === null) return askApollo(graphql, asked, context, request, reply);
          writeAnswer(answer, reply.raw, { requestId, isClosing: isClosing() }, fields);
          reply.hijack();
        });
      });
    },
  });
}

/** The body of a request; undefined where it has none, or was refused before. */
function bodyOf({ body }: FastifyRequest): RequestBody | undefined {
  return body instanceof RequestBody ? body : undefined;
}

/**
 * Answers a request that is refused before it is executed, and charges its address. A charge that fails changes nothing
 * about the refusal.
 */
async function answerRefused(
  { graphql: { limits }, originOf }: GraphqlEndpointOptions,
  error: FastifyError | AppError,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<void> {
  const body = bodyOf(request);
  const origin = originOf(request.raw, request.id);
  const { requestId, clientAddress } = origin;
  try {
    const balance = await limits.enterRefused(clientOf(null, origin), body?.size ?? 0);
    for (const [name, value] of fieldsOf(budgetFields(limits, balance))) reply.header(name, value);
  } catch (err) {
    request.log.error({ requestId, err }, 'a refused request could not be charged');
  }
  if (error instanceof AppError && error.code === 'LIMIT_EXCEEDED') {
    const { limit } = error.extensions;
    request.log.info({ requestId, clientAddress, userId: null, limit }, 'limit exceeded');
  }
  if (body?.isWhole === false) reply.header('connection', 'close');
  answerError(error, request, reply);
}

/** What a request asks, by its head and its body, which was JSON. */
export function askedIn({ method = '', headers }: IncomingMessage, body: unknown): GraphqlRequest {
  const cost = headers['graphql-cost'];
  return { method, body, accept: headers.accept, cost: Array.isArray(cost) ? cost.join(', ') : cost };
}

/**
 * Writes an answer of the short way past Fastify, which would look at each header several times.
 *
 * @param fields header fields beside those of all answers and its own.
 */
export function writeAnswer(
  { status, headers, body }: GraphqlAnswer,
  response: ServerResponse,
  about: AnsweredRequest,
  fields: HeaderList,
): void {
  const length = String(Buffer.byteLength(body));
  response.writeHead(status, [...generalHeaders(about), ...fields, ...headers, 'content-length', length]);
  endTogether(response, body);
}

async function askApollo(
  { apollo, known, limits }: GraphqlServer,
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
  if (limits.budgets !== null && !response.headers.has('ratelimit')) {
    // Apollo Server refused it before its plugins heard of it, such as a batch.
    const { viewer, origin, bodySize } = context;
    const balance = await limits.enterRefused(clientOf(viewer, origin), bodySize);
    for (const [name, value] of fieldsOf(budgetFields(limits, balance))) reply.header(name, value);
  }
  reply.code(response.status ?? 200);
  // Nothing is ever sent in parts: the schema has neither @defer nor @stream.
  await reply.send(response.body.kind === 'complete' ? response.body.string : '');
}

/** Node keeps the first of several `Authorization` headers and drops the others; together they are refused. */
export function authorizationOf(request: IncomingMessage): string | undefined {
  return request.headers.authorization === undefined
    ? undefined
    : request.headersDistinct['authorization']?.join(', ');
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

function headersOf({ headers }: FastifyRequest): HeaderMap {
  const map = new HeaderMap();
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) map.set(name, Array.isArray(value) ? value.join(', ') : value);
  }
  return map;
}
