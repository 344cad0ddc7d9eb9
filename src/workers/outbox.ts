import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { Database, type Driver } from '../db/index.ts';
import { claimMessages, completeMessage, failMessage, type OutboxMessage } from '../modules/outbox/index.ts';

/**
 * What carries messages out of the outbox, in process or to a broker. The message is taken for sent when this ends,
 * and is tried again when it throws; it may come more than once.
 */
export type Deliver = (db: Database, message: OutboxMessage) => Promise<void>;

export interface OutboxWorkerOptions {
  readonly driver: Driver;
  readonly deliver: Deliver;
  readonly log: Logger;
}

/** How long to wait for messages that others wrote, and for those that are tried again, in milliseconds. */
const pollInterval = 1_000;
/** How long to wait at the most while the database does not answer, in milliseconds. */
const maxPause = 30_000;
/** How many messages are under way at the same time. */
const batchSize = 5;

/** Sends what stands in the outbox, beside any number of others that do the same. */
export class OutboxWorker {
  readonly #driver: Driver;
  readonly #deliver: Deliver;
  readonly #log: Logger;
  readonly #stopping = new AbortController();
  /** Ends the pause between two looks. */
  #nap = new AbortController();
  #running: Promise<void> | undefined;
  #failures = 0;

  constructor({ driver, deliver, log }: OutboxWorkerOptions) {
    this.#driver = driver;
    this.#deliver = deliver;
    this.#log = log;
  }

  /** Begins to work, once, until `stop`. */
  start(): void {
    this.#running ??= this.#run();
  }

  /** Has it look at once: something was just written. */
  wake(): void {
    this.#nap.abort();
  }

  /** Takes nothing new, and waits for what is under way. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.wake();
    await this.#running;
  }

  /** Sends what is due, until nothing is. */
  async sendDue(): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      const messages = await claimMessages(new Database(this.#driver), batchSize);
      // All are waited for, also when one cannot even be noted as failed: whoever stops closes the database then.
      const outcomes = await Promise.allSettled(messages.map((message) => this.#send(message)));
      for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
      if (messages.length < batchSize) return;
    }
  }

  async #run(): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      // Renewed before the look: what is written meanwhile ends the pause that follows.
      this.#nap = new AbortController();
      await this.#look();
      const pause = Math.min(pollInterval * 2 ** this.#failures, maxPause);
      if (!this.#stopping.signal.aborted) {
        await sleep(pause, undefined, { signal: this.#nap.signal }).catch(() => {});
      }
    }
  }

  /** An outage of the database is logged when it begins and when it ends. */
  async #look(): Promise<void> {
    try {
      await this.sendDue();
      if (this.#failures > 0) this.#log.info('the outbox is read again');
      this.#failures = 0;
    } catch (err) {
      if (this.#failures === 0) this.#log.warn({ err }, 'the outbox cannot be read');
      this.#failures += 1;
    }
  }

  async #send(message: OutboxMessage): Promise<void> {
    const db = new Database(this.#driver);
    const { id, topic, attempts } = message;
    try {
      await this.#deliver(db, message);
    } catch (error) {
      const reason = reasonOf(error);
      const isDead = await failMessage(db, message, reason);
      const facts = { message: id, topic, attempts, reason };
      if (isDead) this.#log.error(facts, 'gave a message up');
      else this.#log.warn(facts, 'could not send a message');
      return;
    }
    await completeMessage(db, id);
  }
}

/** What may be told of an error: its kind and code, since its message can repeat what was sent. */
function reasonOf(error: unknown): string {
  const { name, code } = error as { name?: unknown; code?: unknown };
  return [name, code].filter((fact) => typeof fact === 'string').join(' ');
}
