export { type AfterCommit, Database, type Queryable, type Transaction } from './database.ts';
export type { Driver, Rows } from './driver.ts';
export { SearchTurns } from './search-turns.ts';
export { headline, markStart, markStop, readHeadline } from './headline.ts';
export * from './keyset.ts';
export {
  isMatch,
  namesQuery,
  proseQuery,
  type TextQuery,
  textParameters,
  textQuery,
  wordsOf,
} from './text-search.ts';
export { namesVector, proseVector } from './tables/columns.ts';
export { ForeignKeyViolation, TransactionConflict, UniqueViolation } from './sqlstate.ts';
export {
  build,
  isAnyOf,
  type Placeholders,
  type RowOf,
  type Selection,
  type Statement,
  statement,
  statementVariants,
} from './statement.ts';
export { numberEndings, uniqueName } from './unique-name.ts';
