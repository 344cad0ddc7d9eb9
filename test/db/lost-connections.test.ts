import { setTimeout } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import type { Driver, DriverQuery } from '../../src/db/driver.ts';
import { onServer } from '../helpers/database.ts';
import { ServerDrivers } from '../helpers/server-drivers.ts';
import { openWay, type Way } from '../helpers/way.ts';

const query = (text: string): DriverQuery => ({ name: null, text, values: [] });

/** Every way in which a driver uses a connection. */
const uses: Record<string, (driver: Driver) => Promise<unknown>> = {
  'a read by keys': (driver) => driver.query({ ...query('select 1'), byKeys: true }),
  'a read by indexes': (driver) => driver.query({ ...query('select 1'), byIndexes: true }),
  'a search': (driver) => driver.query({ ...query('select 1'), isSearch: true }),
  'another read': (driver) => driver.query(query('select 1')),
  'a transaction': async (driver) => {
    const connection = await driver.connect();
    try {
      return await connection.query(query('select 1'));
    } finally {
      connection.release(true);
    }
  },
  'a script': (driver) => driver.execute('select 1'),
  'a readiness check': (driver) => driver.readiness(),
};

// The embedded database has no connections.
describe.runIf(onServer)('a connection that is lost', () => {
  const drivers = new ServerDrivers();
  let way: Way;

  afterEach(async () => {
    await drivers.close();
    await way.cut();
  });

  // An error event without a listener would end the process; the runner reports it as a failure.
  it.each(Object.entries(uses))('fails %s and nothing else', async (_, use) => {
    way = await openWay(drivers.url);
    const driver = drivers.open({ url: way.url });
    await use(driver);
    way.block();
    const lost = use(driver).catch(String);
    // Time for the statement to leave.
    await setTimeout(100);
    await way.cut();
    expect(await lost).toMatch(/reached|terminated/);
    await way.mend();
    way.unblock();
    await expect
      .poll(
        () =>
          use(driver).then(
            () => true,
            () => false,
          ),
        { timeout: 20_000 },
      )
      .toBe(true);
  });
});
