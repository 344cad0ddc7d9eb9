import { createHash } from 'node:crypto';
import { type Column, is, Placeholder, type SQL, type SQLWrapper, sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/node-postgres';
import { PgColumn, PgDialect } from 'drizzle-orm/pg-core';
import { LRUCache } from 'lru-cache';
import type { Projection } from '../shared/projection.ts';
import { type Decoder, rowMapper } from './row-mapper.ts';

/** Drizzle's query builder, without a connection: repositories build statements with it, and `statement` compiles them. */
export const build = drizzle.mock();

const dialect = new PgDialect();

/** The operator of full-text search, which makes a statement a search. */
export const matchOperator = '@@';

/** The SQL types that parameters have, with what the program passes for each. Null passes for all of them. */
interface ParameterTypes {
  uuid: string;
  'uuid[]': readonly string[];
  text: string;
  'text[]': readonly string[];
  integer: number;
  'integer[]': readonly number[];
  boolean: boolean;
  timestamptz: string;
}

/** Names a statement's parameters and gives each its SQL type. */
export type Parameters = Readonly<Record<string, keyof ParameterTypes>>;

/** The values for a statement's parameters. */
export type ValuesOf<P extends Parameters> = { readonly [K in keyof P]: ParameterTypes[P[K]] | null };

/** The parameters as they stand in a statement's SQL: each a placeholder, cast to its type. */
export type Placeholders<P extends Parameters> = { readonly [K in keyof P]: SQL };

/** What a statement selects or returns: columns and aliased expressions, in order. */
export type Selection = Readonly<Record<string, PgColumn | SQL.Aliased>>;

/** The row that a selection comes out as. */
export type RowOf<S extends Selection> = {
  [K in keyof S]: S[K] extends SQL.Aliased<infer T>
    ? T
    : S[K] extends Column<infer C>
      ? C['notNull'] extends true
        ? C['data']
        : C['data'] | null
      : never;
};

/** A statement with constant text, compiled once and run many times. */
export interface Statement<Values, Row> {
  /** Unique for the text: connections that prepare statements keep them under this name. */
  readonly name: string;
  readonly text: string;
  /** Whether it reads a bounded number of rows by keys, which takes little time whatever the tables hold. */
  readonly byKeys: boolean;
  /** Whether it has one good plan whatever its values: one that goes by indexes. */
  readonly byIndexes: boolean;
  /** Whether it searches texts, which may take long. */
  readonly isSearch: boolean;
  /** The values in the order of the text's parameters. */
  readonly values: (values: Values) => unknown[];
  /** The row that the database's fields stand for. */
  readonly row: (fields: readonly unknown[]) => Row;
}

/**
 * Compiles a statement, once. `query` gets the parameters as placeholders and the selection, and must select or
 * return exactly that selection, in its order. With a projection the selection is what the projection leaves of it;
 * the row has the same type, and its other columns throw when they are asked for.
 */
export function statement<P extends Parameters, S extends Selection>(definition: {
  name: string;
  parameters: P;
  selection: S;
  projection?: Projection;
  /** Whether it only looks rows up by keys, or reads a page of a range of an index: no search, no count, no change. */
  byKeys?: boolean;
  /** Whether it goes by indexes whatever its values, as what is `byKeys` does, but may read any number of rows. */
  byIndexes?: boolean;
  query: (parameters: Placeholders<P>, selection: S) => SQLWrapper;
}): Statement<ValuesOf<P>, RowOf<S>> {
  const { name, parameters, selection, projection, byKeys = false, byIndexes = byKeys, query } = definition;
  const placeholders = Object.fromEntries(
    Object.entries(parameters).map(([key, type]) => [key, sql`${sql.placeholder(key)}::${sql.raw(type)}`]),
  ) as Placeholders<P>;
  const unread = projection?.unread ?? [];
  const read = Object.fromEntries(Object.entries(selection).filter(([key]) => !unread.includes(key))) as S;
  if (byIndexes) refuseObjects(name, read);
  const { sql: text, params } = dialect.sqlToQuery(query(placeholders, read).getSQL());
  const takers = params.map((param) => takerOf(param, parameters));
  return {
    name: `${name}_${createHash('sha256').update(text).digest('hex').slice(0, 12)}`,
    text,
    byKeys,
    byIndexes,
    isSearch: text.includes(matchOperator),
    values: (values) => takers.map((take) => take(values)),
    row: rowMapper<RowOf<S>>(decodersOf(read), unread),
  };
}

/**
 * Rows of reads by indexes may be shared between requests. A request that changes a text changes its own; but an object
 * would be the others', too.
 */
function refuseObjects(name: string, selection: Selection): void {
  for (const [key, column] of Object.entries(selection)) {
    if (is(column, PgColumn) && ['array', 'json'].includes(column.dataType)) {
      throw new Error(
        `The statement ${name} is read by indexes, and its column ${key} would be one object for many.`,
      );
    }
  }
}

/** What a parameter of the text gets of the values. */
function takerOf<P extends Parameters>(param: unknown, parameters: P): (values: ValuesOf<P>) => unknown {
  if (!is(param, Placeholder)) return () => param;
  const name = param.name as keyof P;
  if (parameters[name] !== 'uuid[]') return (values) => values[name];
  // PostgreSQL's text form of an array. Drivers make the same of it, but look at each character for what to escape.
  return ({ [name]: ids }) => (ids === null ? null : `{${(ids as readonly string[]).join()}}`);
}

/** Maximum size of all compiled variants together, in bytes. */
const maxVariantsSize = 32 * 2 ** 20;

/** What a compiled variant takes besides its text, in bytes: its functions, and the code that makes its rows. */
const variantSize = 12_000;

/** The compiled variants of all queries. */
const variants = new LRUCache<string, Statement<unknown, unknown>>({
  maxSize: maxVariantsSize,
  sizeCalculation: ({ text }, key) => variantSize + text.length + key.length,
});

let queries = 0;

/**
 * Memoizes the statement of each variant of a query. Variants are flat objects. Clients can ask for thousands of them, so
 * the least recently used ones of all queries are evicted.
 */
export function statementVariants<V extends object, Values, Row>(
  compile: (variant: V) => Statement<Values, Row>,
): (variant: V) => Statement<Values, Row> {
  queries += 1;
  const query = queries;
  return (variant) => {
    const key = `${query},${Object.values(variant).join()}`;
    const known = variants.get(key);
    if (known !== undefined) return known as Statement<Values, Row>;
    const compiled = compile(variant);
    variants.set(key, compiled as Statement<unknown, unknown>);
    return compiled;
  };
}

/** `column = any(values)`, which keeps the text constant whatever the number of values. */
export function isAnyOf(column: PgColumn | SQL, values: SQL): SQL {
  return sql`${column} = any(${values})`;
}

function decodersOf(selection: Selection): Map<string, Decoder | null> {
  return new Map(Object.entries(selection).map(([key, column]) => [key, decoderOf(column)]));
}

/** How a field becomes a value; null where it is one already. */
function decoderOf(column: PgColumn | SQL.Aliased): Decoder | null {
  if (is(column, PgColumn)) {
    return column.mapFromDriverValue === PgColumn.prototype.mapFromDriverValue
      ? null
      : (field) => column.mapFromDriverValue(field);
  }
  const { decoder } = (column as SQL.Aliased).sql as {
    decoder?: { mapFromDriverValue(field: unknown): unknown };
  };
  return decoder === undefined ? null : (field) => decoder.mapFromDriverValue(field);
}
