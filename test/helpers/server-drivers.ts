import { afterAll, afterEach, beforeAll, inject } from 'vitest';
import { openServer } from '../../src/db/drivers/pg.ts';
import type { ServerOptions } from '../../src/db/drivers/pg-options.ts';
import type { Driver } from '../../src/db/driver.ts';
import { openTestDatabase } from './database.ts';

/** Drivers of a database on a server, for the tests of the block that this is called in. */
export class ServerDrivers {
  /** Another driver of the same database. */
  database!: Driver;
  url!: URL;
  /** What connections that were idle broke with. */
  readonly idle: Error[] = [];
  readonly #opened: Driver[] = [];

  constructor() {
    beforeAll(async () => {
      this.database = await openTestDatabase();
      const [row] = await this.database.query({ name: null, text: 'select current_database()', values: [] });
      const template = inject('template');
      if (template.kind !== 'server') throw new Error('There is no database server.');
      this.url = Object.assign(new URL(template.url), { pathname: `/${String(row?.[0])}` });
    });
    afterEach(async () => {
      await this.close();
      this.idle.length = 0;
    });
    afterAll(() => this.database.close());
  }

  /** Opens a driver that is closed after the test. One of its four connections carries many reads at a time, one searches, two the rest. */
  open(options: Partial<ServerOptions> = {}): Driver {
    const driver = openServer({
      url: this.url.href,
      poolSize: 4,
      connectTimeout: 5_000,
      statementTimeout: 10_000,
      lockTimeout: 300,
      prepare: true,
      onIdleError: (error) => this.idle.push(error),
      ...options,
    });
    let closed: Promise<void> | undefined;
    // An app that a test starts over it closes it, too.
    const opened: Driver = { ...driver, close: () => (closed ??= driver.close()) };
    this.#opened.push(opened);
    return opened;
  }

  /** Closes what was opened, before the test has ended. */
  async close(): Promise<void> {
    await Promise.all(this.#opened.splice(0).map((driver) => driver.close()));
  }
}
