import { unwrapResolverError } from '@apollo/server/errors';
import type { GraphQLFormattedError } from 'graphql';
import { GraphQLError } from 'graphql';
import { AppError } from '../shared/errors.ts';

const requestIds = new WeakMap<object, string>();

/** Notes in which request an unexpected error happened, for its answer. */
export function noteRequest(error: GraphQLError, requestId: string): void {
  requestIds.set(error, requestId);
}

/**
 * Whether nothing is known of an error that a client could use: neither the program nor graphql-js meant it for a
 * client. It is masked.
 */
export function isUnexpected(error: unknown): boolean {
  const original = unwrapResolverError(error);
  if (original instanceof AppError) return original.code === 'INTERNAL_SERVER_ERROR';
  if (!(original instanceof GraphQLError)) return true;
  // graphql-js reports what a resolver did wrong, such as null for non-null, as an error with a path but no cause.
  return original.path !== undefined;
}

/** What a client gets of an error: of an unexpected one nothing but the identifier of the request. */
export function formatError(formatted: GraphQLFormattedError, error: unknown): GraphQLFormattedError {
  if (isUnexpected(error)) {
    const requestId = typeof error === 'object' && error !== null ? requestIds.get(error) : undefined;
    return {
      message: 'Internal server error.',
      ...(formatted.locations && { locations: formatted.locations }),
      ...(formatted.path && { path: formatted.path }),
      extensions: { code: 'INTERNAL_SERVER_ERROR', ...(requestId !== undefined && { requestId }) },
    };
  }
  return formatted;
}
