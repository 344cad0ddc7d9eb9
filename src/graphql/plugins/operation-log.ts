import type { Context } from '../context.ts';
import { isUnexpected } from '../format-error.ts';
import type { OperationLog } from '../operation-log.ts';
import type { Plugin } from './plugin.ts';

/** Has operations logged as they end. */
export function operationLog(log: OperationLog): Plugin {
  return {
    isBuiltIn: true,
    async unexpectedErrorProcessingRequest({ requestContext, error }) {
      if (isUnexpected(error)) log.unexpected(requestContext.contextValue, error);
      // Otherwise Apollo Server logs it again, without its cause, and answers with another one.
      throw error;
    },
    async requestDidStart({ contextValue }: { contextValue: Context }) {
      const start = performance.now();
      return {
        async didEncounterErrors({ errors }) {
          log.failed(contextValue, errors);
        },
        async willSendResponse({ operationName, operation, response: { body } }) {
          log.answered(contextValue, {
            name: operationName ?? null,
            kind: operation?.operation ?? null,
            start,
            errors: body.kind === 'single' ? body.singleResult.errors : undefined,
          });
        },
      };
    },
  };
}
