import pg from 'pg';
import { AppError } from '../../shared/errors.ts';
import type { WaitingClient } from '../../shared/waiting-client.ts';
import type { Connection, Driver, DriverQuery, Rows } from '../driver.ts';
import { abandoned, translateError } from '../sqlstate.ts';
import { clientConfigOf, type ServerOptions } from './pg-options.ts';
import { Pipelines, pipelinesOf } from './pg-pipelines.ts';
import { Session } from './pg-session.ts';

/** A server that is silent for longer than a statement may take, by so many milliseconds, will not answer any more. */
const grace = 5_000;

/**
 * Opens connections to a PostgreSQL server, when statements need them. Reads by indexes share a few, many at a time; every
 * other statement has one for itself, from a pool.
 */
export function openServer(options: ServerOptions): Driver {
  const pipelineCount = pipelinesOf(options);
  const pool = new pg.Pool({
    ...clientConfigOf(options, options.statementTimeout),
    max: options.poolSize - pipelineCount,
    // Prepared statements die with their connection, so idle ones are kept for long.
    idleTimeoutMillis: 600_000,
  });
  pool.on('error', options.onIdleError);
  const sessions = new WeakMap<pg.PoolClient, Session>();
  const sessionOptions = { prepare: options.prepare, longestSilence: options.statementTimeout + grace };
  pool.on('connect', (client) => sessions.set(client, new Session(client, sessionOptions)));
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

  async function runUntil(client: WaitingClient, session: Session, query: DriverQuery): Promise<Rows> {
    if (client.isGone) throw abandoned();
    let cancelled: Promise<unknown> | undefined;
    const stopWaiting = client.onceGone(() => {
      cancelled = canceller.query('select pg_cancel_backend($1)', [session.processId]).catch(() => {});
    });
    try {
      return await session.run(query);
    } finally {
      stopWaiting();
      // The connection is kept until then, or what is cancelled could be the next statement on it.
      await cancelled;
    }
  }

  async function connect(byIndexes = false): Promise<Connection> {
    const client = await pool.connect().catch((error: unknown) => {
      throw translateError(error);
    });
    const session = sessions.get(client) as Session;
    session.useReadSettings(byIndexes);
    let isBroken = false;
    return {
      async query(query) {
        const { client: waiting } = query;
        try {
          return await (waiting === undefined ? session.run(query) : runUntil(waiting, session, query));
        } catch (error) {
          // After what the server itself says, the connection is as good as before.
          isBroken ||= !(error instanceof pg.DatabaseError || error instanceof AppError);
          throw waiting?.isGone === true ? abandoned() : translateError(error);
        }
      },
      release: (broken) => client.release(broken || isBroken),
    };
  }

  async function queryPool(query: DriverQuery): Promise<Rows> {
    const connection = await connect(query.byIndexes);
    try {
      return await connection.query(query);
    } finally {
      connection.release(false);
    }
  }

  return {
    kind: 'server',
    query: (query) =>
      query.byKeys === true || query.byIndexes === true ? pipelines.query(query) : queryPool(query),
    connect: () => connect(),
    async execute(text) {
      const client = new pg.Client(clientConfigOf(options, options.statementTimeout));
      await client.connect();
      try {
        await client.query(text);
      } finally {
        await client.end();
      }
    },
    async close() {
      await Promise.all([pipelines.close(), pool.end()]);
      // Until then the pool may wait for what is cancelled.
      await canceller.end();
    },
  };
}
