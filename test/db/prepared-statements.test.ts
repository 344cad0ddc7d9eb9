import { describe, expect, it } from 'vitest';
import type { Driver, DriverQuery } from '../../src/db/driver.ts';
import { onServer } from '../helpers/database.ts';
import { ServerDrivers } from '../helpers/server-drivers.ts';

/** A statement of its own for each number, as long as a page of posts. */
function shape(number: number, byKeys: boolean): DriverQuery {
  const text = `select ${number} as shape${' '.repeat(500)}`;
  return { name: `shape_${number}`, text, values: [], byKeys };
}

describe.runIf(onServer).each([
  ['shared by reads by keys', true],
  ['of the pool', false],
])('a connection %s', (_, byKeys) => {
  const drivers = new ServerDrivers();
  // One of each kind.
  const open = () => drivers.open({ poolSize: byKeys ? 4 : 1 });

  /** What the connection has prepared, and how long that is together. */
  async function prepared(driver: Driver): Promise<{ names: string[]; length: number }> {
    const text = 'select name, length(statement)::integer from pg_prepared_statements';
    const rows = await driver.query({ name: null, text, values: [], byKeys });
    return {
      names: rows.map(([name]) => String(name)).filter((name) => name.startsWith('shape_')),
      length: rows.reduce((sum, [, length]) => sum + Number(length), 0),
    };
  }

  const ask = async (driver: Driver, number: number) =>
    expect(await driver.query(shape(number, byKeys))).toEqual([[number]]);

  it('prepares a statement when it is used again', async () => {
    const driver = open();
    for (const number of [1, 2, 3, 2]) await ask(driver, number);
    expect((await prepared(driver)).names).toEqual(['shape_2']);
  });

  it('keeps the statements that are used most, and few of a flood of others', async () => {
    const driver = open();
    for (let number = 0; number < 1_000; number += 1) {
      for (const used of [number, number, number, -1]) await ask(driver, used);
    }
    const { names, length } = await prepared(driver);
    expect(names.length).toBeGreaterThan(100);
    expect(names.length).toBeLessThanOrEqual(200);
    expect(length).toBeLessThan(120_000);
    expect(names).toContain('shape_-1');
    expect(names).toContain('shape_999');
    expect(names).not.toContain('shape_1');
    await ask(driver, 1);
    expect((await prepared(driver)).names).toContain('shape_1');
  });

  it('prepares none of a flood of statements that are used once', async () => {
    const driver = open();
    for (let number = 0; number < 1_000; number += 1) await ask(driver, number);
    expect((await prepared(driver)).names).toEqual([]);
  });
});
