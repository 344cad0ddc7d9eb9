import type { Logger } from 'pino';
import { Database, type Driver } from '../db/index.ts';
import { deletedAtOnce, deleteUncarriedTags } from '../modules/tags/index.ts';

export interface TagCleanupOptions {
  readonly driver: Driver;
  readonly log: Logger;
  /** Mean time between two clean-ups, in milliseconds; an hour by default. */
  readonly interval?: number;
  /** Maximum delay of the first clean-up, in milliseconds; a minute by default, so that servers do not start together. */
  readonly firstDelay?: number;
}

/**
 * Deletes tags that no post has carried for a day, every hour while the server runs. Any number of processes may do so
 * at the same time: they skip each other's rows.
 */
export class TagCleanup {
  readonly #driver: Driver;
  readonly #log: Logger;
  readonly #interval: number;
  readonly #firstDelay: number;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;
  #isStopping = false;

  constructor({ driver, log, interval = 3_600_000, firstDelay = 60_000 }: TagCleanupOptions) {
    this.#driver = driver;
    this.#log = log;
    this.#interval = interval;
    this.#firstDelay = firstDelay;
  }

  /** Schedules the first clean-up. The timer does not keep the process alive. */
  start(): void {
    this.#schedule(Math.random() * this.#firstDelay);
  }

  /** Schedules nothing more, and waits for the statement under way. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    clearTimeout(this.#timer);
    await this.#running;
  }

  /** Deletes all tags that are due, a bounded number at a time, and returns how many there were. */
  async run(): Promise<number> {
    let total = 0;
    for (let deleted = deletedAtOnce; deleted === deletedAtOnce && !this.#isStopping; total += deleted) {
      deleted = await deleteUncarriedTags(new Database(this.#driver));
    }
    return total;
  }

  #schedule(delay: number): void {
    this.#timer = setTimeout(() => {
      this.#running = this.#runAndLog().finally(() => {
        if (!this.#isStopping) this.#schedule(this.#interval * (0.9 + 0.2 * Math.random()));
      });
    }, delay).unref();
  }

  async #runAndLog(): Promise<void> {
    try {
      const tags = await this.run();
      if (tags > 0) this.#log.info({ tags }, 'deleted tags that no post carries');
    } catch (err) {
      this.#log.warn({ err }, 'could not delete tags that no post carries');
    }
  }
}
