import {
  type ApolloServerPlugin,
  type GraphQLRequestContextWillSendResponse,
  HeaderMap,
} from '@apollo/server';
import { GraphQLError } from 'graphql';
import type { Logger } from 'pino';
import { AppError } from '../../shared/errors.ts';
import type { Context } from '../context.ts';
import {
  type Balance,
  type BudgetNumbers,
  clientOf,
  OverBudget,
  type RequestLimits,
} from '../limits/index.ts';

/** The request header with which a client asks for the cost in the answer. */
const costHeader = 'graphql-cost';

/**
 * Refuses requests that exceed a limit before they are executed, and logs which limit a client met. Every answer says in
 * `RateLimit` fields what is left of the client's budget; a request with `GraphQL-Cost: report` is also told its cost, in
 * `extensions.cost`.
 */
export function requestLimits(limits: RequestLimits, log: Logger): ApolloServerPlugin<Context> {
  return {
    async requestDidStart({ contextValue: { origin, viewer } }) {
      const client = clientOf(viewer, origin);
      let cost: number | null = null;
      let balance: Balance | null = null;

      /** Does something that may be refused, and has the refusal answered and logged. */
      async function guarded(work: () => Promise<void>): Promise<void> {
        try {
          await work();
        } catch (error) {
          if (!(error instanceof AppError)) throw error;
          const { requestId, clientAddress } = origin;
          const { limit, retryAfter = 0 } = error.extensions;
          if (error instanceof OverBudget)
            balance = { remaining: balance?.remaining ?? 0, resetAfter: retryAfter };
          log.info({ requestId, clientAddress, userId: viewer?.id ?? null, limit }, 'limit exceeded');
          throw refusalOf(error);
        }
      }

      return {
        didResolveSource: ({ source, queryHash, request: { variables } }) =>
          guarded(async () => {
            balance = await limits.enter(client);
            limits.check({ source, variables, digest: queryHash });
          }),
        didResolveOperation: ({ document, operation, request: { variables = {} } }) =>
          guarded(async () => {
            // Whoever executes it says that there is no such operation.
            if (operation === undefined) return;
            ({ cost, balance } = await limits.charge(client, { document, operation, variables }));
          }),
        async willSendResponse(context) {
          const { budgets, costCeiling: ceiling } = limits;
          // It had no document, such as the hash of one that is not known.
          if (balance === null)
            await guarded(async () => void (balance = await limits.enter(client))).catch(() => {});
          if (budgets !== null && balance !== null) setFields(context, budgets.numbers, balance);
          if (cost !== null && context.request.http?.headers.get(costHeader)?.trim() === 'report') {
            report(context, { requested: cost, ceiling, ...balance });
          }
        },
      };
    },
  };
}

/** The error with what Apollo Server needs to answer it with its status. */
function refusalOf(error: AppError): GraphQLError {
  const status = error.code === 'RATE_LIMITED' ? 429 : 400;
  return new GraphQLError(error.message, {
    originalError: error,
    extensions: { ...error.extensions, http: { status, headers: new HeaderMap() } },
  });
}

/** Says what is left, as the IETF's draft "RateLimit header fields for HTTP" has it. */
function setFields(
  { response: { http } }: GraphQLRequestContextWillSendResponse<Context>,
  { points, window }: BudgetNumbers,
  { remaining, resetAfter }: Balance,
): void {
  http.headers.set('ratelimit-policy', `"budget";q=${points};qu="points";w=${window}`);
  http.headers.set('ratelimit', `"budget";r=${remaining};t=${resetAfter}`);
}

function report({ response }: GraphQLRequestContextWillSendResponse<Context>, cost: object): void {
  const { body } = response;
  if (body.kind !== 'single') return;
  const { extensions } = body.singleResult;
  response.body = {
    kind: 'single',
    singleResult: { ...body.singleResult, extensions: { ...extensions, cost } },
  };
}
