import { sql } from 'drizzle-orm';
import type { PgColumn } from 'drizzle-orm/pg-core';
import type { Transaction } from './database.ts';
import { statement } from './statement.ts';

/**
 * Makes names that are unique in a column, always with two statements. What it answers is the base, or the base and
 * the first free number from 2; it stays free, for all who ask here, until the transaction ends.
 */
export function uniqueName(column: PgColumn): (tx: Transaction, base: string) => Promise<string> {
  const table = column.table;
  const key = sql.raw(`'${column.uniqueName ?? column.name}'`);
  const lock = statement({
    name: `${column.name}_lock`,
    parameters: { base: 'text' },
    selection: { locked: sql<string>`locked`.as('locked') },
    // Bases that differ by a number at the end can lead to the same name: `a` and `a-2` both to `a-2`.
    query: ({ base }) => sql`
      select pg_advisory_xact_lock(hashtextextended(${key} || regexp_replace(${base}, '(-[0-9]+)+$', ''), 0))::text`,
  });
  // The numbers are made one by one, as far as they are needed.
  const firstFree = statement({
    name: `${column.name}_free`,
    parameters: { base: 'text' },
    selection: { name: sql<string>`name`.as('name') },
    query: ({ base }) => sql`
      select name
      from (select ${base} || case when number = 1 then '' else '-' || number end as name
            from (select generate_series(1, 1000000) as number) as numbers) as names
      where not exists (select from ${table} where ${column} = names.name)
      limit 1`,
  });
  return async (tx, base) => {
    await tx.run(lock, { base });
    const [row] = await tx.run(firstFree, { base });
    return (row as { name: string }).name;
  };
}
