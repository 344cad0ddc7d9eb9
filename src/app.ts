// What only some configurations need is imported where it is needed: each module takes its time at the start.
import cluster from 'node:cluster';
import { fstatSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type DestinationStream, type Logger, type LoggerOptions, pino } from 'pino';
import type { Config } from './config.ts';
import { mayFetchFrom } from './config/trusted-issuers.ts';
import { openServer } from './db/drivers/pg.ts';
import { lockFolder } from './db/folder-lock.ts';
import { Database, type Driver } from './db/index.ts';
import type { Change } from './events/changes.ts';
import { startApollo } from './graphql/apollo.ts';
import { contextBuilder } from './graphql/context.ts';
import { createHttpServer, type HttpServer } from './http/server.ts';
import { DevelopmentMailbox } from './mail/development-mailbox.ts';
import type { MailTransport } from './mail/mail.ts';
import { logSecurityEvents, recordSecurityEvent, type SecurityEvent } from './modules/audit/index.ts';
import {
  type AccountServices,
  GuessingLimits,
  mailTopic,
  sendOrderedMail,
  verifyAuthorization,
} from './modules/accounts/index.ts';
import {
  AccessTokens,
  type KeyChanges,
  openKeyRing,
  OutsideTokens,
  RemoteKeys,
  TokenVerifier,
  watchKeyFolder,
} from './modules/tokens/index.ts';
import { atomicWrite, BatchedOutput } from './shared/batched-output.ts';
import { MemoryStore } from './rate-limits/memory-store.ts';
import { PrimaryStore } from './rate-limits/primary-store.ts';
import { RedisStore } from './rate-limits/redis-store.ts';
import type { LimitStore } from './rate-limits/store.ts';
import { RedisConnection } from './redis/connection.ts';
import { describeError } from './shared/describe-error.ts';
import { makePrivate } from './shared/make-private.ts';
import { closeRenderPool } from './shared/markdown/index.ts';
import { type Deliver, OutboxWorker } from './workers/outbox.ts';
import { TagCleanup } from './workers/tag-cleanup.ts';

/** Where the migrations are: beside the sources, and beside the build. */
export const migrationsFolder = fileURLToPath(new URL('../drizzle', import.meta.url));

/**
 * The program's log: JSON lines, on standard output where no destination is given. In production lines that come fast
 * are written together: each is there after 100 ms, or at the exit.
 */
export function createLog(
  { logLevel, production = false }: Pick<Config, 'logLevel'> & Partial<Pick<Config, 'production'>>,
  destination?: DestinationStream,
): Logger {
  const options: LoggerOptions = {
    level: logLevel,
    base: null,
    timestamp: isoTime(),
    serializers: { err: describeError },
  };
  if (destination !== undefined) return pino(options, destination);
  return production
    ? pino(options, new BatchedOutput(pino.destination({ dest: 1, sync: true }), outputSize()))
    : pino(options);
}

/** How much is written to the standard output at once, in bytes. */
function outputSize(): number {
  return fstatSync(1).isFile() ? 16 * atomicWrite : atomicWrite;
}

/** The time of a line in RFC 3339, made once for all lines of a millisecond. */
function isoTime(): () => string {
  let time = 0;
  let text = '';
  return () => {
    const now = Date.now();
    if (now !== time) {
      time = now;
      text = `,"time":"${new Date(now).toISOString()}"`;
    }
    return text;
  };
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
    const { openEmbedded } = await import('./db/drivers/pglite.ts');
    const folder = join(database.folder, 'postgres');
    // Earlier versions let everybody read it.
    const paths = makePrivate([folder]);
    if (paths.length > 0)
      log.warn({ paths }, 'others can read files of the database: they are not of this user');
    const driver = await openEmbedded({ folder });
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

/** What the accounts module needs, and what it shares with the rest of the app. */
export interface AppServices extends AccountServices {
  /** Null where instances do not share one. `createApp` opens and closes it. */
  readonly redis: RedisConnection | null;
  /** Keeps all rate limits: those of guessing, and the budgets of clients. */
  readonly limitStore: LimitStore;
}

/**
 * What the accounts module needs, from the configuration.
 *
 * @param log Gets what goes wrong with the keys of other issuers, and with Redis.
 * @throws {ConfigError} when a token key cannot be trusted, or is missing in production.
 */
export async function createAccountServices(
  config: Config,
  log: Logger = createLog({ logLevel: 'silent' }),
): Promise<AppServices> {
  const { accessTtl, sessionTtl, issuer, audience } = config.tokens;
  const keys = await openKeyRing(config);
  const tokens = new AccessTokens({ keys, issuer, audience, ttl: accessTtl });
  const redis = config.redis === null ? null : new RedisConnection(config.redis, log);
  const limitStore = limitStoreFor(redis, log);
  return {
    redis,
    limitStore,
    keys,
    tokens,
    verifier: new TokenVerifier(tokens, outsideTokens(config, log)),
    signUp: config.signUp,
    limits: new GuessingLimits(config.guessing, limitStore),
    sessionTtl,
    minPasswordLength: config.minPasswordLength,
    sendsMail: config.mail !== null,
    afterCommit: () => {},
  };
}

/** Workers of one server share what Redis does not keep. */
function limitStoreFor(redis: RedisConnection | null, log: Logger): LimitStore {
  const memory = new MemoryStore();
  const own = cluster.worker === undefined ? memory : new PrimaryStore(cluster.worker, memory, log);
  return redis === null ? own : new RedisStore(redis, own);
}

function outsideTokens({ tokens, production }: Config, log: Logger): OutsideTokens[] {
  return tokens.trustedIssuers.map((trusted) => {
    const { issuer, jwksUri } = trusted;
    const isAllowed = (address: string) => mayFetchFrom(address, production);
    return new OutsideTokens(trusted, new RemoteKeys({ issuer, jwksUri, mayFetchFrom: isAllowed, log }));
  });
}

/** What sends mail: a server, or the development mailbox; null where none is sent. */
async function mailTransport({ mail }: Config): Promise<MailTransport | null> {
  if (mail === null) return null;
  if (mail.smtpUrl === null) return new DevelopmentMailbox();
  const { smtpTransport } = await import('./mail/smtp.ts');
  return smtpTransport({ ...mail, url: mail.smtpUrl });
}

/** Carries messages out of the outbox: this process sends them itself. */
function deliverBy(transport: MailTransport, webUrl: string): Deliver {
  return async (db, message) => {
    if (message.topic !== mailTopic) throw new Error('Nobody sends messages of this topic.');
    await sendOrderedMail(db, { transport, webUrl }, message);
  };
}

/** Keeps in the audit which keys came and went, as this server noticed it. */
async function recordKeyChanges(db: Database, { added, retired, removed }: KeyChanges): Promise<void> {
  const events: SecurityEvent[] = [
    ...added.map((keyId) => ({ type: 'SIGNING_KEY_ADDED' as const, userId: null, details: { keyId } })),
    ...[...retired, ...removed].map((keyId) => ({
      type: 'SIGNING_KEY_RETIRED' as const,
      userId: null,
      details: { keyId },
    })),
  ];
  const nobody = { viewer: null, origin: null };
  await db.transaction(async (tx) => {
    for (const event of events) await recordSecurityEvent(tx, nobody, event);
  });
}

/** A running server. */
export interface App {
  readonly http: HttpServer;
  /** Sends what transactions have put into the outbox, once it is started; null where no mail is sent. */
  readonly outbox: OutboxWorker | null;
  /** Deletes tags that no post carries, once it is started. */
  readonly tagCleanup: TagCleanup;
  /** Where mails are kept that would be sent in production; null where they are sent. */
  readonly mailbox: DevelopmentMailbox | null;
  /** Stops, once: the HTTP server takes no more requests and answers those it has, then everything is closed. */
  close(): Promise<void>;
}

/** Puts the server together over an open database, and closes the database with it. */
export async function createApp(
  config: Config,
  driver: Driver,
  accounts: AppServices,
  log: Logger,
): Promise<App> {
  const { executor, fastPath, introspection, suggestions, explorer, costs } = config;
  function afterCommit(changes: readonly Change[]): void {
    logSecurityEvents(log, changes);
    if (changes.some(({ type }) => type === 'outbox')) outbox?.wake();
    accounts.afterCommit(changes);
  }
  const transport = await mailTransport(config);
  const outbox =
    config.mail === null || transport === null
      ? null
      : new OutboxWorker({ driver, deliver: deliverBy(transport, config.mail.webUrl), log });
  const tagCleanup = new TagCleanup({ driver, log });
  const mailbox = transport instanceof DevelopmentMailbox ? transport : null;
  const { redis, limitStore } = accounts;
  const graphql = await startApollo({
    executor,
    fastPath,
    introspection,
    suggestions,
    explorer,
    costs,
    limitStore,
    log,
  });
  const http = createHttpServer({
    options: config.http,
    explorer,
    mailbox,
    graphql,
    buildContext: contextBuilder(driver, { ...accounts, afterCommit }),
    verify: (authorization) => verifyAuthorization(accounts.verifier, authorization),
    keys: accounts.keys,
    driver,
    log,
  });
  const { keys } = config.tokens;
  const watch =
    keys.kind === 'folder'
      ? watchKeyFolder(keys.folder, accounts.keys, log, (changes) => {
          recordKeyChanges(new Database(driver, afterCommit), changes).catch((err: unknown) => {
            log.error({ err }, 'a change of the token keys is not in the audit');
          });
        })
      : null;
  await redis?.open();
  async function stop(): Promise<void> {
    await http.close();
    watch?.close();
    await Promise.all([outbox?.stop(), tagCleanup.stop()]);
    await graphql.stop();
    redis?.close();
    await closeRenderPool();
    await driver.close();
  }
  let stopped: Promise<void> | undefined;
  return { http, outbox, tagCleanup, mailbox, close: () => (stopped ??= stop()) };
}
