import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openServer } from '../../src/db/drivers/pg.ts';
import type { Driver } from '../../src/db/index.ts';
import { type AppUnderTest, startAppOver } from '../helpers/app.ts';
import { onServer, openTestDatabase } from '../helpers/database.ts';
import { documentOf, post } from '../helpers/http.ts';
import { openWay, type Way } from '../helpers/way.ts';
import { databaseUrl } from '../setup/database.ts';

const standby = process.env['TEST_STANDBY_URL'];
const patiently = { timeout: 60_000, interval: 50 };

/** What TEST_STANDBY_URL names is a streaming standby of the server that TEST_DATABASE_URL names. */
describe.runIf(onServer && standby !== undefined)('failover behind one address', { timeout: 120_000 }, () => {
  let database: Driver;
  let primaryUrl: URL;
  let standbyUrl: URL;
  let address: Way;
  let under: AppUnderTest;

  const fieldOf = async (driver: Driver, text: string) =>
    (await driver.query({ name: null, text, values: [] }))[0]?.[0];

  beforeAll(async () => {
    database = await openTestDatabase();
    const name = String(await fieldOf(database, 'select current_database()'));
    primaryUrl = new URL(databaseUrl(process.env['TEST_DATABASE_URL'] as string, name));
    standbyUrl = new URL(databaseUrl(standby as string, name));
    address = await openWay(primaryUrl);
    const driver = openServer({
      url: address.url,
      poolSize: 10,
      connectTimeout: 5_000,
      statementTimeout: 10_000,
      lockTimeout: 5_000,
      prepare: true,
      onIdleError() {},
    });
    under = await startAppOver(driver, { COST_BUDGET: '0', SIGN_UP_LIMIT_PER_ADDRESS: '1000' });
  });

  afterAll(async () => {
    await under.app.close();
    await address.cut();
    await database.close();
  });

  const ask = async (query: string) => documentOf(await post(under, { query }));
  const readiness = async () => {
    const response = await fetch(`${under.url}/readyz`);
    return [response.status, ((await response.json()) as { status: string }).status];
  };
  const create = (name: string) =>
    ask(`mutation { createUser(input: { name: "${name}", email: "${name}@example.com" }) { username } }`);
  const reads = {
    'a read by keys': (name: string) => `{ userByUsername(username: "${name}") { username } }`,
    'a list': (name: string) => `{ usersConnection(filter: { text: "${name}" }) { nodes { username } } }`,
    'a search': (name: string) => `{ search(query: "${name}") { nodes { ... on User { username } } } }`,
  };
  const find = (name: string) =>
    Promise.all(
      Object.values(reads).map(async (queryOf) =>
        JSON.stringify(await ask(queryOf(name))).includes(`"username":"${name}"`),
      ),
    );

  it('serves reads and refuses writes while the address leads to a standby', async () => {
    expect(await create('before')).toEqual({ data: { createUser: { username: 'before' } } });
    const position = String(await fieldOf(database, 'select pg_current_wal_insert_lsn()::text'));
    const driver = openServer({
      url: standbyUrl.href,
      poolSize: 1,
      connectTimeout: 5_000,
      statementTimeout: 10_000,
      lockTimeout: 5_000,
      prepare: true,
      onIdleError() {},
    });
    await expect
      .poll(() => fieldOf(driver, `select pg_last_wal_replay_lsn() >= '${position}'`), patiently)
      .toBe(true);
    await driver.close();

    await address.cut();
    address.moveTo(standbyUrl);
    await address.mend();
    await expect.poll(readiness, patiently).toEqual([503, 'database read-only']);
    await expect.poll(() => find('before'), patiently).toEqual([true, true, true]);
    expect(await create('lost')).toMatchObject({
      data: null,
      errors: [{ extensions: { code: 'SERVICE_UNAVAILABLE' } }],
    });
  });

  it('follows the address to the new primary, though the connections to the standby stay open', async () => {
    address.moveTo(primaryUrl);
    // The first write may meet a connection to the standby, which retires all of them.
    const first = await create('after');
    if (!('data' in first) || first.data === null) await create('after');
    expect(await find('after')).toEqual([true, true, true]);
    expect(await readiness()).toEqual([200, 'ready']);
    expect(await find('lost')).toEqual([false, false, false]);
  });

  it('follows the address without a write', async () => {
    await address.cut();
    address.moveTo(standbyUrl);
    await address.mend();
    await expect.poll(readiness, patiently).toEqual([503, 'database read-only']);
    await expect.poll(() => find('after'), patiently).toEqual([true, true, true]);
    address.moveTo(primaryUrl);
    await database.execute(`insert into users (id, username, name, role)
      values (gen_random_uuid(), 'newest', 'newest', 'AUTHOR')`);
    await expect.poll(() => find('newest'), patiently).toEqual([true, true, true]);
    await expect.poll(readiness, patiently).toEqual([200, 'ready']);
  });
});
