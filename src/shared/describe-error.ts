/** An error as the log holds it. */
export interface ErrorDescription {
  readonly type: string;
  readonly message: string;
  readonly code?: string;
  readonly stack?: string;
  readonly cause?: ErrorDescription;
}

/**
 * What the log says of an error: kind, message, code, stack and causes, and none of its other properties. Those of
 * database errors hold the parameters of statements, which can be passwords and addresses; values that PostgreSQL quotes
 * in a message are left out of it.
 */
export function describeError(error: unknown): ErrorDescription {
  if (!(error instanceof Error)) return { type: typeof error, message: String(error) };
  const { code } = error as Error & { code?: unknown };
  const message = isAboutValue(code) ? error.message.replace(/".*"/s, '"…"') : error.message;
  return {
    type: error.name,
    message,
    ...(typeof code === 'string' && { code }),
    // The stack begins with the message.
    ...(error.stack !== undefined && { stack: error.stack.replace(error.message, () => message) }),
    ...(error.cause !== undefined && { cause: describeError(error.cause) }),
  };
}

/** Whether a SQLSTATE is of an error that quotes values: data exceptions, and texts that a function could not read. */
function isAboutValue(code: unknown): boolean {
  return typeof code === 'string' && /^(22[0-9A-Z]{3}|42601)$/.test(code);
}
