import { readFile } from 'node:fs/promises';
import { inject } from 'vitest';
import { openEmbedded } from '../../src/db/drivers/pglite.ts';
import type { Driver } from '../../src/db/index.ts';
import { administer, databaseUrl, openTestServer } from '../setup/database.ts';

let copies = 0;

/** Whether the suite runs on a real PostgreSQL, where time-outs and concurrency are real too. */
export const onServer = process.env['TEST_DATABASE_URL'] !== undefined;

/** A database of the test file's own: a copy of the migrated, empty template. */
export async function openTestDatabase(): Promise<Driver> {
  const template = inject('template');
  if (template.kind === 'embedded') {
    return openEmbedded({ folder: null, template: new Blob([await readFile(template.file)]) });
  }
  copies += 1;
  const database = `broadsheet_test_${process.pid}_${copies}`;
  await createFromTemplate(template.url, `create database ${database} template ${template.database}`);
  const driver = openTestServer(databaseUrl(template.url, database));
  return {
    ...driver,
    async close() {
      await driver.close();
      await administer(template.url, `drop database ${database} with (force)`);
    },
  };
}

/** PostgreSQL copies a template only while nobody else does. */
async function createFromTemplate(url: string, statement: string): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await administer(url, statement);
      return;
    } catch (error) {
      const isBusy = (error as { code?: string }).code === '55006';
      if (!isBusy || attempt === 50) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}
