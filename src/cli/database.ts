import { type Logger, pino } from 'pino';
import { migrationsFolder, openDatabase } from '../app.ts';
import { type Config, type DatabaseConfig, readConfig } from '../config.ts';
import { Database, type Driver } from '../db/index.ts';
import { migrate, pendingMigrations } from '../db/migrate.ts';
import { CommandError } from './failure.ts';

const silent = pino({ level: 'silent' });

/**
 * Opens the configured database for one command and closes it after it. An embedded one is migrated first.
 *
 * @throws {CommandError} when a PostgreSQL server has migrations pending.
 * @throws {FolderInUseError} when a server has the embedded database open.
 */
export async function withDatabase<T>(work: (db: Database, config: Config) => Promise<T>): Promise<T> {
  const config = readConfig();
  const driver = await openReadyDatabase(config, silent, { migrates: false });
  try {
    return await work(new Database(driver), config);
  } finally {
    await driver.close();
  }
}

/**
 * Opens the configured database for a command that takes its time, with so many connections where it is a server, and
 * closes it after it. An embedded one is migrated first.
 *
 * @throws {CommandError} when a PostgreSQL server has migrations pending.
 * @throws {FolderInUseError} when a server has the embedded database open.
 */
export async function withDriver<T>(connections: number, work: (driver: Driver) => Promise<T>): Promise<T> {
  const config = readConfig();
  const database = withoutHaste(config.database, connections);
  const driver = await openReadyDatabase({ ...config, database }, silent, { migrates: false });
  try {
    return await work(driver);
  } finally {
    await driver.close();
  }
}

/**
 * Opens the configured database in the form that this version needs: an embedded one is migrated, and a PostgreSQL
 * server where `migrates` says so.
 *
 * @throws {CommandError} when migrations are pending.
 */
export async function openReadyDatabase(
  config: Config,
  log: Logger,
  { migrates }: { readonly migrates: boolean },
): Promise<Driver> {
  if (config.database.kind === 'server' && migrates) await runMigrations(config, log);
  const driver = await openDatabase(config, log);
  try {
    if (driver.kind === 'embedded') logMigrations(log, await migrate(driver, migrationsFolder));
    else refusePending(await pendingMigrations(driver, migrationsFolder));
    return driver;
  } catch (error) {
    await driver.close();
    throw error;
  }
}

/** Runs the pending migrations of the configured database and answers their names. */
export async function runMigrations(config: Config, log: Logger = silent): Promise<string[]> {
  const driver = await openDatabase({ database: withoutHaste(config.database, 1) }, log);
  try {
    const names = await migrate(driver, migrationsFolder);
    logMigrations(log, names);
    return names;
  } finally {
    await driver.close();
  }
}

/** The names of the migrations that the configured database still needs. */
export async function listPendingMigrations(config: Config): Promise<string[]> {
  const driver = await openDatabase(config, silent);
  try {
    return await pendingMigrations(driver, migrationsFolder);
  } finally {
    await driver.close();
  }
}

const day = 86_400_000;

/** Migrations and the like take as long as they take, and wait for those of others: time-outs are for requests. */
function withoutHaste(database: DatabaseConfig, poolSize: number): DatabaseConfig {
  return database.kind === 'embedded' ? database : { ...database, poolSize, statementTimeout: day };
}

function logMigrations(log: Logger, migrations: readonly string[]): void {
  if (migrations.length > 0) log.info({ migrations }, 'migrated the database');
}

function refusePending(migrations: readonly string[]): void {
  if (migrations.length === 0) return;
  throw new CommandError(
    `The database lacks the migrations ${migrations.join(', ')}. ` +
      'Run "broadsheet migrate", or start with "broadsheet serve --migrate".',
  );
}
