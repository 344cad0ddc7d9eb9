export { Connection, type CountPrecision, type Edge, type PageInfo } from './connection.ts';
export { decodeCursor, encodeCursor, isTextKey, isTimeKey, type KeyCheck, type Position } from './cursor.ts';
export {
  type ListOrder,
  listRequest,
  maxPageSize,
  type PageArguments,
  type PageRequest,
  pageRequest,
} from './page-request.ts';
