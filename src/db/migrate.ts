import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Connection, Driver, Rows } from './driver.ts';

/** A step of the database's form, in the order in which steps are taken. */
interface Migration {
  readonly name: string;
  readonly hash: string;
  readonly statements: readonly string[];
}

/** The key of the advisory lock that lets one process migrate at a time. */
const lockKey = 7_241_932_061;

const createLedger = `create table if not exists schema_migrations (
  name text primary key,
  hash text not null,
  applied_at timestamp (3) with time zone not null default now()
)`;

/** A database that was changed by a newer version, or whose migrations are not the ones of this version. */
export class UnknownSchemaError extends Error {
  override readonly name = 'UnknownSchemaError';
}

/**
 * Brings the database to the newest form and answers the names of the migrations that it ran. Each runs in a
 * transaction of its own; processes that migrate at the same time wait for each other.
 *
 * @throws {UnknownSchemaError} when the database knows migrations that this version does not.
 */
export async function migrate(driver: Driver, folder: string): Promise<string[]> {
  const migrations = await readMigrations(folder);
  const connection = await driver.connect();
  let broken = true;
  try {
    await sendAll(connection, [`set statement_timeout = 0`, `set lock_timeout = 0`]);
    await send(connection, `select pg_advisory_lock(${lockKey})`);
    await send(connection, createLedger);
    const pending = pendingOf(migrations, await appliedOf(connection));
    for (const migration of pending) await apply(connection, migration);
    await send(connection, `select pg_advisory_unlock(${lockKey})`);
    await sendAll(connection, ['reset statement_timeout', 'reset lock_timeout']);
    broken = false;
    return pending.map(({ name }) => name);
  } finally {
    // A connection that still holds the lock must not go back to the pool.
    connection.release(broken);
  }
}

/**
 * The names of the migrations that the database still needs.
 *
 * @throws {UnknownSchemaError} when the database knows migrations that this version does not.
 */
export async function pendingMigrations(driver: Driver, folder: string): Promise<string[]> {
  const migrations = await readMigrations(folder);
  const [[ledger] = []] = await send(driver, `select to_regclass('schema_migrations')::text`);
  const applied = ledger == null ? [] : await appliedOf(driver);
  return pendingOf(migrations, applied).map(({ name }) => name);
}

async function readMigrations(folder: string): Promise<Migration[]> {
  const journal = JSON.parse(await readFile(join(folder, 'meta', '_journal.json'), 'utf8')) as {
    entries: { tag: string }[];
  };
  return Promise.all(
    journal.entries.map(async ({ tag }) => {
      const text = await readFile(join(folder, `${tag}.sql`), 'utf8');
      return {
        name: tag,
        hash: createHash('sha256').update(text).digest('hex'),
        statements: text.split('--> statement-breakpoint'),
      };
    }),
  );
}

function pendingOf(
  migrations: readonly Migration[],
  applied: readonly { name: string; hash: string }[],
): Migration[] {
  for (const [position, { name, hash }] of applied.entries()) {
    const known = migrations[position];
    if (known === undefined || known.name !== name || known.hash !== hash) {
      throw new UnknownSchemaError(
        `The database has had the migration ${name}, which this version does not know.`,
      );
    }
  }
  return migrations.slice(applied.length);
}

async function appliedOf(target: Pick<Connection, 'query'>): Promise<{ name: string; hash: string }[]> {
  const rows = await send(target, 'select name, hash from schema_migrations order by name collate "C"');
  return rows.map(([name, hash]) => ({ name: String(name), hash: String(hash) }));
}

async function apply(connection: Connection, { name, hash, statements }: Migration): Promise<void> {
  await send(connection, 'begin');
  try {
    await sendAll(connection, statements);
    await send(connection, 'insert into schema_migrations (name, hash) values ($1, $2)', [name, hash]);
    await send(connection, 'commit');
  } catch (error) {
    await send(connection, 'rollback');
    throw new Error(`The migration ${name} failed and was rolled back.`, { cause: error });
  }
}

async function sendAll(target: Pick<Connection, 'query'>, texts: readonly string[]): Promise<void> {
  for (const text of texts) await send(target, text);
}

function send(target: Pick<Connection, 'query'>, text: string, values: unknown[] = []): Promise<Rows> {
  return target.query({ name: null, text, values, isLong: true });
}
