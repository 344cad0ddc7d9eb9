import { decodeCursor, encodeCursor, isTimeKey, type Position } from '../src/shared/pagination/index.ts';

const order = 'posts PUBLISHED_AT_DESC';

/** Returns the project's cursor of a place in the list of published posts. */
export const encodePostCursor = (position: Position): string => encodeCursor(order, position);

/** Returns the place that a cursor marks. @throws {Error} when it is not a cursor of that list. */
export function decodePostCursor(cursor: string): Position {
  const position = decodeCursor(cursor, order, isTimeKey);
  if (position === null) throw new Error(`Not a cursor of published posts: ${cursor}`);
  return position;
}
