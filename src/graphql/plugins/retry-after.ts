import type { ApolloServerPlugin } from '@apollo/server';
import type { Context } from '../context.ts';

/** Says in a `Retry-After` header (RFC 9110) when to try again, where an error in the answer says so, in seconds. */
export function retryAfter(): ApolloServerPlugin<Context> {
  return {
    async requestDidStart() {
      return {
        async willSendResponse({ response: { body, http } }) {
          const errors = body.kind === 'single' ? body.singleResult.errors : undefined;
          const waits = errors?.map(({ extensions }) => Number(extensions?.['retryAfter'] ?? 0)) ?? [];
          const longest = Math.max(0, ...waits);
          if (longest > 0) http.headers.set('retry-after', String(longest));
        },
      };
    },
  };
}
