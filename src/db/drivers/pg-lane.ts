import pg from 'pg';
import { Turns } from '../../shared/turns.ts';
import type { WaitingClient } from '../../shared/waiting-client.ts';
import { abandoned, translateError } from '../sqlstate.ts';
import { Client } from './pg-client.ts';
import { clientConfigOf, type ServerOptions, settingsOf } from './pg-options.ts';
import { ensureSettings } from './pg-session-settings.ts';
import { Session } from './pg-session.ts';
import type { SessionGroup } from './session-group.ts';

/** How long a search may take, in milliseconds. */
const searchTimeout = 2_000;

/** Maximum number of statements and transactions that wait for a connection of one lane. */
const maxWaiting = 1_000;

/** A server that is silent for longer than a statement may take, by so many milliseconds, will not answer any more. */
const grace = 5_000;

/** How many connections each kind of work has. Where `reads` is null, reads share those of transactions. */
export interface LaneSizes {
  /** Searches share those of transactions where this is null. */
  readonly searches: number | null;
  readonly reads: number | null;
  readonly transactions: number;
}

/** Divides the connections that no pipeline has. A few are shared rather than divided further. */
export function laneSizesOf(connections: number): LaneSizes {
  if (connections < 2) return { searches: null, reads: null, transactions: connections };
  const searches = connections < 5 ? 1 : 2;
  const others = connections - searches;
  const reads = connections < 5 ? null : Math.floor(others / 2);
  return { searches, reads, transactions: others - (reads ?? 0) };
}

/** The lanes of a server. Work of one kind never takes a connection of another. */
export interface Lanes {
  readonly searches: Lane;
  readonly reads: Lane;
  readonly transactions: Lane;
  close(): Promise<void>;
}

export function openLanes(options: ServerOptions, group: SessionGroup, connections: number): Lanes {
  const sizes = laneSizesOf(connections);
  const { statementTimeout } = options;
  const transactions = new Lane(options, group, sizes.transactions, statementTimeout);
  const reads = sizes.reads === null ? transactions : new Lane(options, group, sizes.reads, statementTimeout);
  const searches =
    sizes.searches === null
      ? transactions
      : new Lane(options, group, sizes.searches, Math.min(statementTimeout, searchTimeout));
  return {
    searches,
    reads,
    transactions,
    async close() {
      await Promise.all([...new Set([searches, reads, transactions])].map((lane) => lane.close()));
    },
  };
}

/** A connection that is taken from a lane until it is released. */
export interface LaneConnection {
  readonly session: Session;
  /** Gives the connection back; a broken one is closed instead. */
  readonly release: (isBroken: boolean) => void;
}

/** The connections that one kind of work has for itself. They are opened when statements need them. */
export class Lane {
  readonly #pool: pg.Pool;
  /** As many as the pool has connections: a wait for one of them is not mistaken for a server that is silent. */
  readonly #turns: Turns;
  readonly #sessions = new WeakMap<pg.ClientBase, Session>();

  constructor(options: ServerOptions, group: SessionGroup, size: number, statementTimeout: number) {
    this.#turns = new Turns({ size, maxWaiting, timeout: options.connectTimeout });
    const settings = settingsOf(options, statementTimeout);
    const sessionOptions = { prepare: options.prepare, longestSilence: statementTimeout + grace, group };
    this.#pool = new pg.Pool({
      ...clientConfigOf(options, settings),
      Client,
      max: size,
      // Prepared statements die with their connection, so idle ones are kept as long as they may live.
      idleTimeoutMillis: group.lifetime,
      // oxlint-disable-next-line typescript/no-misused-promises -- The pool waits for it, which its types do not say.
      onConnect: (client) => ensureSettings(client, settings, options),
    });
    this.#pool.on('connect', (client) => this.#sessions.set(client, new Session(client, sessionOptions)));
    this.#pool.on('error', options.onIdleError);
  }

  /**
   * Waits for a connection, unless the client goes meanwhile.
   *
   * @throws {ServerBusy} when none gets free in time.
   */
  async connect(client?: WaitingClient): Promise<LaneConnection> {
    const endTurn = await this.#turns.take(client, abandoned);
    try {
      const { pooled, session } = await this.#checkOut();
      return {
        session,
        release(isBroken) {
          pooled.release(isBroken || session.isSpent(performance.now()));
          endTurn();
        },
      };
    } catch (error) {
      endTurn();
      throw translateError(error);
    }
  }

  /** Takes a connection from the pool, and closes those that are to be replaced. */
  async #checkOut(): Promise<{ pooled: pg.PoolClient; session: Session }> {
    for (;;) {
      const pooled = await this.#pool.connect();
      const session = this.#sessions.get(pooled) as Session;
      if (!session.isSpent(performance.now())) return { pooled, session };
      pooled.release(true);
    }
  }

  close(): Promise<void> {
    return this.#pool.end();
  }
}
