import pg from 'pg';
import type { Connection, Driver, DriverQuery } from '../driver.ts';
import { translateError } from '../sqlstate.ts';
import { sessionSettings } from './session-settings.ts';

/** How to reach a PostgreSQL server. All times are in milliseconds. */
export interface ServerOptions {
  readonly url: string;
  readonly poolSize: number;
  readonly connectTimeout: number;
  readonly statementTimeout: number;
  readonly lockTimeout: number;
  /** Whether statements are prepared under names; off for poolers that cannot carry them. */
  readonly prepare: boolean;
  /** Told of connections that break while idle, which are replaced when needed. */
  readonly onIdleError: (error: Error) => void;
}

const timestamptz = 1184;
const asText = (field: string) => field;
const types = {
  getTypeParser: (oid: number, format?: 'text' | 'binary'): ((field: string) => unknown) =>
    oid === timestamptz ? asText : (pg.types.getTypeParser(oid, format) as (field: string) => unknown),
};

/** Opens a pool of connections to a PostgreSQL server; it connects when the first statement runs. */
export function openServer(options: ServerOptions): Driver {
  const pool = new pg.Pool({
    connectionString: options.url,
    application_name: 'broadsheet',
    max: options.poolSize,
    connectionTimeoutMillis: options.connectTimeout,
    // Prepared statements die with their connection, so idle ones are kept for long.
    idleTimeoutMillis: 600_000,
    statement_timeout: options.statementTimeout,
    lock_timeout: options.lockTimeout,
    idle_in_transaction_session_timeout: options.statementTimeout * 2,
    // A server that no longer answers at all is not waited for: its own time-out would have come first.
    query_timeout: options.statementTimeout + 5_000,
    keepAlive: true,
    options: Object.entries(sessionSettings)
      .map(([name, value]) => `-c ${name}=${value}`)
      .join(' '),
  });
  pool.on('error', options.onIdleError);

  async function run(target: pg.Pool | pg.PoolClient, query: DriverQuery): Promise<unknown[][]> {
    try {
      const named = options.prepare && query.name !== null;
      const result = await target.query<unknown[]>({
        ...(named ? { name: query.name } : {}),
        text: query.text,
        values: query.values,
        rowMode: 'array',
        types,
      } as pg.QueryArrayConfig);
      return result.rows;
    } catch (error) {
      throw translateError(error);
    }
  }

  return {
    kind: 'server',
    query: (query) => run(pool, query),
    async connect(): Promise<Connection> {
      const client = await pool.connect().catch((error: unknown) => {
        throw translateError(error);
      });
      // Without a listener an error between two statements of a transaction would end the process.
      const onError = () => {};
      client.on('error', onError);
      return {
        query: (query) => run(client, query),
        release(broken) {
          client.off('error', onError);
          client.release(broken);
        },
      };
    },
    async execute(text) {
      await pool.query(text);
    },
    close: () => pool.end(),
  };
}
