import { AppError } from '../shared/errors.ts';

/** A unique constraint that a statement broke. Services that expect one say it in their own words. */
export class UniqueViolation extends AppError {
  override readonly name = 'UniqueViolation';
  readonly constraint: string;

  constructor(constraint: string, cause: unknown) {
    super('CONFLICT', 'There is such a thing already.', { cause });
    this.constraint = constraint;
  }
}

/** A row that a statement refers to and that is gone. Services that expect one say it in their own words. */
export class ForeignKeyViolation extends AppError {
  override readonly name = 'ForeignKeyViolation';
  readonly constraint: string;

  constructor(constraint: string, cause: unknown) {
    super('CONFLICT', 'Something that this belongs to has just been deleted.', { cause });
    this.constraint = constraint;
  }
}

/** A transaction that lost against another one and may simply be run again. */
export class TransactionConflict extends AppError {
  override readonly name: string = 'TransactionConflict';

  constructor(cause?: unknown, message = 'Others are changing the same things. Try again.') {
    super('SERVICE_UNAVAILABLE', message, { retryAfter: 1, cause });
  }
}

/**
 * A prepared statement that its connection no longer has as it was. It was not executed: outside a transaction it is sent
 * again unnamed, and a transaction is run again.
 */
export class StaleStatement extends TransactionConflict {
  override readonly name = 'StaleStatement';

  constructor(cause: unknown) {
    super(cause, 'The database has just been changed. Try again.');
  }
}

/** What `pg` says of an error, of which only the code is declared everywhere. */
type ServerError = Error & { readonly code?: string; readonly routine?: string };

/**
 * Whether a connection no longer has a statement as it was prepared: its name is gone (`discard all`) or taken (some
 * poolers), or its columns have other types (`alter table`).
 */
export function isStale(error: Error): boolean {
  const { code, routine } = error as ServerError;
  // The message "cached plan must not change result type" may be translated; the routine that raises it is not.
  if (code === '0A000') return routine === 'RevalidateCachedQuery';
  return code === '26000' || code === '42P05'; // invalid_sql_statement_name, duplicate_prepared_statement
}

/** Whether the server refused a change because it is a standby, or was set to read only. */
export function isReadOnlyServer(error: Error): boolean {
  return (error as ServerError).code === '25006'; // read_only_sql_transaction
}

/** Whether a statement failed only because one before it in its transaction did. */
export function isInFailedTransaction(error: Error): boolean {
  return (error as ServerError).code === '25P02'; // in_failed_sql_transaction
}

/**
 * The one place where SQLSTATEs (PostgreSQL manual, appendix A) and connection errors get a meaning. What has none
 * stays as it is, and is masked before it reaches a client.
 */
export function translateError(error: Error): Error;
export function translateError(error: unknown): unknown;
export function translateError(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const { code, constraint } = error as Error & { code?: string; constraint?: string };
  if (isStale(error)) return new StaleStatement(error);
  switch (code) {
    case '23505':
      return new UniqueViolation(constraint ?? 'unknown', error);
    case '23503':
      return new ForeignKeyViolation(constraint ?? 'unknown', error);
    case '40001': // serialization_failure
    case '40P01': // deadlock_detected
      return new TransactionConflict(error);
    case '22021': // character_not_in_repertoire
    case '22P05': // untranslatable_character
      return new AppError('BAD_USER_INPUT', 'The text has a character that cannot be stored.', {
        cause: error,
      });
    case '57014': // query_canceled, by statement_timeout
      return unavailable('The database took too long to answer.', error);
    case '55P03': // lock_not_available, by lock_timeout
      return unavailable('Somebody else is changing the same thing.', error);
    default:
      return isOutage(error, code) ? unavailable('The database cannot be reached.', error) : error;
  }
}

/** What a statement fails with that nobody waits for any more. */
export function abandoned(): AppError {
  return new AppError('SERVICE_UNAVAILABLE', 'The client has gone.');
}

function unavailable(message: string, cause: unknown): AppError {
  return new AppError('SERVICE_UNAVAILABLE', message, { retryAfter: 1, cause });
}

/** Connection exceptions, operator intervention, a lack of resources, a read-only server, and errors of the socket. */
function isOutage(error: Error, code: string | undefined): boolean {
  if (code !== undefined) return /^(08|53|57P|25006|ECONN|EPIPE|ETIMEDOUT|ENOTFOUND|EHOST)/.test(code);
  return /^(timeout exceeded when trying to connect|timeout expired|Connection terminated|Query read timeout|Client has encountered a connection error)/.test(
    error.message,
  );
}
