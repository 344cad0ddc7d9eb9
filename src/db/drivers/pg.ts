import pg from 'pg';
import { AppError } from '../../shared/errors.ts';
import type { Connection, Driver, DriverQuery } from '../driver.ts';
import { abandoned, translateError } from '../sqlstate.ts';
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

  /** Cancels statements from beside the pool, whose connections may all be busy. */
  const canceller = new pg.Pool({
    connectionString: options.url,
    application_name: 'broadsheet cancel',
    max: 1,
    connectionTimeoutMillis: options.connectTimeout,
    idleTimeoutMillis: 10_000,
    query_timeout: options.connectTimeout,
  });
  canceller.on('error', options.onIdleError);

  async function send(client: pg.PoolClient, { name, text, values, signal }: DriverQuery) {
    if (signal?.aborted === true) throw abandoned();
    let cancelled: Promise<unknown> | undefined;
    const cancel = () => {
      const { processID } = client as pg.PoolClient & { readonly processID: number };
      cancelled = canceller.query('select pg_cancel_backend($1)', [processID]).catch(() => {});
    };
    signal?.addEventListener('abort', cancel);
    try {
      const result = await client.query<unknown[]>({
        ...(options.prepare && name !== null ? { name } : {}),
        text,
        values,
        rowMode: 'array',
        types,
      } as pg.QueryArrayConfig);
      return result.rows;
    } finally {
      signal?.removeEventListener('abort', cancel);
      // The connection is kept until then, or what is cancelled could be the next statement on it.
      await cancelled;
    }
  }

  async function connect(): Promise<Connection> {
    const client = await pool.connect().catch((error: unknown) => {
      throw translateError(error);
    });
    // Without a listener an error between two statements would end the process.
    const onError = () => {};
    client.on('error', onError);
    let isBroken = false;
    return {
      async query(query) {
        try {
          return await send(client, query);
        } catch (error) {
          // After what the server itself says, the connection is as good as before.
          isBroken ||= !(error instanceof pg.DatabaseError || error instanceof AppError);
          throw query.signal?.aborted === true ? abandoned() : translateError(error);
        }
      },
      release(broken) {
        client.off('error', onError);
        client.release(broken || isBroken);
      },
    };
  }

  return {
    kind: 'server',
    async query(query) {
      const connection = await connect();
      try {
        return await connection.query(query);
      } finally {
        connection.release(false);
      }
    },
    connect,
    async execute(text) {
      await pool.query(text);
    },
    async close() {
      await Promise.all([pool.end(), canceller.end()]);
    },
  };
}
