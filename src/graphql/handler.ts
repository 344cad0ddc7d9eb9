import { type ApolloServer, HeaderMap } from '@apollo/server';
import { after, type Awaitable } from '../shared/awaitable.ts';
import type { Context } from './context.ts';
import type { KnownOperations } from './fast-path/known-operations.ts';
import { budgetFields, clientOf, type RequestLimits } from './limits/index.ts';
import type { GraphqlAnswer, GraphqlRequest } from './request.ts';

export interface GraphqlHandlerOptions {
  readonly apollo: ApolloServer<Context>;
  /** Null where the fast path is off. */
  readonly known: KnownOperations | null;
  readonly limits: RequestLimits;
}

/** Answers every GraphQL request: known operations by the fast path, all others by Apollo Server. */
export class GraphqlHandler {
  readonly limits: RequestLimits;
  readonly #apollo: ApolloServer<Context>;
  readonly #known: KnownOperations | null;

  constructor({ apollo, known, limits }: GraphqlHandlerOptions) {
    this.#apollo = apollo;
    this.#known = known;
    this.limits = limits;
  }

  answer(request: GraphqlRequest, context: Context): Awaitable<GraphqlAnswer> {
    const known = this.#known;
    const operation = known?.find(request) ?? null;
    if (known === null || operation === null) return this.#askApollo(request, context);
    return after(known.answer(operation, context), (answer) => answer ?? this.#askApollo(request, context));
  }

  /** Stops after the requests under way. */
  async stop(): Promise<void> {
    await this.#apollo.stop();
  }

  async #askApollo(request: GraphqlRequest, context: Context): Promise<GraphqlAnswer> {
    const { method, search, body } = request;
    const response = await this.#apollo.executeHTTPGraphQLRequest({
      httpGraphQLRequest: {
        method: method === 'HEAD' ? 'GET' : method,
        headers: headerMapOf(request),
        search,
        body,
      },
      context: async () => context,
    });
    const { status = 200 } = response;
    if (status === 200) this.#known?.learnContentType(request, response.headers.get('content-type'));
    const headers = [...response.headers].flat();
    if (!response.headers.has('ratelimit')) {
      // Apollo Server refused it before it called its plugins, such as a batch.
      const { viewer, origin, bodySize } = context;
      headers.push(
        ...budgetFields(this.limits, await this.limits.enterRefused(clientOf(viewer, origin), bodySize)),
      );
    }
    // No answer comes in parts: the schema has neither @defer nor @stream.
    return { status, headers, body: response.body.kind === 'complete' ? response.body.string : '' };
  }
}

function headerMapOf({ headers }: GraphqlRequest): HeaderMap {
  const map = new HeaderMap();
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) map.set(name, Array.isArray(value) ? value.join(', ') : value);
  }
  return map;
}
