import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Context, ContextBuilder } from '../graphql/context.ts';
import type { KnownOperations } from '../graphql/known-operations.ts';
import { bodyLimits } from '../graphql/limits/index.ts';
import type { HeaderList } from '../shared/header-list.ts';
import type { BodyReader } from './body-reader.ts';
import { askedIn, authorizationOf, writeAnswer } from './graphql-endpoint.ts';
import { hasTooManyHeaders } from './header-lines.ts';
import type { RequestBody } from './request-body.ts';
import { type OriginOf, requestIdOf } from './request-origin.ts';
import { ResponseClient } from './response-client.ts';

export interface PlainRequestsOptions {
  readonly known: KnownOperations;
  readonly buildContext: ContextBuilder;
  readonly originOf: OriginOf;
  readonly bodies: BodyReader;
  /** Whether the server stops. */
  readonly isClosing: () => boolean;
}

/** How far a request came before it was left to Fastify. Nothing of it is done again. */
export interface BegunRequest {
  readonly body: RequestBody;
  readonly requestId?: string;
  readonly context?: Context;
  /** What it has failed with. */
  readonly failure?: { readonly error: unknown };
}

interface PlainRequest {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly body: RequestBody;
  /** What the answer says beside what all say. */
  readonly fields: HeaderList;
}

/** So many `Origin` headers are remembered. */
const maxOrigins = 100;

/**
 * The short way of requests that have nothing unusual about them: a `POST` of JSON to the endpoint, for an operation that
 * is known. Nothing is to be routed then, and nothing to be refused; what is left to do is done here without Fastify:
 * read the body, find out who asks, answer.
 *
 * Whatever else may come is left to Fastify, which goes on from where this one stopped.
 */
export class PlainRequests {
  readonly #options: PlainRequestsOptions;
  readonly #begun = new WeakMap<IncomingMessage, BegunRequest>();
  /** The header fields that Fastify gave to an answer for each `Origin` header. */
  readonly #fields = new Map<string | undefined, HeaderList>();

  constructor(options: PlainRequestsOptions) {
    this.#options = options;
  }

  /** For how many origins it is known what Fastify would say. */
  get size(): number {
    return this.#fields.size;
  }

  /** How far a request came here; undefined where it was left to Fastify as it had come. */
  begunOf(request: IncomingMessage): BegunRequest | undefined {
    return this.#begun.get(request);
  }

  /** Notes the header fields that Fastify gives to the answer of a request for where it comes from. */
  learnFields({ headers: { origin } }: IncomingMessage, fields: HeaderList): void {
    if (this.#fields.size < maxOrigins) this.#fields.set(origin, fields);
  }

  /** Answers a request, or lets Fastify do it. */
  handle(request: IncomingMessage, response: ServerResponse, byFastify: RequestListener): void {
    const fields = this.#isPlain(request) ? this.#fields.get(request.headers.origin) : undefined;
    if (fields === undefined) {
      byFastify(request, response);
      return;
    }
    this.#options.bodies.read(request, response, (body) => {
      const leave = (begun: BegunRequest) => {
        this.#begun.set(request, begun);
        byFastify(request, response);
      };
      this.#answer({ request, response, body, fields }, leave).catch((error: Error) => {
        response.destroy(error);
      });
    });
  }

  #isPlain(request: IncomingMessage): boolean {
    const { method, url, headers } = request;
    return (
      method === 'POST' &&
      url === '/graphql' &&
      headers['content-type'] === 'application/json' &&
      headers['content-encoding'] === undefined &&
      // Not a number where the length is not told.
      Number(headers['content-length']) <= bodyLimits.body &&
      !hasTooManyHeaders(request)
    );
  }

  /** Answers a request, or leaves it. Rejects only when `leave` throws. */
  async #answer(
    { request, response, body, fields }: PlainRequest,
    leave: (begun: BegunRequest) => void,
  ): Promise<void> {
    const { known, buildContext, originOf, isClosing } = this.#options;
    let begun: BegunRequest = { body };
    try {
      const operation = known.find(askedIn(request, body.json()));
      if (operation !== null) {
        const requestId = requestIdOf(request);
        begun = { body, requestId };
        const built = buildContext({
          origin: originOf(request, requestId),
          authorization: authorizationOf(request),
          client: new ResponseClient(response),
          bodySize: body.size,
        });
        const context = built instanceof Promise ? await built : built;
        const answer = await known.answer(operation, context);
        if (answer !== null) {
          writeAnswer(answer, response, { requestId, isClosing: isClosing() }, fields);
          return;
        }
        begun = { body, requestId, context };
      }
    } catch (error) {
      begun = { ...begun, failure: { error } };
    }
    leave(begun);
  }
}
