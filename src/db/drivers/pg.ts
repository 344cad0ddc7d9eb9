import pg from 'pg';
import { AppError } from '../../shared/errors.ts';
import type { WaitingClient } from '../../shared/waiting-client.ts';
import type { Connection, Driver, DriverQuery } from '../driver.ts';
import { abandoned, translateError } from '../sqlstate.ts';
import { Pipelines, pipelinesOf } from './pg-pipelines.ts';
import { messageOf, type ServerOptions, sessionOf } from './pg-session.ts';

/**
 * Opens connections to a PostgreSQL server, when statements need them. Reads by keys share a few, many at a time; every
 * other statement has one for itself, from a pool.
 */
export function openServer(options: ServerOptions): Driver {
  const pipelineCount = pipelinesOf(options);
  const pool = new pg.Pool({
    ...sessionOf(options, options.statementTimeout),
    max: options.poolSize - pipelineCount,
    // Prepared statements die with their connection, so idle ones are kept for long.
    idleTimeoutMillis: 600_000,
    // A server that no longer answers at all is not waited for: its own time-out would have come first.
    query_timeout: options.statementTimeout + 5_000,
  });
  pool.on('error', options.onIdleError);
  // Without a listener an error between two statements of a transaction would end the process.
  pool.on('connect', (client) => void client.on('error', () => {}));
  const pipelines = new Pipelines(options, pipelineCount, queryPool);

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

  async function send(client: pg.PoolClient, query: DriverQuery): Promise<unknown[][]> {
    const { rows } = await client.query<unknown[]>(messageOf(query, options.prepare));
    return rows;
  }

  async function sendUntil({ isGone, signal }: WaitingClient, client: pg.PoolClient, query: DriverQuery) {
    if (isGone) throw abandoned();
    let cancelled: Promise<unknown> | undefined;
    const cancel = () => {
      const { processID } = client as pg.PoolClient & { readonly processID: number };
      cancelled = canceller.query('select pg_cancel_backend($1)', [processID]).catch(() => {});
    };
    signal.addEventListener('abort', cancel);
    try {
      return await send(client, query);
    } finally {
      signal.removeEventListener('abort', cancel);
      // The connection is kept until then, or what is cancelled could be the next statement on it.
      await cancelled;
    }
  }

  async function connect(): Promise<Connection> {
    const client = await pool.connect().catch((error: unknown) => {
      throw translateError(error);
    });
    let isBroken = false;
    return {
      async query(query) {
        const { client: waiting } = query;
        try {
          return await (waiting === undefined ? send(client, query) : sendUntil(waiting, client, query));
        } catch (error) {
          // After what the server itself says, the connection is as good as before.
          isBroken ||= !(error instanceof pg.DatabaseError || error instanceof AppError);
          throw waiting?.isGone === true ? abandoned() : translateError(error);
        }
      },
      release: (broken) => client.release(broken || isBroken),
    };
  }

  async function queryPool(query: DriverQuery): Promise<unknown[][]> {
    const connection = await connect();
    try {
      return await connection.query(query);
    } finally {
      connection.release(false);
    }
  }

  return {
    kind: 'server',
    query(query) {
      const pipeline = query.byKeys === true ? pipelines.next() : null;
      return pipeline === null ? queryPool(query) : pipeline.query(query);
    },
    connect,
    async execute(text) {
      await pool.query(text);
    },
    async close() {
      await Promise.all([pipelines.close(), pool.end()]);
      // Until then the pool may wait for what is cancelled.
      await canceller.end();
    },
  };
}
