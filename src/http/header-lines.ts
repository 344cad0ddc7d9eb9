import type { IncomingMessage } from 'node:http';

/** The most header lines of a request. */
export const maxHeaderLines = 100;

/** Whether there are so many that Node drops the last ones without a word: the token may be among them. */
export function hasTooManyHeaders({ rawHeaders }: IncomingMessage): boolean {
  // Names and values in turn.
  return rawHeaders.length > 2 * maxHeaderLines;
}
