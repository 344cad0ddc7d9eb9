import cluster from 'node:cluster';
import type { Logger } from 'pino';
import { type App, type AppServices, createAccountServices, createApp, createLog } from '../app.ts';
import { type Config, readConfig } from '../config.ts';
import { Database, type Driver } from '../db/index.ts';
import { openReadyDatabase } from './database.ts';
import { CommandError } from './failure.ts';
import { stopRequest } from './stop-request.ts';
import { Workers } from './workers.ts';

export interface ServeOptions {
  /** Whether to run pending migrations on a PostgreSQL server. */
  readonly migrate?: boolean;
  /** A folder of Markdown files to import before serving. */
  readonly import?: string;
  /** How many processes serve, on one port. */
  readonly workers?: number;
}

/**
 * Serves until it is told to stop.
 *
 * @throws {CommandError} when several processes are to serve the embedded database, which only one can open.
 */
export async function serve({ workers = 1, ...options }: ServeOptions): Promise<void> {
  try {
    await (workers === 1 ? serveAlone(options) : serveWithWorkers(workers, options));
  } finally {
    // Where this is a worker, the channel to the process that began it is still open, and nothing ends before it.
    cluster.worker?.disconnect();
  }
}

async function serveAlone({ migrate = false, import: folder }: ServeOptions): Promise<void> {
  const config = readConfig();
  const log = numbered(createLog(config));
  const accounts = await createAccountServices(config, log);
  const stop = stopRequest(log, config.http.shutdownTimeout);
  const driver = await openReadyDatabase(config, log, { migrates: migrate });
  const app = await start(config, driver, accounts, log, folder ?? null);
  await stop;
  await app.close();
  log.info('stopped');
}

/** What is to be done once is done before the first worker is there. */
async function serveWithWorkers(
  count: number,
  { migrate = false, import: folder }: ServeOptions,
): Promise<void> {
  const config = readConfig();
  if (config.database.kind === 'embedded') {
    throw new CommandError('Only one process can serve the embedded database: set DATABASE_URL for workers.');
  }
  const log = createLog(config);
  const stop = stopRequest(log, config.http.shutdownTimeout);
  const driver = await openReadyDatabase(config, log, { migrates: migrate });
  try {
    if (folder !== undefined) await importFirst(driver, folder, log);
  } finally {
    await driver.close();
  }
  await new Workers(count, log).run(stop);
  log.info('stopped');
}

/** The log of a worker says in each line which one it is. */
function numbered(log: Logger): Logger {
  return cluster.worker === undefined ? log : log.child({ worker: cluster.worker.id });
}

/** Whether no other process of this server has begun before. */
function isFirst(): boolean {
  return cluster.worker === undefined || cluster.worker.id === 1;
}

/** Starts over an open database, which is closed when that fails. */
async function start(
  config: Config,
  driver: Driver,
  accounts: AppServices,
  log: Logger,
  folder: string | null,
): Promise<App> {
  if (config.production && driver.kind === 'embedded') {
    log.warn('the embedded database is for trying things out: set DATABASE_URL in production');
  }
  if (config.mail === null)
    log.warn('no mail is sent: set SMTP_URL for links that prove addresses and set passwords');
  let app: App | undefined;
  try {
    if (folder !== null) await importFirst(driver, folder, log);
    if (config.demo) await fillIfEmpty(config, driver, log);
    app = await createApp(config, driver, accounts, log);
    await app.http.listen();
    app.outbox?.start();
    app.tagCleanup.start();
    if (!config.production && isFirst()) await welcome(config, app, driver, accounts);
    return app;
  } catch (error) {
    await (app ?? driver).close();
    throw error;
  }
}

// What is done at some starts only is loaded then: what every start loads is waited for at every start.

async function importFirst(driver: Driver, folder: string, log: Logger): Promise<void> {
  const { importAtStart } = await import('./import.ts');
  await importAtStart(driver, folder, log);
}

async function fillIfEmpty({ dataFolder }: Config, driver: Driver, log: Logger): Promise<void> {
  const { fillWithDemo } = await import('./demo/index.ts');
  if (await fillWithDemo(new Database(driver), dataFolder)) {
    log.info('filled the database with a demo publication');
  }
}

async function welcome(config: Config, app: App, driver: Driver, accounts: AppServices): Promise<void> {
  const { printWelcome } = await import('./welcome.ts');
  await printWelcome(config, app, new Database(driver), accounts);
}
