import { and, type SQL, type SQLWrapper, sql } from 'drizzle-orm';
import type { PgColumn } from 'drizzle-orm/pg-core';
import type { PageRequest } from '../shared/pagination/page-request.ts';
import type { Placeholders, ValuesOf } from './statement.ts';

/** The total order of a list: a key, and the identifier where keys are equal. Both run in one direction. */
export interface SortOrder {
  readonly key: PgColumn | SQL;
  readonly keyType: 'timestamptz' | 'text' | 'integer';
  readonly id: PgColumn | SQL;
  readonly descending: boolean;
}

/** What of a page request shows in the text of its statement. */
export interface PageShape {
  readonly backwards: boolean;
  readonly after: boolean;
  readonly before: boolean;
}

/** The parameters of a statement that reads a page. */
export const pageParameters = {
  rows: 'integer',
  afterKey: 'text',
  afterId: 'uuid',
  beforeKey: 'text',
  beforeId: 'uuid',
} as const;

/** Counting stops beyond this number of rows. */
export const countLimit = 10_000;

/**
 * What of a page request shows in the text of its statement. It is put together with the rest by `Object.assign`, and so
 * are the values: object literals that spread others take fifty times as long.
 */
export function pageShape({ backwards, after, before }: PageRequest): PageShape {
  return { backwards, after: after !== null, before: before !== null };
}

/** The values for the parameters of a page. */
export function pageValues({ rows, after, before }: PageRequest): ValuesOf<typeof pageParameters> {
  return {
    rows,
    afterKey: after?.key ?? null,
    afterId: after?.id ?? null,
    beforeKey: before?.key ?? null,
    beforeId: before?.id ?? null,
  };
}

/** The condition, order and limit that make a select a page: keyset pagination, read from the end when backwards. */
export function keyset(
  sort: SortOrder,
  shape: PageShape,
  parameters: Placeholders<typeof pageParameters>,
): { range: SQL | undefined; orderBy: [SQL, SQL]; limit: ReturnType<typeof sql.placeholder> } {
  const { key, id, descending } = sort;
  const type = sql.raw(sort.keyType);
  const beyond = (value: SQL, valueId: SQL, further: boolean) =>
    sql`(${key}, ${id}) ${sql.raw(further === descending ? '<' : '>')} (${value}::${type}, ${valueId})`;
  const direction = sql.raw(descending === shape.backwards ? 'asc' : 'desc');
  return {
    range: and(
      shape.after ? beyond(parameters.afterKey, parameters.afterId, true) : undefined,
      shape.before ? beyond(parameters.beforeKey, parameters.beforeId, false) : undefined,
    ),
    orderBy: [sql`${key} ${direction}`, sql`${id} ${direction}`],
    limit: sql.placeholder('rows'),
  };
}

/** The identifier of the parent whose rows a select inside `perParent` reads. */
export const parentId = sql<string>`parent.id`.as('parent_id');

/**
 * Runs a select once for each parent, in one statement: `unnest(…) cross join lateral (…)`. The select compares with
 * `parentId`; what comes out begins with the parent's identifier. The rows of a parent keep the select's order,
 * because a lateral join over a function is always a nested loop.
 */
export function perParent(parents: SQL, select: SQLWrapper): SQL {
  return sql`select parent.id, page.* from unnest(${parents}) as parent(id) cross join lateral (${select}) as page`;
}

/**
 * The first rows of several lists together, each row once. Every list is a select of `id` and `key` that has the page's
 * range, order and limit, so that no more than a page of each is read.
 */
export function mergedPage(
  lists: readonly SQLWrapper[],
  { descending }: SortOrder,
  { backwards }: PageShape,
): SQL {
  const direction = sql.raw(descending === backwards ? 'asc' : 'desc');
  return sql`select id from (${unionOf(lists)}) as listed
    order by key ${direction}, id ${direction} limit ${sql.placeholder('rows')}`;
}

/** The distinct rows of several selects, which may have limits of their own. */
export function unionOf(selects: readonly SQLWrapper[]): SQL {
  return sql.join(
    selects.map((select) => sql`(${select})`),
    sql` union `,
  );
}

/** Sorts rows into lists, one for each parent, in the parents' order. */
export function byParent<Row extends { parentId: string }>(
  parents: readonly string[],
  rows: readonly Row[],
): Row[][] {
  const lists = new Map<string, Row[]>();
  // Rows of a parent mostly follow each other.
  let current: Row[] = [];
  let currentId: string | undefined;
  for (const row of rows) {
    if (row.parentId !== currentId) {
      currentId = row.parentId;
      current = lists.get(currentId) ?? [];
      lists.set(currentId, current);
    }
    current.push(row);
  }
  return parents.map((id) => lists.get(id) ?? []);
}

/** Sorts rows by identifier, in the identifiers' order; null where there is none. */
export function byId<Row extends { id: string }>(
  ids: readonly string[],
  rows: readonly Row[],
): (Row | null)[] {
  const found = new Map<string, Row>();
  for (const row of rows) found.set(row.id, row);
  return ids.map((id) => found.get(id) ?? null);
}

/** How many rows are counted at most. */
export const maxCounted = sql.raw(String(countLimit + 1));

/** Counts the rows of a select, up to one more than `countLimit`. */
export function cappedCount(select: SQLWrapper): SQL {
  return sql`select count(*)::integer as count from (${select} limit ${maxCounted}) as counted`;
}

/** What `cappedCount` selects. */
export const countSelection = { count: sql<number>`count`.as('count') };
