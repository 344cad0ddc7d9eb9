import { GraphQLError } from 'graphql';

/**
 * Whether a rejection that nobody handled is one that graphql-js has left behind. Where an item of a list of non-null
 * items throws, it no longer waits for the items before; that those are rejected too is no news, for the list is null
 * already and its error told. Only the errors of fields have a path.
 */
export function isForgottenRejection(reason: unknown): boolean {
  return reason instanceof GraphQLError && reason.path !== undefined;
}
