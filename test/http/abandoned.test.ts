import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { openServer } from '../../src/db/drivers/pg.ts';
import type { Driver, Rows } from '../../src/db/index.ts';
import { type AppUnderTest, startAppOver } from '../helpers/app.ts';
import { onServer, openTestDatabase } from '../helpers/database.ts';
import { documentOf, post } from '../helpers/http.ts';

// Statements of the embedded database keep the event loop from hearing that somebody has gone.
// One connection: as long as it is taken, nobody else is served. Of four, one carries many reads at a time.
describe.runIf(onServer).each([1, 4])('a client that goes away (%i connections)', (poolSize) => {
  let database: Driver;
  let under: AppUnderTest;

  beforeAll(async () => {
    database = await openTestDatabase();
    const [row] = await database.query({ name: null, text: 'select current_database()', values: [] });
    const template = inject('template');
    if (template.kind !== 'server') throw new Error('There is no database server.');
    const url = Object.assign(new URL(template.url), { pathname: `/${String(row?.[0])}` }).href;
    const patient = { connectTimeout: 5_000, statementTimeout: 60_000, lockTimeout: 60_000 };
    under = await startAppOver(openServer({ url, poolSize, prepare: true, onIdleError() {}, ...patient }));
  });

  afterAll(async () => {
    await under.app.close();
    await database.close();
  });

  async function rowsOf(text: string): Promise<Rows> {
    return database.query({ name: null, text, values: [] });
  }

  /** Sends a document, goes away when its statement waits for a lock, and asks for something else meanwhile. */
  async function abandon(query: string, table: string): Promise<void> {
    const connection = await database.connect();
    try {
      await connection.query({ name: null, text: 'begin', values: [] });
      await connection.query({
        name: null,
        text: `lock table ${table} in access exclusive mode`,
        values: [],
      });
      const controller = new AbortController();
      const answer = fetch(`${under.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query }),
        signal: controller.signal,
      });
      const waiting = `select pid from pg_stat_activity
        where datname = current_database() and wait_event_type = 'Lock'`;
      await vi.waitFor(async () => expect(await rowsOf(waiting)).toHaveLength(1), { timeout: 20_000 });
      controller.abort();
      await expect(answer).rejects.toThrow('abort');
      expect(await documentOf(await post(under, { query: '{ tags { id } }' }))).toEqual({
        data: { tags: [] },
      });
      // Cancelled, or ended by its time-out of a second.
      await vi.waitFor(async () => expect(await rowsOf(waiting)).toEqual([]), { timeout: 20_000 });
    } finally {
      await connection.query({ name: null, text: 'rollback', values: [] });
      connection.release(false);
    }
  }

  it('has its statement ended, so that its connection serves others while the table is locked still', async () => {
    await abandon('query Left { first: users { id } then: posts { id } }', 'users');
    const told = under.log.filter(({ operation }) => operation === 'Left');
    expect(told).toMatchObject([{ abandoned: true }]);
    expect(under.log.filter(({ level }) => Number(level) > 30)).toEqual([]);
  });

  it('has its mutation done as a whole, or not at all', async () => {
    await abandon(
      'mutation { createUser(input: { name: "Eve", email: "eve@example.com", password: "a long password" }) { id } }',
      'credentials',
    );
    expect(await rowsOf('select name from users')).toEqual([]);
    expect(await rowsOf('select topic from outbox')).toEqual([]);
  });
});
