import { sql } from 'drizzle-orm';
import type { PgColumn } from 'drizzle-orm/pg-core';
import { idEndings } from '../shared/ids.ts';
import type { Transaction } from './database.ts';
import { statement } from './statement.ts';

/** Number of names that are tried before one ends in a part of the identifier: the base, and the base with 2 to 50. */
export const numberedNames = 50;

/** What a name may end in while it is the base or numbered. */
export const numberEndings = [
  '',
  ...Array.from({ length: numberedNames - 1 }, (_, place) => `-${place + 2}`),
];

/** Length of the longest ending: a hyphen and an identifier. */
const longestEnding = 27;

/**
 * Makes names that are unique in a column, always with two statements that read a bounded number of rows. Returns the
 * base; or the base and the first free number from 2 to 50; or the base and an ending of the identifier of the row that
 * is to have the name. A base that leaves no room for its ending is cut. The name stays free, for all callers, until
 * the transaction ends.
 *
 * @param maxLength Maximum length of a name in characters, at least 40.
 */
export function uniqueName(
  column: PgColumn,
  maxLength: number,
): (tx: Transaction, base: string, id: string) => Promise<string> {
  const table = column.table;
  const key = sql.raw(`'${column.uniqueName ?? column.name}'`);
  const max = sql.raw(String(maxLength));
  const lock = statement({
    name: `${column.name}_lock`,
    parameters: { base: 'text' },
    selection: { locked: sql<string>`locked`.as('locked') },
    // Bases that differ by a number at the end, or where they are cut, can lead to the same name: `a` and `a-2` to `a-2`.
    query: ({ base }) => sql`
      select pg_advisory_xact_lock(hashtextextended(
        ${key} || left(regexp_replace(${base}, '(-[0-9]+)+$', ''), ${max} - ${sql.raw(String(longestEnding))}), 0))::text`,
  });
  const firstFree = statement({
    name: `${column.name}_free`,
    parameters: { base: 'text', endings: 'text[]' },
    selection: { name: sql<string>`name`.as('name') },
    // `unnest` keeps the order, and names are looked up one by one until one is free.
    query: ({ base, endings }) => sql`
      select name
      from unnest(${endings}) as endings(ending)
        cross join lateral (select rtrim(left(${base}, ${max} - length(ending)), '-') || ending as name offset 0) as names
      where not exists (select from ${table} where ${column} = names.name offset 0)
      limit 1`,
  });
  return async (tx, base, id) => {
    await tx.run(lock, { base });
    const endings = [...numberEndings, ...idEndings(id).map((ending) => `-${ending}`)];
    const [row] = await tx.run(firstFree, { base, endings });
    return (row as { name: string }).name;
  };
}
