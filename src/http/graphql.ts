import type { IncomingMessage } from 'node:http';
import { MIMEType } from 'node:util';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { ContextBuilder } from '../graphql/context.ts';
import type { GraphqlHandler } from '../graphql/handler.ts';
import { budgetFields, clientOf } from '../graphql/limits/index.ts';
import type { GraphqlAnswer } from '../graphql/request.ts';
import { after } from '../shared/awaitable.ts';
import { AppError } from '../shared/errors.ts';
import { fieldOf, fieldsOf } from '../shared/header-list.ts';
import type { BodyReader } from './body-reader.ts';
import { answerError, RequestRefusal } from './errors.ts';
import { generalHeaders } from './general-headers.ts';
import { RequestBody } from './request-body.ts';
import type { OriginOf } from './request-origin.ts';
import { ResponseClient } from './response-client.ts';

const methods = ['GET', 'HEAD', 'POST'];

export interface GraphqlEndpointOptions {
  readonly graphql: GraphqlHandler;
  readonly buildContext: ContextBuilder;
  readonly originOf: OriginOf;
  readonly bodies: BodyReader;
  /** Whether the server is stopping. */
  readonly isClosing: () => boolean;
}

/** Serves GraphQL at `/graphql`, by the GraphQL over HTTP specification. */
export function addGraphqlEndpoint(server: FastifyInstance, options: GraphqlEndpointOptions): void {
  // In a scope of its own, so that no body is read for other routes.
  server.register(async (scope) => addRoute(scope, options));
}

function addRoute(server: FastifyInstance, options: GraphqlEndpointOptions): void {
  const { graphql, buildContext, originOf, bodies, isClosing } = options;
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
      bodies.read(request.raw, reply.raw, (body) => {
        request.body = body;
        done();
      });
    },
    errorHandler(refusal, request, reply) {
      answerRefused(options, refusal, request, reply).catch((reason: Error) => {
        reply.raw.destroy(reason);
      });
    },
    handler(request, reply) {
      const { id: requestId, raw } = request;
      const body = bodyOf(request);
      // A bad token is refused with 401, whatever else is wrong with the request.
      const built = buildContext({
        origin: originOf(raw, requestId),
        authorization: authorizationOf(raw),
        client: new ResponseClient(reply.raw),
        bodySize: body?.size ?? 0,
      });
      return after(built, (context) => {
        const { method = '', url = '', headers } = raw;
        const search = url.slice(url.indexOf('?') + 1 || url.length);
        const answered = graphql.answer({ method, search, headers, body: body?.json() }, context);
        return after(answered, (answer) => send(answer, request, reply, isClosing()));
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

/** Writes an answer to Node's response: Fastify would look at each header field several times. */
function send(
  { status, headers, body }: GraphqlAnswer,
  { id: requestId }: FastifyRequest,
  reply: FastifyReply,
  isClosing: boolean,
): void {
  // Those for pages of other origins, which were set before.
  const fields = Object.entries(reply.getHeaders()).flat().map(String);
  fields.push(...headers);
  const contentType = fieldOf(fields, 'content-type') ?? '';
  for (const [name, value] of fieldsOf(generalHeaders({ requestId, isClosing, contentType }))) {
    if (!fields.includes(name)) fields.push(name, value);
  }
  fields.push('content-length', String(Buffer.byteLength(body)));
  reply.raw.writeHead(status, fields);
  reply.hijack();
  // Requests that arrived together are read before the first answer wakes a client: a third less CPU time.
  setImmediate(() => reply.raw.end(body));
}

/** Node keeps the first of several `Authorization` headers and drops the others; together they are refused. */
function authorizationOf(request: IncomingMessage): string | undefined {
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
