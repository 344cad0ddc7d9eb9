import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import pg from 'pg';
import type { TestProject } from 'vitest/node';
import { openServer } from '../../src/db/drivers/pg.ts';
import { openEmbedded } from '../../src/db/drivers/pglite.ts';
import type { Driver } from '../../src/db/index.ts';
import { migrate } from '../../src/db/migrate.ts';

/** Where test files find the migrated, empty database that each of them copies. */
export type Template =
  | { readonly kind: 'embedded'; readonly file: string }
  | { readonly kind: 'server'; readonly url: string; readonly database: string };

declare module 'vitest' {
  export interface ProvidedContext {
    template: Template;
  }
}

const migrations = new URL('../../drizzle', import.meta.url).pathname;

let remove: () => Promise<void> = async () => {};

/** Makes the template once for the whole run: on a real PostgreSQL when TEST_DATABASE_URL is set, otherwise embedded. */
export async function setup(project: TestProject): Promise<void> {
  const url = process.env['TEST_DATABASE_URL'];
  remove = await (url === undefined ? embeddedTemplate(project) : serverTemplate(project, url));
}

export async function teardown(): Promise<void> {
  await remove();
}

async function embeddedTemplate(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'broadsheet-test-'));
  const file = join(folder, 'template.tar');
  const driver = await openEmbedded({ folder: null, template: await smallCluster() });
  await migrate(driver, migrations);
  await writeFile(file, Buffer.from(await (await driver.dump()).arrayBuffer()));
  await driver.close();
  project.provide('template', { kind: 'embedded', file });
  return () => rm(folder, { recursive: true, force: true });
}

/**
 * An empty data folder that is copied and started quickly: with small files for the log, with little memory, and with
 * no other databases. A run starts more than a hundred copies.
 */
async function smallCluster(): Promise<Blob> {
  const cluster = await PGlite.create({ initDbStartParams: ['--wal-segsize=1'] });
  await cluster.exec(`alter system set shared_buffers = '4MB'`);
  await cluster.exec('update pg_database set datistemplate = false');
  for (const unused of ['template0', 'template1']) await cluster.exec(`drop database ${unused}`);
  await cluster.exec('checkpoint');
  const folder = await cluster.dumpDataDir('none');
  await cluster.close();
  return folder;
}

async function serverTemplate(project: TestProject, url: string): Promise<() => Promise<void>> {
  const database = `broadsheet_template_${process.pid}`;
  await administer(url, `create database ${database}`);
  const driver = openTestServer(databaseUrl(url, database));
  await migrate(driver, migrations);
  await driver.close();
  project.provide('template', { kind: 'server', url, database });
  return () => administer(url, `drop database ${database} with (force)`);
}

/** Runs one statement in the database that TEST_DATABASE_URL names. */
export async function administer(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

export function databaseUrl(url: string, database: string): string {
  return Object.assign(new URL(url), { pathname: `/${database}` }).href;
}

export function openTestServer(url: string): Driver {
  return openServer({
    url,
    poolSize: 10,
    connectTimeout: 5_000,
    statementTimeout: 20_000,
    lockTimeout: 10_000,
    prepare: true,
    onIdleError() {},
  });
}
