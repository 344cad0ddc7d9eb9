import pg from 'pg';
import { AppError } from '../../shared/errors.ts';
import type { WaitingClient } from '../../shared/waiting-client.ts';
import type { Connection, Driver, DriverQuery, Rows } from '../driver.ts';
import {
  abandoned,
  isInFailedTransaction,
  StaleStatement,
  TransactionConflict,
  translateError,
} from '../sqlstate.ts';
import { clientConfigOf, type ServerOptions } from './pg-options.ts';
import { Pipelines, pipelinesOf } from './pg-pipelines.ts';
import { Session } from './pg-session.ts';
import { SessionGroup } from './session-group.ts';

/** A server that is silent for longer than a statement may take, by so many milliseconds, will not answer any more. */
const grace = 5_000;

/** Maximum age of a connection, in milliseconds, give or take a tenth. */
const usualLifetime = 300_000;

/**
 * Opens connections to a PostgreSQL server, when statements need them. Reads by indexes share a few, many at a time; every
 * other statement has one for itself, from a pool.
 */
export function openServer(options: ServerOptions): Driver {
  const { maxLifetime = usualLifetime } = options;
  const pipelineCount = pipelinesOf(options);
  const group = new SessionGroup(maxLifetime);
  const pool = new pg.Pool({
    ...clientConfigOf(options, options.statementTimeout),
    max: options.poolSize - pipelineCount,
    // Prepared statements die with their connection, so idle ones are kept as long as they may live.
    idleTimeoutMillis: maxLifetime,
  });
  pool.on('error', options.onIdleError);
  const sessions = new WeakMap<pg.PoolClient, Session>();
  const sessionOptions = {
    prepare: options.prepare,
    longestSilence: options.statementTimeout + grace,
    group,
  };
  pool.on('connect', (client) => sessions.set(client, new Session(client, sessionOptions)));
  const pipelines = new Pipelines(options, pipelineCount, group, queryPool);

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

  /** Takes a connection from the pool, and closes those that are to be replaced. */
  async function checkOut(): Promise<pg.PoolClient> {
    for (;;) {
      const client = await pool.connect();
      if (!(sessions.get(client) as Session).isSpent(performance.now())) return client;
      client.release(true);
    }
  }

  async function connect(byIndexes = false): Promise<Connection> {
    const client = await checkOut().catch((error: unknown) => {
      throw translateError(error);
    });
    const session = sessions.get(client) as Session;
    session.useReadSettings(byIndexes);
    let isBroken = false;
    let conflict: TransactionConflict | null = null;
    return {
      async query(query) {
        const { client: waiting } = query;
        try {
          return await (waiting === undefined ? session.run(query) : runUntil(waiting, session, query));
        } catch (error) {
          // After what the server itself says, the connection is as good as before.
          isBroken ||= !(error instanceof pg.DatabaseError || error instanceof AppError);
          if (waiting?.isGone === true) throw abandoned();
          const translated = translateError(error);
          if (translated instanceof TransactionConflict) conflict = translated;
          throw conflict !== null && isInFailedTransaction(error as Error) ? conflict : translated;
        }
      },
      release: (broken) => client.release(broken || isBroken || session.isSpent(performance.now())),
    };
  }

  async function queryPool(query: DriverQuery): Promise<Rows> {
    const connection = await connect(query.byIndexes);
    try {
      return await connection.query(query);
    } catch (error) {
      if (!(error instanceof StaleStatement) || query.name === null) throw error;
    } finally {
      connection.release(false);
    }
    return queryPool({ ...query, name: null });
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
