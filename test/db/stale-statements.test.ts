import { randomUUID } from 'node:crypto';
import { sql } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { Database, type Driver, statement } from '../../src/db/index.ts';
import type { DriverQuery, Executor } from '../../src/db/driver.ts';
import { onServer } from '../helpers/database.ts';
import { ServerDrivers } from '../helpers/server-drivers.ts';

const command = (text: string): DriverQuery => ({ name: null, text, values: [] });
const read = (text: string): DriverQuery => ({ name: text, text, values: [], byKeys: true });
const processId = 'select pg_backend_pid()';

// The embedded database prepares nothing.
describe.runIf(onServer)('prepared statements that their connections lost', () => {
  const drivers = new ServerDrivers();

  /** A table with one row, a statement that reads it and one that changes it. */
  async function table() {
    const name = `stale_${randomUUID().replaceAll('-', '')}`;
    await drivers.database.execute(`create table ${name} (value text); insert into ${name} values ('12')`);
    const value = sql<unknown>`value`.as('value');
    const update = statement({
      name: 'update',
      parameters: {},
      selection: { value },
      query: () => sql.raw(`update ${name} set value = value returning value`),
    });
    return { name, select: `select value from ${name}`, update };
  }

  /** Runs statements on all connections of a driver until they have prepared them. */
  async function prepareAll(driver: Driver, texts: readonly string[]): Promise<void> {
    const connections = await Promise.all(Array.from({ length: 2 }, () => driver.connect()));
    const prepare = async (executor: Executor) => {
      for (const text of [...texts, 'begin', 'rollback', 'begin', 'rollback', 'begin', 'commit']) {
        await executor.query({ name: text.slice(0, 63), text, values: [] });
      }
    };
    for (let time = 0; time < 3; time += 1) {
      for (const connection of connections) await prepare(connection);
      for (const text of texts) await driver.query(read(text));
    }
    for (const connection of connections) connection.release(false);
  }

  /** Has all connections forget what they have prepared. */
  async function discardAll(driver: Driver): Promise<void> {
    const connections = await Promise.all(Array.from({ length: 2 }, () => driver.connect()));
    for (const connection of connections) await connection.query(command('discard all'));
    for (const connection of connections) connection.release(false);
    await driver.query({ ...command('discard all'), byKeys: true });
  }

  const lose: Record<string, (driver: Driver, name: string) => Promise<void>> = {
    'by a column that has another type': (driver, name) =>
      driver.execute(`alter table ${name} alter column value type varchar(30000)`),
    'by discard all': (driver) => discardAll(driver),
  };

  describe.each(Object.entries(lose))('%s', (_, loseStatements) => {
    it('are sent again, whatever way they take', async () => {
      const driver = drivers.open();
      const { name, select } = await table();
      await prepareAll(driver, [select]);
      await loseStatements(driver, name);
      const queries = [read(select), { ...read(select), byKeys: false }];
      const rows = await Promise.all([...queries, ...queries].map((query) => driver.query(query)));
      expect(rows).toEqual([[['12']], [['12']], [['12']], [['12']]]);
    });

    it('have their transaction run again, once', async () => {
      const driver = drivers.open();
      const { name, select, update } = await table();
      await prepareAll(driver, [select]);
      for (let time = 0; time < 3; time += 1) {
        const once = () => new Database(driver).transaction((tx) => tx.run(update, {}));
        await Promise.all([once(), once(), once()]);
      }
      await loseStatements(driver, name);
      let attempts = 0;
      const work = () =>
        new Database(driver).transaction(async (tx) => {
          attempts += 1;
          // Those behind the first fail since that has.
          const [rows] = await Promise.all([tx.run(update, {}), tx.run(update, {}), tx.run(update, {})]);
          return rows;
        });
      for (let time = 0; time < 4; time += 1) expect(await work()).toEqual([{ value: '12' }]);
      // `begin` may be what was lost, before anything was tried.
      expect(attempts).toBeLessThan(6);
    });

    it('have all connections replaced', async () => {
      const driver = drivers.open();
      const { name, select } = await table();
      const processes = async () => {
        const connections = await Promise.all(Array.from({ length: 2 }, () => driver.connect()));
        const all = connections.map((connection) => connection.query(command(processId)));
        const rows = (await Promise.all([...all, driver.query(read(processId))])).flat();
        for (const connection of connections) connection.release(false);
        return rows.map(([process]) => Number(process));
      };
      await prepareAll(driver, [select]);
      const before = await processes();
      await loseStatements(driver, name);
      expect(await driver.query(read(select))).toEqual([['12']]);
      const after = await processes();
      expect(after.filter((process) => before.includes(process))).toEqual([]);
      expect(await driver.query(read(select))).toEqual([['12']]);
      // The others that failed meanwhile do not have the new ones replaced.
      expect(await processes()).toEqual(expect.arrayContaining(after));
    });
  });

  it('are answered as their columns are now', async () => {
    const driver = drivers.open();
    const { name, select } = await table();
    await prepareAll(driver, [select]);
    await driver.execute(`alter table ${name} alter column value type integer using value::integer`);
    expect(await driver.query(read(select))).toEqual([[12]]);
    expect(await driver.query({ ...read(select), byKeys: false })).toEqual([[12]]);
  });
});
