import { type FormattedExecutionResult, Kind, type OperationDefinitionNode } from 'graphql';
import type { Plugin } from './plugin.ts';

/** Has `retryAdvice` followed. */
export function retryAfter(): Plugin {
  return {
    isBuiltIn: true,
    async requestDidStart() {
      return {
        async willSendResponse({ response, operation }) {
          const { body, http } = response;
          if (body.kind !== 'single') return;
          const { errors } = body.singleResult;
          if (errors === undefined) return;
          const { seconds, wasRefused } = retryAdvice(body.singleResult, operation);
          if (seconds > 0) http.headers.set('retry-after', String(seconds));
          if (!wasRefused) return;
          http.status = 429;
          response.body = { kind: 'single', singleResult: { errors } };
        },
      };
    },
  };
}

/** When to try again. */
export interface RetryAdvice {
  /** In how many seconds, for a `Retry-After` header (RFC 9110); 0 where no error says so. */
  readonly seconds: number;
  /**
   * Whether the operation did nothing, because limits refused all of it. It is answered like a request that was not
   * executed: with 429 and without data.
   */
  readonly wasRefused: boolean;
}

/** What the errors of an answer say about trying again. */
export function retryAdvice(
  { data, errors = [] }: FormattedExecutionResult,
  operation: OperationDefinitionNode | undefined,
): RetryAdvice {
  const waits = errors.map(({ extensions }) => Number(extensions?.['retryAfter'] ?? 0));
  const limited = errors.filter(({ extensions }) => extensions?.['code'] === 'RATE_LIMITED').length;
  return {
    seconds: Math.max(0, ...waits),
    wasRefused: limited > 0 && limited === fieldCount(data, operation),
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
