import { isDeepStrictEqual } from 'node:util';

/** The fields whose values servers choose by themselves, where they make a new thing. */
const chosen = new Set(['id', 'slug']);

/**
 * An answer without what each server may decide by itself: what a cursor is. Cursors are numbered by their first place,
 * so that the cursor of the last edge must be the end cursor.
 *
 * @param makes Whether the answer is about something new: then identifiers and slugs must only be there.
 */
export function canonical(answer: unknown, makes = false): unknown {
  const cursors = new Map<unknown, string>();
  const numbered = (cursor: unknown) => {
    if (typeof cursor !== 'string' || cursor === '') return cursor;
    const number = cursors.get(cursor) ?? `cursor ${cursors.size}`;
    cursors.set(cursor, number);
    return number;
  };
  const walk = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(walk);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([name, field]) => {
        if (name === 'cursor' || name === 'endCursor') return [name, numbered(field)];
        return [name, makes && chosen.has(name) ? typeof field : walk(field)];
      }),
    );
  };
  return walk(answer);
}

/**
 * The first place where two answers differ, such as `data.users.3.name`; null where they are the same. The order of
 * fields counts as little as it does to clients.
 */
export function firstDifference(left: unknown, right: unknown, path = ''): string | null {
  if (isDeepStrictEqual(left, right)) return null;
  const both = [left, right];
  if (!both.every((value) => typeof value === 'object' && value !== null)) return path;
  const [a, b] = both as [Record<string, unknown>, Record<string, unknown>];
  for (const name of new Set([...Object.keys(a), ...Object.keys(b)])) {
    const inside = path === '' ? name : `${path}.${name}`;
    if (!(name in a) || !(name in b)) return inside;
    const difference = firstDifference(a[name], b[name], inside);
    if (difference !== null) return difference;
  }
  return path;
}
