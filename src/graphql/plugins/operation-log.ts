import type { ApolloServerPlugin } from '@apollo/server';
import type { GraphQLError } from 'graphql';
import type { Logger } from 'pino';
import { AppError } from '../../shared/errors.ts';
import type { Context } from '../context.ts';
import { causeOf, isUnexpected, noteRequest } from '../format-error.ts';

/**
 * Writes one line for each operation: its name, kind, duration in milliseconds, number of SQL statements and the codes
 * that its errors have; and one for each unexpected error and each outage, with its cause. Variables, tokens and answers
 * are never logged.
 */
export function operationLog(log: Logger): ApolloServerPlugin<Context> {
  function logUnexpected(
    error: Error,
    { origin: { requestId } }: Context,
    path?: GraphQLError['path'],
  ): void {
    noteRequest(error, requestId);
    log.error({ requestId, ...(path && { path }), err: causeOf(error) }, 'unexpected error');
  }
  return {
    async unexpectedErrorProcessingRequest({ requestContext, error }) {
      if (isUnexpected(error)) logUnexpected(error, requestContext.contextValue);
      // Otherwise Apollo Server logs it again, without its cause, and answers with another one.
      throw error;
    },
    async requestDidStart({ contextValue }) {
      const start = performance.now();
      const { requestId } = contextValue.origin;
      return {
        async didEncounterErrors({ errors }) {
          // What fails because nobody waits for it any more is nothing to look into.
          if (contextValue.signal.aborted) return;
          for (const error of errors) {
            const { path } = error;
            if (isUnexpected(error)) logUnexpected(error, contextValue, path);
            else if (isOutage(error))
              log.warn({ requestId, path, err: causeOf(error) }, 'service unavailable');
          }
        },
        async willSendResponse({ operationName, operation, response }) {
          const { body } = response;
          const errors = body.kind === 'single' ? body.singleResult.errors : undefined;
          log.info(
            {
              requestId,
              operation: operationName ?? null,
              kind: operation?.operation ?? null,
              durationMs: Math.round((performance.now() - start) * 10) / 10,
              statements: contextValue.db.statements,
              ...(contextValue.signal.aborted && { abandoned: true }),
              ...(errors !== undefined && {
                errors: [...new Set(errors.map(({ extensions }) => extensions?.['code']))],
              }),
            },
            'operation',
          );
        },
      };
    },
  };
}

/** Whether an error is about the server's state, which the operator must know the reason of. */
function isOutage(error: GraphQLError): boolean {
  const cause = causeOf(error);
  return cause instanceof AppError && cause.code === 'SERVICE_UNAVAILABLE';
}
