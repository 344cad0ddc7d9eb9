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
import { Client } from './pg-client.ts';
import { openControl } from './pg-control.ts';
import { type Lane, openLanes } from './pg-lane.ts';
import { clientConfigOf, type ServerOptions, settingsOf } from './pg-options.ts';
import { Pipelines, pipelinesOf } from './pg-pipelines.ts';
import { ensureSettings } from './pg-session-settings.ts';
import type { Session } from './pg-session.ts';
import { SessionGroup } from './session-group.ts';

/** Maximum age of a connection, in milliseconds, give or take a tenth. */
const usualLifetime = 300_000;

/**
 * Opens connections to a PostgreSQL server, when statements need them. Reads by indexes share a few, many at a time; every
 * other statement has one for itself, of those for its kind of work.
 */
export function openServer(options: ServerOptions): Driver {
  const { maxLifetime = usualLifetime } = options;
  const pipelineCount = pipelinesOf(options);
  const group = new SessionGroup(maxLifetime);
  const lanes = openLanes(options, group, options.poolSize - pipelineCount);
  const pipelines = new Pipelines(options, pipelineCount, group, queryLane);
  const control = openControl(options);

  async function runUntil(client: WaitingClient, session: Session, query: DriverQuery): Promise<Rows> {
    if (client.isGone) throw abandoned();
    let cancelled: Promise<unknown> | undefined;
    const stopWaiting = client.onceGone(() => {
      cancelled = control.cancel(session.processId);
    });
    try {
      return await session.run(query);
    } finally {
      stopWaiting();
      // The connection is kept until then, or what is cancelled could be the next statement on it.
      await cancelled;
    }
  }

  async function connect(
    lane: Lane,
    { byIndexes = false, client }: Partial<DriverQuery> = {},
  ): Promise<Connection> {
    const { session, release } = await lane.connect(client);
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
      release: (broken) => release(broken || isBroken),
    };
  }

  async function queryLane(query: DriverQuery): Promise<Rows> {
    const connection = await connect(query.isSearch === true ? lanes.searches : lanes.reads, query);
    try {
      return await connection.query(query);
    } catch (error) {
      if (!(error instanceof StaleStatement) || query.name === null) throw error;
    } finally {
      connection.release(false);
    }
    return queryLane({ ...query, name: null });
  }

  return {
    kind: 'server',
    query: (query) =>
      query.byKeys === true || query.byIndexes === true ? pipelines.query(query) : queryLane(query),
    connect: (client) => connect(lanes.transactions, { client }),
    async execute(text) {
      const settings = settingsOf(options, options.statementTimeout);
      const client = new Client(clientConfigOf(options, settings));
      // The statement under way fails with the error, which must not end the process, too.
      client.on('error', () => {});
      try {
        await client.connect();
        await ensureSettings(client, settings, options);
        await client.query(text);
      } finally {
        await client.end();
      }
    },
    async readiness() {
      const found = await control.readiness();
      // A pooler may hide from sessions that their server has become read-only.
      if (found === 'read-only') group.retire(group.generation);
      return found;
    },
    async close() {
      await Promise.all([pipelines.close(), lanes.close()]);
      // Until then statements may wait for what is cancelled.
      await control.close();
    },
  };
}
