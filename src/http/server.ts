import { createServer, type IncomingMessage } from 'node:http';
import { type FastifyBaseLogger, type FastifyInstance, fastify, LogController } from 'fastify';
import type { Logger } from 'pino';
import type { Config } from '../config.ts';
import type { Driver } from '../db/index.ts';
import type { ContextBuilder } from '../graphql/context.ts';
import type { GraphqlHandler } from '../graphql/handler.ts';
import type { DevelopmentMailbox } from '../mail/development-mailbox.ts';
import type { KeyRing } from '../modules/tokens/index.ts';
import { BodyReader, type Verify } from './body-reader.ts';
import { answerClientError } from './client-errors.ts';
import { Connections } from './connections.ts';
import { addCors } from './cors.ts';
import { answerError, answerUnknownPath, RequestRefusal } from './errors.ts';
import { addExplorer } from './explorer/endpoint.ts';
import { addGeneralHeaders } from './general-headers.ts';
import { addGraphqlEndpoint } from './graphql.ts';
import { hasTooManyHeaders, maxHeaderLines } from './header-lines.ts';
import { addHealthEndpoints } from './health.ts';
import { addKeySetEndpoint } from './key-set.ts';
import { addMailbox } from './mailbox/endpoint.ts';
import { type IsOwnHost, ownHostCheck } from './own-host.ts';
import { originReader, requestIdOf } from './request-origin.ts';

export interface HttpServerOptions {
  readonly options: Config['http'];
  /** Whether `/explorer` is served. */
  readonly explorer: boolean;
  /** What `/mailbox` shows; null where it is not served. */
  readonly mailbox: DevelopmentMailbox | null;
  readonly graphql: GraphqlHandler;
  readonly buildContext: ContextBuilder;
  readonly verify: Verify;
  /** The keys of the server's own tokens. */
  readonly keys: KeyRing;
  readonly driver: Driver;
  readonly log: Logger;
}

/** The HTTP side of the server. */
export interface HttpServer {
  readonly fastify: FastifyInstance;
  /** Begins to listen and answers the address, such as `http://127.0.0.1:4000`. */
  listen(): Promise<string>;
  /**
   * Is no longer ready, accepts connections for the configured delay, answers the requests that have arrived, and ends
   * when all connections are closed.
   */
  close(): Promise<void>;
}

export function createHttpServer({
  options,
  explorer,
  mailbox,
  graphql,
  buildContext,
  verify,
  keys,
  driver,
  log,
}: HttpServerOptions): HttpServer {
  const logger: FastifyBaseLogger = log;
  const isOwnHost = ownHostCheck(options.allowedHosts);
  const originOf = originReader(options.trustedProxies);
  let closing = false;
  const isClosing = () => closing;
  const bodies = new BodyReader(options.bodyLimit, originOf, verify);
  const httpServer = createServer({
    requestTimeout: options.requestTimeout,
    headersTimeout: Math.min(options.requestTimeout, 15_000),
    connectionsCheckingInterval: 1_000,
    keepAliveTimeout: 72_000,
  });
  // For a socket on which nothing moves, in either direction.
  httpServer.setTimeout(60_000);
  const connections = new Connections(httpServer);
  const server = fastify({
    loggerInstance: logger,
    logController: new LogController({ disableRequestLogging: true }),
    // Each line names its request, so requests need no logger of their own.
    childLoggerFactory: () => logger,
    serverFactory: (answer) =>
      httpServer.on('request', (request, response) => connections.answer(request, response, answer)),
    clientErrorHandler: answerClientError,
    routerOptions: { ignoreTrailingSlash: true },
    schemaController: { compilersFactory: { buildValidator: noSchemas, buildSerializer: noSchemas } },
    frameworkErrors(_, request, reply) {
      addGeneralHeaders(request, reply, closing);
      answerError(new RequestRefusal(400, 'The address of the request is not valid.'), request, reply);
    },
    requestIdHeader: false,
    genReqId: requestIdOf,
  });
  server.addHook('onRequest', ({ raw }, _, done) => {
    done(refusalOf(raw, isOwnHost));
  });
  server.addHook('onSend', (request, reply, payload, done) => {
    addGeneralHeaders(request, reply, closing);
    done(null, payload);
  });
  server.removeAllContentTypeParsers();
  server.setErrorHandler(answerError);
  server.setNotFoundHandler(answerUnknownPath);
  addCors(server, options.corsOrigins);
  addHealthEndpoints(server, driver, () => !closing);
  addKeySetEndpoint(server, keys);
  addGraphqlEndpoint(server, { graphql, buildContext, originOf, bodies, isClosing });
  if (explorer) addExplorer(server);
  if (mailbox !== null) addMailbox(server, mailbox);
  return {
    fastify: server,
    listen: () => server.listen({ host: options.host, port: options.port }),
    async close() {
      closing = true;
      if (httpServer.listening) await connections.drain(options.shutdownDelay);
      await server.close();
    },
  };
}

function refusalOf(request: IncomingMessage, isOwnHost: IsOwnHost): RequestRefusal | undefined {
  if (hasTooManyHeaders(request)) {
    return new RequestRefusal(431, `A request has at most ${maxHeaderLines} headers.`);
  }
  if (!isOwnHost(request)) {
    return new RequestRefusal(
      421,
      'The Host header must name this server: localhost, HOST or a name in ALLOWED_HOSTS.',
    );
  }
  return undefined;
}

/** In the place of Fastify's compilers of JSON Schema, which every start would load. No route has a schema. */
function noSchemas(): never {
  throw new Error('Routes have no schemas here.');
}
