import type { Driver, DriverQuery, Executor } from '../../src/db/driver.ts';

/** A driver that counts the rows which its statements return, in transactions or not. */
export interface CountingDriver {
  readonly driver: Driver;
  /** How many rows were returned so far. */
  rows(): number;
}

export function countRows(inner: Driver): CountingDriver {
  let rows = 0;
  const counted = (executor: Executor) => async (query: DriverQuery) => {
    const result = await executor.query(query);
    rows += result.length;
    return result;
  };
  const driver: Driver = {
    ...inner,
    query: counted(inner),
    async connect() {
      const connection = await inner.connect();
      return { query: counted(connection), release: (broken) => connection.release(broken) };
    },
  };
  return { driver, rows: () => rows };
}
