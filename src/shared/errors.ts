/** Every code that the program itself answers with; Apollo Server adds its own for documents that it refuses. */
export const errorCodes = [
  'BAD_USER_INPUT',
  'UNAUTHENTICATED',
  'FORBIDDEN',
  'NOT_FOUND',
  'CONFLICT',
  'RATE_LIMITED',
  'LIMIT_EXCEEDED',
  'SERVICE_UNAVAILABLE',
  'INTERNAL_SERVER_ERROR',
] as const;

/** A code that the program answers with, in `extensions.code`. */
export type ErrorCode = (typeof errorCodes)[number];

/** One thing that is wrong with an input. */
export interface Issue {
  /** Where: argument and field names, and positions in lists, from the field's arguments inwards. */
  readonly path: readonly (string | number)[];
  /** What kind of thing is wrong, stable and in snake case. */
  readonly code: string;
  /** What is wrong, in words for a person. */
  readonly message: string;
}

/** What goes into an error's `extensions`. `retryAfter` is in seconds. */
export interface ErrorExtensions {
  readonly code: ErrorCode;
  readonly issues?: readonly Issue[];
  readonly retryAfter?: number;
  /** The limit that a request exceeds, and what it has; null where counting stopped at the limit. */
  readonly limit?: { readonly name: string; readonly max: number; readonly actual: number | null };
}

/** An error that is meant for the client: its message and extensions are answered as they are. */
export class AppError extends Error {
  override readonly name: string = 'AppError';
  readonly extensions: ErrorExtensions;

  constructor(
    code: ErrorCode,
    message: string,
    details: Omit<ErrorExtensions, 'code'> & { readonly cause?: unknown } = {},
  ) {
    const { cause, ...extensions } = details;
    super(message, cause === undefined ? undefined : { cause });
    this.extensions = { code, ...extensions };
  }

  get code(): ErrorCode {
    return this.extensions.code;
  }
}

/** Work that is refused because too much of its kind waits already. It says nothing about the state of other systems. */
export class ServerBusy extends AppError {
  override readonly name = 'ServerBusy';

  /** @param retryAfter in seconds. */
  constructor(message = 'The server is busy. Try again.', retryAfter = 1) {
    super('SERVICE_UNAVAILABLE', message, { retryAfter });
  }
}

/** Whether an error is about the state of this server or of another system, and the operator must know its cause. */
export function isOutage(error: unknown): boolean {
  return error instanceof AppError && error.code === 'SERVICE_UNAVAILABLE' && !(error instanceof ServerBusy);
}

/** Input that is wrong in one or more places. */
export function badInput(issues: readonly Issue[]): AppError {
  const [first] = issues;
  const message = first === undefined ? 'The input is not valid.' : first.message;
  return new AppError('BAD_USER_INPUT', message, { issues });
}

/** Input that is wrong in one place. */
export function badInputAt(path: Issue['path'], code: string, message: string): AppError {
  return badInput([{ path, code, message }]);
}

/** What does not exist, or what the viewer may not see: the answer is the same. */
export function notFound(kind: string): AppError {
  return new AppError('NOT_FOUND', `There is no such ${kind}.`);
}

/** What the viewer sees but may not do. */
export function forbidden(message: string): AppError {
  return new AppError('FORBIDDEN', message);
}

/** What contradicts the state that things are in. */
export function conflict(message: string, issues?: readonly Issue[]): AppError {
  return new AppError('CONFLICT', message, issues === undefined ? {} : { issues });
}
