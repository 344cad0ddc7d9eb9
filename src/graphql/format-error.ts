import type { GraphQLFormattedError } from 'graphql';
import { GraphQLError } from 'graphql';
import { AppError } from '../shared/errors.ts';

const requestIds = new WeakMap<object, string>();

/** Notes in which request an unexpected error happened, for its answer. */
export function noteRequest(error: Error, requestId: string): void {
  requestIds.set(error, requestId);
}

/** What first went wrong: the error inside those that graphql-js and Apollo Server wrap around it. */
export function causeOf(error: unknown): unknown {
  return error instanceof GraphQLError && error.originalError !== undefined
    ? causeOf(error.originalError)
    : error;
}

/**
 * Whether nothing is known of an error that a client could use: neither the program nor graphql-js meant it for a
 * client. It is masked.
 */
export function isUnexpected(error: unknown): boolean {
  const cause = causeOf(error);
  if (cause instanceof AppError) return cause.code === 'INTERNAL_SERVER_ERROR';
  if (!(cause instanceof GraphQLError) || !(error instanceof GraphQLError)) return true;
  // At a field, graphql-js reports what its resolver did wrong, such as null for non-null, and what it was given.
  return error.path !== undefined && !isAboutArgument(cause);
}

/**
 * Whether an error is about an argument. Only when the field runs can graphql-js know that a variable which may be null
 * is null where null may not be.
 */
function isAboutArgument({ message }: GraphQLError): boolean {
  return message.startsWith('Argument "');
}

/** What a client gets of an error: of an unexpected one nothing but the identifier of the request. */
export function formatError(formatted: GraphQLFormattedError, error: unknown): GraphQLFormattedError {
  if (!isUnexpected(error)) {
    const { message, extensions } = formatted;
    return {
      ...formatted,
      message: shortened(withoutValue(message, error)),
      extensions: { ...extensions, code: codeOf(formatted) },
    };
  }
  const requestId = typeof error === 'object' && error !== null ? requestIds.get(error) : undefined;
  return {
    message: 'Internal server error.',
    ...(formatted.locations && { locations: formatted.locations }),
    ...(formatted.path && { path: formatted.path }),
    extensions: { code: 'INTERNAL_SERVER_ERROR', ...(requestId !== undefined && { requestId }) },
  };
}

/** What is answered of an error of an execution; what it says about HTTP is not for the client. */
export function formatExecutionError(error: GraphQLError): GraphQLFormattedError {
  const { code = 'INTERNAL_SERVER_ERROR', http: _, ...extensions } = error.extensions;
  return formatError({ ...error.toJSON(), extensions: { ...extensions, code } }, error);
}

/** The longest message that is answered. */
const maxLength = 300;

/** A message without the most of what it quotes: graphql-js repeats names and values, however long they are. */
function shortened(message: string): string {
  return message.length > maxLength ? `${message.slice(0, maxLength - 1)}…` : message;
}

/**
 * What is wrong with a variable, without its value: graphql-js repeats all of an input object for one field that it does
 * not know, and a password may stand beside it.
 */
function withoutValue(message: string, error: unknown): string {
  const [prefix] = /^Variable "\$\w+" got invalid value/.exec(message) ?? [];
  const reason = error instanceof GraphQLError ? error.originalError?.message : undefined;
  if (prefix === undefined || reason === undefined || !message.endsWith(`; ${reason}`)) return message;
  const [, place = ''] = /( at "[\w.[\]]+")$/.exec(message.slice(0, -reason.length - 2)) ?? [];
  return `${prefix}${place}; ${reason.replace(/ value: .*$/s, ' value.')}`;
}

/** The code of an expected error, in the words of the contract. */
function codeOf({ extensions }: GraphQLFormattedError): unknown {
  switch (extensions?.['code']) {
    case 'OPERATION_RESOLUTION_FAILURE':
      return 'BAD_REQUEST';
    // What Apollo Server says of errors without a code.
    case 'INTERNAL_SERVER_ERROR':
      return 'BAD_USER_INPUT';
    default:
      return extensions?.['code'];
  }
}
