import { AppError } from '../../shared/errors.ts';
import { failureLine } from '../failure.ts';

/** What keeps a file from being imported, in a sentence or two. */
export class FileError extends Error {
  override readonly name = 'FileError';
}

/** What an import says of a file: why it was not taken, or why its post is a draft. */
export interface FileNote {
  /** Relative to the folder, with forward slashes. */
  readonly path: string;
  readonly reason: string;
}

/** Why one file was not taken. What keeps all files from being taken is thrown on. */
export function reasonOf(error: unknown): string {
  if (error instanceof AppError && error.code === 'SERVICE_UNAVAILABLE') throw error;
  return error instanceof FileError ? error.message : failureLine(error);
}

/** A text from a file as a reason may quote it: on one line, and not long. */
export function quote(text: string): string {
  return JSON.stringify(text.length <= 60 ? text : `${text.slice(0, 60)}…`);
}
