import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Driver } from '../../src/db/index.ts';
import { migrate, pendingMigrations, UnknownSchemaError } from '../../src/db/migrate.ts';
import { onServer, openTestDatabase } from '../helpers/database.ts';

let root: string;
let driver: Driver;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'broadsheet-migrations-'));
  driver = await openTestDatabase();
  // The template is migrated; these tests have migrations of their own.
  await driver.execute('drop table schema_migrations');
});
afterAll(async () => {
  await driver.close();
  await rm(root, { recursive: true });
});

/** A folder of migrations as drizzle-kit writes it. */
async function folderOf(migrations: Record<string, string>): Promise<string> {
  const folder = await mkdtemp(join(root, 'drizzle-'));
  await Promise.all(
    Object.entries(migrations).map(([name, text]) => writeFile(join(folder, `${name}.sql`), text)),
  );
  await mkdir(join(folder, 'meta'));
  const entries = Object.keys(migrations).map((tag) => ({ tag }));
  await writeFile(join(folder, 'meta', '_journal.json'), JSON.stringify({ entries }));
  return folder;
}

const first = {
  '0000_first': 'create table one (n int);--> statement-breakpoint\ninsert into one values (1)',
};
const second = { ...first, '0001_second': 'insert into one values (2)' };

async function rowsOfOne(): Promise<unknown[]> {
  return (await driver.query({ name: null, text: 'select n from one order by n', values: [] })).flat();
}

describe('migrate', () => {
  it('runs what is pending, in order, and once', async () => {
    const folder = await folderOf(first);
    expect(await pendingMigrations(driver, folder)).toEqual(['0000_first']);
    expect(await migrate(driver, folder)).toEqual(['0000_first']);
    expect(await migrate(driver, folder)).toEqual([]);
    expect(await pendingMigrations(driver, folder)).toEqual([]);
    expect(await rowsOfOne()).toEqual([1]);
    expect(await migrate(driver, await folderOf(second))).toEqual(['0001_second']);
    expect(await rowsOfOne()).toEqual([1, 2]);
  });

  it('refuses a database that knows a migration which it does not', async () => {
    const older = await folderOf(first);
    await expect(migrate(driver, older)).rejects.toThrow(UnknownSchemaError);
    await expect(pendingMigrations(driver, older)).rejects.toThrow(/0001_second/);
  });

  it('refuses a migration that was changed after it had run', async () => {
    const changed = await folderOf({ ...second, '0001_second': 'insert into one values (3)' });
    await expect(migrate(driver, changed)).rejects.toThrow(UnknownSchemaError);
    expect(await rowsOfOne()).toEqual([1, 2]);
  });

  it('undoes a migration that fails, names it, and lets a mended one run', async () => {
    const steps = 'insert into one values (3);--> statement-breakpoint\n';
    const broken = await folderOf({ ...second, '0002_third': `${steps}select nonsense` });
    await expect(migrate(driver, broken)).rejects.toThrow(
      'The migration 0002_third failed and was rolled back.',
    );
    expect(await rowsOfOne()).toEqual([1, 2]);
    const mended = await folderOf({ ...second, '0002_third': `${steps}select 1` });
    expect(await migrate(driver, mended)).toEqual(['0002_third']);
    expect(await rowsOfOne()).toEqual([1, 2, 3]);
  });

  // The embedded database belongs to one process.
  it.runIf(onServer)('lets one of several processes run while the others wait', async () => {
    const folder = await folderOf({
      ...second,
      '0002_third': `insert into one values (3);--> statement-breakpoint\nselect 1`,
      '0003_slow': 'select pg_sleep(0.3);--> statement-breakpoint\ninsert into one values (4)',
    });
    const ran = await Promise.all([
      migrate(driver, folder),
      migrate(driver, folder),
      migrate(driver, folder),
    ]);
    expect(ran.flat()).toEqual(['0003_slow']);
    expect(await rowsOfOne()).toEqual([1, 2, 3, 4]);
  });
});
