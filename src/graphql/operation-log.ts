import type { GraphQLError, GraphQLFormattedError } from 'graphql';
import type { Logger } from 'pino';
import { isOutage } from '../shared/errors.ts';
import type { Context } from './context.ts';
import { causeOf, isUnexpected, noteRequest } from './format-error.ts';

/** How much of an operation's name is logged, in characters. Clients choose it, and may choose 50,000. */
const maxNameLength = 100;

/** What is told of an operation when it is answered. */
export interface AnsweredOperation {
  readonly name: string | null;
  /** Query or mutation; null where it never came to be known which operation it was. */
  readonly kind: string | null;
  /** When the request began, by `performance.now()`. */
  readonly start: number;
  readonly errors: readonly GraphQLFormattedError[] | undefined;
}

/**
 * Writes one line for each operation: its name, kind, duration in milliseconds, number of SQL statements and the codes
 * that its errors have; and one for each unexpected error and each outage, with its cause. Variables, tokens and answers
 * are never logged.
 */
export class OperationLog {
  readonly #log: Logger;

  constructor(log: Logger) {
    this.#log = log;
  }

  answered({ origin, db, client }: Context, { name, kind, start, errors }: AnsweredOperation): void {
    this.#log.info(
      {
        requestId: origin.requestId,
        operation: name?.slice(0, maxNameLength) ?? null,
        kind,
        durationMs: Math.round((performance.now() - start) * 10) / 10,
        statements: db.statements,
        // What is undefined is left out.
        abandoned: client.isGone || undefined,
        errors: errors && [...new Set(errors.map(({ extensions }) => extensions?.['code']))],
      },
      'operation',
    );
  }

  /** Notes the errors of an operation that the operator must know the reason of. */
  failed(context: Context, errors: readonly GraphQLError[]): void {
    // What fails because nobody waits for it any more is nothing to look into.
    if (context.client.isGone) return;
    const { requestId } = context.origin;
    for (const error of errors) {
      const { path } = error;
      if (isUnexpected(error)) this.unexpected(context, error, path);
      else if (isOutage(causeOf(error)))
        this.#log.warn({ requestId, path, err: causeOf(error) }, 'service unavailable');
    }
  }

  /** Notes an error that nobody meant for a client. */
  unexpected({ origin: { requestId } }: Context, error: Error, path?: GraphQLError['path']): void {
    noteRequest(error, requestId);
    this.#log.error({ requestId, ...(path && { path }), err: causeOf(error) }, 'unexpected error');
  }
}
