import { badInput, badInputAt, type Issue } from '../errors.ts';
import { decodeCursor, type KeyCheck, type Position } from './cursor.ts';

/** The most items that one page or list holds. */
export const maxPageSize = 100;

/** The size of a page that does not say one. */
export const defaultPageSize = 20;

/** The pagination arguments of a connection field, as they come in. */
export interface PageArguments {
  readonly first?: number | null;
  readonly after?: string | null;
  readonly last?: number | null;
  readonly before?: string | null;
}

/** Which part of a list to read. */
export interface PageRequest {
  /** How many items the page holds at the most. */
  readonly size: number;
  /** How many rows to read: one more than the size where it must be known whether more follow. */
  readonly rows: number;
  /** Whether to read from the end. */
  readonly backwards: boolean;
  readonly after: Position | null;
  readonly before: Position | null;
}

/**
 * The order of a list, as far as cursors know it: its name, which no list of another kind has, what its keys look like,
 * and where a row stands.
 */
export interface ListOrder<Row> {
  readonly name: string;
  readonly isKey: KeyCheck;
  position(row: Row): Position;
}

/**
 * The page that a connection's arguments ask for, by the Relay Cursor Connections specification.
 *
 * @throws {AppError} `BAD_USER_INPUT`, with a path for each argument that is wrong.
 */
export function pageRequest<Row>(args: PageArguments, order: ListOrder<Row>): PageRequest {
  const { first, last } = args;
  const issues: Issue[] = [];
  if (first != null && last != null) {
    issues.push({ path: ['last'], code: 'conflicting', message: 'Give `first` or `last`, not both.' });
  }
  for (const [name, size] of [['first', first] as const, ['last', last] as const]) {
    if (size != null && (size < 0 || size > maxPageSize)) {
      issues.push({
        path: [name],
        code: 'out_of_range',
        message: `\`${name}\` must be 0 to ${maxPageSize}.`,
      });
    }
  }
  const position = (name: 'after' | 'before'): Position | null => {
    const cursor = args[name];
    if (cursor == null) return null;
    const found = decodeCursor(cursor, order.name, order.isKey);
    if (found === null) {
      issues.push({
        path: [name],
        code: 'invalid_cursor',
        message: `\`${name}\` is not a cursor of this list.`,
      });
    }
    return found;
  };
  const [after, before] = [position('after'), position('before')];
  if (issues.length > 0) throw badInput(issues);
  const size = first ?? last ?? defaultPageSize;
  return { size, rows: size + 1, backwards: last != null, after, before };
}

/**
 * The beginning of a list, for a field that answers a plain list.
 *
 * @throws {AppError} `BAD_USER_INPUT` when the limit is not 1 to 100.
 */
export function listRequest(limit: number | null | undefined): PageRequest {
  const size = limit ?? defaultPageSize;
  if (size < 1 || size > maxPageSize) {
    throw badInputAt(['limit'], 'out_of_range', `\`limit\` must be 1 to ${maxPageSize}.`);
  }
  return { size, rows: size, backwards: false, after: null, before: null };
}
