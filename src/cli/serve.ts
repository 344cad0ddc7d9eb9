import type { Logger } from 'pino';
import { type App, createAccountServices, createApp, createLog } from '../app.ts';
import { type Config, readConfig } from '../config.ts';
import { Database, type Driver } from '../db/index.ts';
import type { AccountServices } from '../modules/accounts/index.ts';
import { openReadyDatabase } from './database.ts';
import { fillWithDemo } from './demo/index.ts';
import { importAtStart } from './import.ts';
import { stopRequest } from './stop-request.ts';
import { printWelcome } from './welcome.ts';

export interface ServeOptions {
  /** Whether to run pending migrations on a PostgreSQL server. */
  readonly migrate?: boolean;
  /** A folder of Markdown files to import before serving. */
  readonly import?: string;
}

/** Serves until it is told to stop. */
export async function serve({ migrate = false, import: folder }: ServeOptions): Promise<void> {
  const config = readConfig();
  const log = createLog(config);
  const accounts = await createAccountServices(config, log);
  const stop = stopRequest(log, config.http.shutdownTimeout);
  const driver = await openReadyDatabase(config, log, { migrates: migrate });
  const app = await start(config, driver, accounts, log, folder ?? null);
  await stop;
  await app.close();
  log.info('stopped');
}

/** Starts over an open database, which is closed when that fails. */
async function start(
  config: Config,
  driver: Driver,
  accounts: AccountServices,
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
    if (folder !== null) await importAtStart(driver, folder, log);
    if (config.demo && (await fillWithDemo(new Database(driver), config.dataFolder))) {
      log.info('filled the database with a demo publication');
    }
    app = await createApp(config, driver, accounts, log);
    await app.http.listen();
    app.outbox?.start();
    if (!config.production) await printWelcome(config, app, new Database(driver), accounts);
    return app;
  } catch (error) {
    await (app ?? driver).close();
    throw error;
  }
}
