import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Driver, DriverQuery } from '../../src/db/driver.ts';
import { onServer } from '../helpers/database.ts';
import { ServerDrivers } from '../helpers/server-drivers.ts';

const command = (text: string): DriverQuery => ({ name: null, text, values: [] });
/** A read of one of the two kinds: those that share connections, and those of the pool. */
const read = (text: string, byKeys: boolean): DriverQuery => ({
  name: text.slice(0, 63),
  text,
  values: [],
  byKeys,
});

/** Tests with clocks of their own end when what they wait for does not happen. */
const patiently = { timeout: 15_000, interval: 50 };

async function processOf(driver: Driver, byKeys: boolean): Promise<number> {
  const [row] = await driver.query(read('select pg_backend_pid()', byKeys));
  return Number(row?.[0]);
}

const kinds = [
  ['that reads by keys share', true],
  ['of the pool', false],
] as const;

// The embedded database has no connections.
describe.runIf(onServer)('connections', () => {
  const drivers = new ServerDrivers();

  it.each(kinds)('%s are replaced when they are old, and no statement fails', async (_, byKeys) => {
    const driver = drivers.open({ poolSize: byKeys ? 4 : 1, maxLifetime: 200 });
    const processes = new Set<number>();
    const slowly = read('select pg_sleep(0.05), pg_backend_pid()', byKeys);
    while (processes.size < 4) {
      const rows = await Promise.all([driver.query(slowly), processOf(driver, byKeys)]);
      processes.add(rows[1]);
      expect(rows[0]).toHaveLength(1);
    }
    expect(drivers.idle).toEqual([]);
    const text = `select pid from pg_stat_activity where application_name = 'broadsheet' and pid = any($1)`;
    await expect
      .poll(() => drivers.database.query({ name: null, text, values: [[...processes]] }), patiently)
      .toHaveLength(1);
  });

  it('are all replaced when one of them is refused a change since its server is read-only', async () => {
    const driver = drivers.open();
    const table = `refused_${randomUUID().replaceAll('-', '')}`;
    await drivers.database.execute(`create table ${table} (id integer)`);
    const before = [await processOf(driver, true), await processOf(driver, false)];
    const connections = await Promise.all([driver.connect(), driver.connect()]);
    const [refused, other] = connections;
    await refused.query(command('begin read only'));
    await other.query(command('begin'));
    const change = command(`insert into ${table} values (1)`);
    await expect(refused.query(change)).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
    // What another transaction does meanwhile is not lost.
    await other.query(change);
    await other.query(command('commit'));
    await refused.query(command('rollback'));
    for (const connection of connections) connection.release(false);
    for (const byKeys of [true, false]) expect(before).not.toContain(await processOf(driver, byKeys));
    expect(await driver.query(read(`select id from ${table}`, true))).toEqual([[1]]);
  });

  it.each(kinds)(
    '%s are replaced while their server is read-only, though they only read',
    async (_, byKeys) => {
      // What new connections of this role get, as if another server came behind the address.
      const role = `standby_${randomUUID().replaceAll('-', '')}`;
      await drivers.database.execute(
        `create role ${role} login; alter role ${role} set default_transaction_read_only = on`,
      );
      const url = Object.assign(new URL(drivers.url), { username: role }).href;
      const driver = drivers.open({ url, poolSize: byKeys ? 4 : 1 });
      const isReadOnly = () =>
        driver.query(
          read(`select current_setting('default_transaction_read_only'), pg_backend_pid()`, byKeys),
        );
      const [[setting, process] = []] = await isReadOnly();
      expect(setting).toBe('on');
      await expect.poll(async () => (await isReadOnly())[0]?.[1], patiently).not.toBe(process);
      await drivers.database.execute(`alter role ${role} reset default_transaction_read_only`);
      await expect.poll(async () => (await isReadOnly())[0]?.[0], patiently).toBe('off');
      const kept = await processOf(driver, byKeys);
      expect(await processOf(driver, byKeys)).toBe(kept);
    },
  );

  it.each(kinds)('%s are replaced when their server becomes read-only', async (_, byKeys) => {
    const driver = drivers.open({ poolSize: byKeys ? 4 : 1 });
    const before = await processOf(driver, byKeys);
    // The server reports it as it does when its configuration is loaded again.
    await driver.query({ ...command('set default_transaction_read_only = on'), byKeys });
    await expect.poll(() => processOf(driver, byKeys), patiently).not.toBe(before);
  });
});
