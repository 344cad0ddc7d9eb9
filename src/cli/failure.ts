import { showsStacks } from '../config.ts';
import { FolderInUseError } from '../db/folder-lock.ts';
import { AppError } from '../shared/errors.ts';

/** What keeps a command from being done, said to whoever gave it. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
}

/** A command that cannot be understood. */
export class UsageError extends CommandError {}

/** Writes an error to standard error: one line, and its stack only where the log level is `debug` or `trace`. */
export function reportFailure(error: unknown): void {
  process.stderr.write(`broadsheet: ${failureLine(error)}\n`);
  if (showsStacks() && error instanceof Error) process.stderr.write(`${error.stack}\n`);
}

/** What went wrong, in one line. */
export function failureLine(error: unknown): string {
  return oneLine(explain(error));
}

/** Text on one line: lines become sentences, and other control characters spaces. */
export function oneLine(text: string): string {
  return text
    .trim()
    .replace(/\s*\n\s*/g, ' ')
    .replace(/\p{Cc}/gu, ' ');
}

function explain(error: unknown): string {
  if (error instanceof FolderInUseError) {
    return `${error.message} Stop it first, or set DATA_DIR to another folder.`;
  }
  if (error instanceof AppError) return explainAppError(error);
  if (!(error instanceof Error)) return String(error);
  const { code, port } = error as NodeJS.ErrnoException & { port?: number };
  if (code === 'EADDRINUSE') return `The port ${port} is in use. Set PORT to another one.`;
  return withCause(error).replaceAll('\n', '; ');
}

function explainAppError(error: AppError): string {
  const { issues = [] } = error.extensions;
  if (issues.length === 0) return withCause(error);
  // The input is what the options of the command make, so that `input.email` is what `--email` says.
  return issues
    .map(({ path, message }) => `${path.filter((step) => step !== 'input').join('.')}: ${message}`)
    .join(' ');
}

/** The message of an error, and what led to it where it says more. */
function withCause(error: Error): string {
  const { cause } = error;
  if (!(cause instanceof Error)) return error.message;
  const reasons = cause instanceof AggregateError ? cause.errors : [cause];
  return `${error.message} (${reasons.map((reason) => (reason as Error).message).join('; ')})`;
}
