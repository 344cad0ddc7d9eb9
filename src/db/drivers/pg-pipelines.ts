import { Socket } from 'node:net';
import pg from 'pg';
import type { DriverQuery, Rows } from '../driver.ts';
import { abandoned, isStale } from '../sqlstate.ts';
import { Client } from './pg-client.ts';
import { clientConfigOf, type ServerOptions, settingsOf } from './pg-options.ts';
import { ensureSettings } from './pg-session-settings.ts';
import { type OnAnswer, Session } from './pg-session.ts';
import type { SessionGroup } from './session-group.ts';
import { readSettings } from './session-settings.ts';
import { keyOf, SharedRead } from './shared-read.ts';

/** How long a read may take, in milliseconds: those behind it on its connection wait for it. */
const longestRead = 1_000;

/** A connection that has kept its statements waiting for longer, in milliseconds, is sent no others. */
const patience = 100;

/** So many reads of any number of rows are under way together at the most. */
const manyUnbounded = 16;

/** After how many milliseconds a connection that could not be opened is tried again. */
const retryAfter = 1_000;

/** A server that is silent for longer than a read may take, by so many milliseconds, will not answer any more. */
const grace = 5_000;

/** How many connections of a server carry many reads at a time. The others are three at least, or all there are. */
export function pipelinesOf({ poolSize, prepare }: ServerOptions): number {
  return prepare ? Math.min(3, Math.max(0, poolSize - 3)) : 0;
}

/**
 * Connections on which statements are sent without waiting for the answers to those before them. Only reads that take
 * little time may be, since answers come in the order of the statements: those by keys; and on one connection at a time,
 * where nothing else goes meanwhile, those that go by indexes but may read any number of rows. What then takes too long
 * is read again elsewhere.
 *
 * What is asked for in one turn of the event loop leaves at its end, and the same read leaves once. So all who asked for
 * it see what is stored at a moment after they asked and before they are answered, as if each had sent it.
 */
export class Pipelines {
  readonly #options: ServerOptions;
  readonly #group: SessionGroup;
  readonly #askElse: (query: DriverQuery) => Promise<Rows>;
  /** Connections that were replaced and have statements under way. */
  readonly #closing = new Set<Promise<void>>();
  readonly #connections: (PipelinedConnection | undefined)[];
  /** What has been asked for, and is still to leave. */
  #leaving = new Map<string, SharedRead>();
  readonly #onLeave = (): void => {
    // Not cleared: V8 links what a map held to what it will hold. Once one of these is among the old objects, all that
    // follow stay, until those are collected.
    this.#leaving = new Map();
  };

  /** @param askElse sends a statement by another way. */
  constructor(
    options: ServerOptions,
    count: number,
    group: SessionGroup,
    askElse: (query: DriverQuery) => Promise<Rows>,
  ) {
    this.#options = options;
    this.#group = group;
    this.#askElse = askElse;
    this.#connections = Array.from({ length: count }, () => undefined);
  }

  /** Sends a read, unless nobody waits for it, or the same one is about to leave. */
  query(query: DriverQuery): Promise<Rows> {
    const { client } = query;
    if (client?.isGone === true) return Promise.reject(abandoned());
    const key = keyOf(query);
    const same = this.#leaving.get(key);
    if (same?.isSettled === false) return same.join(client);
    const isUnbounded = query.byKeys !== true;
    this.#replaceSpent();
    const connection = isUnbounded ? this.#nextForUnbounded() : this.#next();
    if (connection === null) return this.#askElse(query);
    const read = new SharedRead();
    this.#leaving.set(key, read);
    const rows = read.join(client);
    connection.send(query, (error, found) => {
      const mayTakeLonger = isUnbounded && this.#options.statementTimeout > longestRead;
      const isToAskElse = error !== null && (isOthersFault(error) || (mayTakeLonger && isTooLong(error)));
      if (!isToAskElse) return read.settle(error, found);
      const again = isStale(error) ? { ...query, name: null } : query;
      read.settle(error, found, (reader) => this.#askElse({ ...again, client: reader }));
    });
    return rows;
  }

  /** Ends all connections after the statements under way. */
  async close(): Promise<void> {
    const made = this.#connections.splice(0).filter((connection) => connection !== undefined);
    await Promise.all([...made.map((connection) => connection.close()), ...this.#closing]);
  }

  /**
   * Has other connections opened in the place of those that are old, were retired, or lead to a read-only server. For the
   * moment in which their last statements are under way there are more connections than usual.
   */
  #replaceSpent(): void {
    const now = performance.now();
    for (const [place, connection] of this.#connections.entries()) {
      if (connection?.isSpent(now) !== true) continue;
      this.#connections[place] = undefined;
      const closing: Promise<void> = connection
        .close()
        .catch(this.#options.onIdleError)
        .finally(() => this.#closing.delete(closing));
      this.#closing.add(closing);
    }
  }

  /** The connection to send a read by that may read any number of rows; null where it must have one for itself. */
  #nextForUnbounded(): PipelinedConnection | null {
    // Reads by keys need one, too.
    if (this.#connections.length < 2) return null;
    const current = this.#connections.find(
      (connection) => connection !== undefined && connection.unbounded > 0,
    );
    if (current === undefined) return this.#next();
    const { isUsable, unbounded } = current;
    return isUsable && unbounded < manyUnbounded && !current.hasWaited(patience, performance.now())
      ? current
      : null;
  }

  /**
   * The connection to send a read by keys by: an open one with the fewest under way. Null when all of them keep their
   * statements waiting, or there are none. Another one is opened when all that are open are busy.
   */
  #next(): PipelinedConnection | null {
    const now = performance.now();
    let best: PipelinedConnection | null = null;
    let free = -1;
    for (let place = 0; place < this.#connections.length; place += 1) {
      const connection = this.#connections[place];
      if (connection === undefined || connection.isOver(now)) free = place;
      else if (
        connection.isUsable &&
        connection.unbounded === 0 &&
        !connection.hasWaited(patience, now) &&
        (best === null || connection.load < best.load)
      ) {
        best = connection;
      }
    }
    if (free < 0 || best?.load === 0) return best;
    const opened = new PipelinedConnection(this.#options, this.#group, this.#onLeave);
    this.#connections[free] = opened;
    return best ?? opened;
  }
}

/** One connection. It connects at once, and is of no more use once it has broken. */
export class PipelinedConnection {
  readonly #client: pg.Client;
  readonly #socket = new Socket();
  readonly #group: SessionGroup;
  readonly #onLeave: () => void;
  readonly #opening: Promise<unknown>;
  #session: Session | undefined;
  #isOpen = false;
  #isUsable = true;
  #underWay = 0;
  #unbounded = 0;
  /** When it could not be opened. */
  #failedAt = Number.NEGATIVE_INFINITY;
  /** When the last answer came, or, after that, the first statement was sent. */
  #movedAt = 0;

  /** @param onLeave called when statements are about to leave. */
  constructor(options: ServerOptions, group: SessionGroup, onLeave: () => void) {
    this.#group = group;
    this.#onLeave = onLeave;
    const settings = settingsOf(options, Math.min(options.statementTimeout, longestRead), readSettings);
    this.#client = new Client({ ...clientConfigOf(options, settings), stream: () => this.#socket });
    this.#client.on('error', (error) => {
      if (this.#isUsable && this.#underWay === 0) options.onIdleError(error);
      this.#isUsable = false;
    });
    this.#client.on('end', () => (this.#isUsable = false));
    this.#opening = this.#open(() => ensureSettings(this.#client, settings, options));
    // Each statement that waits for it is told.
    this.#opening.catch(() => {});
  }

  get isUsable(): boolean {
    return this.#isUsable;
  }

  /** Whether it works, but another one is to take its place. */
  isSpent(now: number): boolean {
    return this.#isUsable && this.#session?.isSpent(now) === true;
  }

  /** Whether another one may be opened in its place. */
  isOver(now: number): boolean {
    return !this.#isUsable && now - this.#failedAt > retryAfter;
  }

  /** How much is under way; on a connection that is not open yet more than on any that is. */
  get load(): number {
    return this.#isOpen ? this.#underWay : Number.MAX_SAFE_INTEGER;
  }

  /** How much of what is under way may read any number of rows. */
  get unbounded(): number {
    return this.#unbounded;
  }

  /** Whether a statement has waited for the next answer for longer than that. */
  hasWaited(milliseconds: number, now: number): boolean {
    return this.#underWay > 0 && now - this.#movedAt > milliseconds;
  }

  /**
   * Sends a statement. It goes on to its end, whoever gives up meanwhile: to listen for that would cost every read more
   * than it spares a few.
   */
  send(query: DriverQuery, onAnswer: OnAnswer): void {
    if (this.#underWay === 0) this.#movedAt = performance.now();
    this.#underWay += 1;
    const unbounded = query.byKeys === true ? 0 : 1;
    this.#unbounded += unbounded;
    const onOwnAnswer: OnAnswer = (error, rows) => {
      this.#underWay -= 1;
      this.#unbounded -= unbounded;
      this.#movedAt = performance.now();
      onAnswer(error, rows);
    };
    if (this.#isOpen) this.#send(query, onOwnAnswer);
    else {
      this.#opening.then(
        () => this.#send(query, onOwnAnswer),
        (error: unknown) => onOwnAnswer(error as Error, []),
      );
    }
  }

  /** Ends it after the statements under way. */
  async close(): Promise<void> {
    // One that cannot be opened has nothing to close.
    await this.#opening.catch(() => {});
    this.#isUsable = false;
    await this.#session?.drained();
    const giveUp = setTimeout(() => this.#socket.destroy(), grace);
    await this.#client.end();
    clearTimeout(giveUp);
  }

  /** Ends it at once; whatever is under way fails. */
  destroy(): void {
    this.#isUsable = false;
    this.#socket.destroy();
  }

  async #open(prepare: () => Promise<void>): Promise<void> {
    try {
      await this.#client.connect();
      await prepare();
      this.#session = new Session(this.#client, {
        prepare: true,
        longestSilence: longestRead + grace,
        group: this.#group,
        onLeave: this.#onLeave,
      });
      this.#isOpen = true;
    } catch (error) {
      this.#failedAt = performance.now();
      this.destroy();
      throw error;
    }
  }

  #send(query: DriverQuery, onAnswer: OnAnswer): void {
    if (this.#isUsable) this.#session?.send(query, onAnswer);
    else onAnswer(new Error('Connection terminated'), []);
  }
}

/**
 * Whether nothing is wrong with a statement that failed: its connection lost it, or the one before it failed to prepare
 * it, or the server has no more connections than those that are open.
 */
function isOthersFault(error: Error): boolean {
  return isStale(error) || (error instanceof pg.DatabaseError && error.code === '53300');
}

/** Whether a read was ended for the time that it took. */
function isTooLong(error: Error): boolean {
  return error instanceof pg.DatabaseError && error.code === '57014';
}
