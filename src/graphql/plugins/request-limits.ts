import { HeaderMap } from '@apollo/server';
import { GraphQLError } from 'graphql';
import type { Logger } from 'pino';
import { AppError } from '../../shared/errors.ts';
import { fieldsOf, type HeaderList } from '../../shared/header-list.ts';
import {
  type Balance,
  budgetFields,
  clientOf,
  costReport,
  isCostWanted,
  OverBudget,
  type RequestLimits,
} from '../limits/index.ts';
import type { Plugin } from './plugin.ts';

/**
 * Refuses requests that exceed a limit before they are executed, and logs which limit a client met. Every answer says in
 * `RateLimit` fields what is left of the client's budget; a request with `GraphQL-Cost: report` is also told its cost, in
 * `extensions.cost`.
 */
export function requestLimits(limits: RequestLimits, log: Logger): Plugin {
  return {
    isBuiltIn: true,
    async requestDidStart({ contextValue: { origin, viewer, bodySize } }) {
      const client = clientOf(viewer, origin);
      let cost: number | null = null;
      let tokens = 0;
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
          throw refusalOf(error, budgetFields(limits, balance));
        }
      }

      return {
        didResolveSource: ({ source, queryHash, request: { variables } }) =>
          guarded(async () => {
            balance = await limits.enter(client, bodySize);
            tokens = await limits.check(client, { source, variables, digest: queryHash });
          }),
        // Apollo Server calls it for documents that it has not cached.
        parsingDidStart: () =>
          guarded(async () => {
            balance = await limits.chargeUnknown(client, tokens);
          }),
        didResolveOperation: ({ document, operation, request: { variables = {} } }) =>
          guarded(async () => {
            // Whoever executes it says that there is no such operation.
            if (operation === undefined) return;
            ({ cost, balance } = await limits.charge(client, { document, operation, variables, bodySize }));
          }),
        async willSendResponse(context) {
          const { response, request } = context;
          // It had no document, such as the hash of one that is not known.
          balance ??= await limits.enterRefused(client, bodySize);
          for (const [name, value] of fieldsOf(budgetFields(limits, balance))) {
            response.http.headers.set(name, value);
          }
          const { body } = response;
          if (cost === null || body.kind !== 'single') return;
          if (!isCostWanted(request.http?.headers.get('graphql-cost'))) return;
          const { extensions } = body.singleResult;
          const singleResult = {
            ...body.singleResult,
            extensions: { ...extensions, cost: costReport(limits, { cost, balance }) },
          };
          response.body = { kind: 'single', singleResult };
        },
      };
    },
  };
}

/** The error with what Apollo Server needs to answer it: its status and header fields. */
function refusalOf(error: AppError, fields: HeaderList): GraphQLError {
  const status = error.code === 'RATE_LIMITED' ? 429 : 400;
  const headers = new HeaderMap();
  for (const [name, value] of fieldsOf(fields)) headers.set(name, value);
  return new GraphQLError(error.message, {
    originalError: error,
    extensions: { ...error.extensions, http: { status, headers } },
  });
}
