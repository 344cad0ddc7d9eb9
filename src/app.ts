import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type DestinationStream, type Logger, type LoggerOptions, pino } from 'pino';
import type { Config } from './config.ts';
import { mayFetchFrom } from './config/trusted-issuers.ts';
import { openEmbedded } from './db/drivers/pglite.ts';
import { openServer } from './db/drivers/pg.ts';
import { lockFolder } from './db/folder-lock.ts';
import type { Driver } from './db/index.ts';
import { startApollo } from './graphql/apollo.ts';
import { contextBuilder } from './graphql/context.ts';
import { createHttpServer, type HttpServer } from './http/server.ts';
import type { AccountServices } from './modules/accounts/index.ts';
import {
  AccessTokens,
  openKeyRing,
  OutsideTokens,
  RemoteKeys,
  TokenVerifier,
  watchKeyFolder,
} from './modules/tokens/index.ts';
import { describeError } from './shared/describe-error.ts';

/** Where the migrations are: beside the sources, and beside the build. */
export const migrationsFolder = fileURLToPath(new URL('../drizzle', import.meta.url));

/** The program's log: JSON lines, on standard output where no destination is given. */
export function createLog({ logLevel }: Pick<Config, 'logLevel'>, destination?: DestinationStream): Logger {
  const options: LoggerOptions = {
    level: logLevel,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    serializers: { err: describeError },
  };
  return destination === undefined ? pino(options) : pino(options, destination);
}

/**
 * Opens the configured database. The embedded one is locked to this process.
 *
 * @throws {FolderInUseError} when another process has the embedded database open.
 */
export async function openDatabase({ database }: Pick<Config, 'database'>, log: Logger): Promise<Driver> {
  if (database.kind === 'server') {
    const onIdleError = (err: Error) => log.warn({ err }, 'an idle database connection broke');
    return openServer({ ...database, onIdleError });
  }
  const lock = await lockFolder(database.folder);
  try {
    const driver = await openEmbedded({ folder: join(database.folder, 'postgres') });
    return {
      ...driver,
      async close() {
        await driver.close();
        await lock.release();
      },
    };
  } catch (error) {
    await lock.release();
    throw error;
  }
}

/**
 * What the accounts module needs, from the configuration.
 *
 * @param log Gets what goes wrong with the keys of other issuers.
 * @throws {ConfigError} when a token key cannot be trusted, or is missing in production.
 */
export async function createAccountServices(
  config: Config,
  log: Logger = createLog({ logLevel: 'silent' }),
): Promise<AccountServices> {
  const { accessTtl, sessionTtl, issuer, audience } = config.tokens;
  const keys = await openKeyRing(config);
  const tokens = new AccessTokens({ keys, issuer, audience, ttl: accessTtl });
  return {
    keys,
    tokens,
    verifier: new TokenVerifier(tokens, outsideTokens(config, log)),
    signUp: config.signUp,
    sessionTtl,
    afterCommit: () => {},
  };
}

function outsideTokens({ tokens, production }: Config, log: Logger): OutsideTokens[] {
  return tokens.trustedIssuers.map((trusted) => {
    const { issuer, jwksUri } = trusted;
    const isAllowed = (address: string) => mayFetchFrom(address, production);
    return new OutsideTokens(trusted, new RemoteKeys({ issuer, jwksUri, mayFetchFrom: isAllowed, log }));
  });
}

/** A running server. */
export interface App {
  readonly http: HttpServer;
  /** Stops, once: no new requests, the running ones are answered, then everything is closed. */
  close(): Promise<void>;
}

/** Puts the server together over an open database, and closes the database with it. */
export async function createApp(
  config: Config,
  driver: Driver,
  accounts: AccountServices,
  log: Logger,
): Promise<App> {
  const { introspection, explorer } = config;
  const apollo = await startApollo({ introspection, explorer, log });
  const http = createHttpServer({
    options: config.http,
    explorer,
    apollo,
    buildContext: contextBuilder(driver, accounts),
    keys: accounts.keys,
    driver,
    log,
  });
  const { keys } = config.tokens;
  const watch = keys.kind === 'folder' ? watchKeyFolder(keys.folder, accounts.keys, log) : null;
  async function stop(): Promise<void> {
    watch?.close();
    await http.close();
    await apollo.stop();
    await driver.close();
  }
  let stopped: Promise<void> | undefined;
  return { http, close: () => (stopped ??= stop()) };
}
