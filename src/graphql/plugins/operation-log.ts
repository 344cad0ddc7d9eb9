import type { ApolloServerPlugin } from '@apollo/server';
import { unwrapResolverError } from '@apollo/server/errors';
import type { Logger } from 'pino';
import type { Context } from '../context.ts';
import { isUnexpected, noteRequest } from '../format-error.ts';

/**
 * Writes one line for each operation: its name, kind, duration in milliseconds, number of SQL statements and the codes
 * of its errors; and one for each unexpected error, with its cause. Variables, tokens and answers are never logged.
 */
export function operationLog(log: Logger): ApolloServerPlugin<Context> {
  return {
    async requestDidStart({ contextValue }) {
      const start = performance.now();
      const { requestId } = contextValue;
      return {
        async didEncounterErrors({ errors }) {
          for (const error of errors.filter(isUnexpected)) {
            noteRequest(error, requestId);
            log.error({ requestId, path: error.path, err: unwrapResolverError(error) }, 'unexpected error');
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
              ...(errors !== undefined && { errors: errors.map(({ extensions }) => extensions?.['code']) }),
            },
            'operation',
          );
        },
      };
    },
  };
}
