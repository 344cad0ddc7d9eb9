import type { ApolloServerPlugin } from '@apollo/server';
import { Kind, type OperationDefinitionNode } from 'graphql';
import type { Context } from '../context.ts';

/**
 * Says in a `Retry-After` header (RFC 9110) when to try again, where an error in the answer says so, in seconds. An
 * operation that did nothing because limits refused all of it is answered like a request that was not executed: with
 * 429 and without data.
 */
export function retryAfter(): ApolloServerPlugin<Context> {
  return {
    async requestDidStart() {
      return {
        async willSendResponse({ response, operation }) {
          const { body, http } = response;
          if (body.kind !== 'single') return;
          const { data, errors = [] } = body.singleResult;
          const waits = errors.map(({ extensions }) => Number(extensions?.['retryAfter'] ?? 0));
          const longest = Math.max(0, ...waits);
          if (longest > 0) http.headers.set('retry-after', String(longest));
          const limited = errors.filter(({ extensions }) => extensions?.['code'] === 'RATE_LIMITED').length;
          if (limited > 0 && limited === fieldCount(data, operation)) {
            http.status = 429;
            response.body = { kind: 'single', singleResult: { errors } };
          }
        },
      };
    },
  };
}

/** How many fields an operation ran; null where that cannot be told. */
function fieldCount(
  data: Readonly<Record<string, unknown>> | null | undefined,
  operation: OperationDefinitionNode | undefined,
): number | null {
  if (data != null) return Object.keys(data).length;
  // An error at a field that cannot be null has taken the others with it.
  const [first, ...others] = operation?.selectionSet.selections ?? [];
  return first?.kind === Kind.FIELD && others.length === 0 ? 1 : null;
}
