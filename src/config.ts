import { isIP } from 'node:net';
import { z } from 'zod';
import {
  mixedUpKeys,
  tokenAlgorithm,
  type TokenKeysConfig,
  tokenKeysFrom,
  tokenSecret,
} from './config/token-keys.ts';
import { faultsOfIssuers, type TrustedIssuer, trustedIssuers } from './config/trusted-issuers.ts';
import {
  frontEnd,
  type MailConfig,
  mailFrom,
  mailSender,
  mailServer,
  missingForMail,
} from './config/mail.ts';
import { databaseServer } from './config/database.ts';
import { redisPrefix, redisServer } from './config/redis.ts';
import type { RedisSettings } from './redis/connection.ts';
import { isLoopback } from './shared/loopback.ts';
import { roles } from './shared/viewer.ts';

const flag = z.enum(['true', 'false']).transform((text) => text === 'true');

const units = { s: 1, m: 60, h: 3_600, d: 86_400 } as const;

/** A time as people write it, `15m` or `30d`, in seconds. */
export const duration = z
  .string()
  .regex(/^[1-9]\d{0,5}[smhd]$/, 'must be a number and a unit, such as 30s, 15m, 24h or 30d')
  .transform((text) => Number(text.slice(0, -1)) * units[text.slice(-1) as keyof typeof units]);

const milliseconds = z.coerce.number().int().min(1).max(600_000);

const host = z
  .string()
  .refine(
    (text) => isIP(text) !== 0 || /^[A-Za-z0-9.-]+$/.test(text),
    'must be an IP address or a host name',
  );

const hosts = z
  .string()
  .transform((text) => text.split(',').map((name) => name.trim()))
  .refine(
    (names) => names.every((name) => host.safeParse(name).success),
    'must be host names or IP addresses without ports, with commas between them',
  );

const limit = z.coerce.number().int().min(1).max(1_000_000);

const points = z.coerce.number().int().min(0).max(1_000_000_000);

const addressRanges = z
  .string()
  .transform((text) => text.split(',').map((range) => range.trim()))
  .refine(
    (ranges) => ranges.every(isAddressRange),
    'must be IP addresses, or ranges such as 10.0.0.0/8, with commas between them',
  );

const origins = z
  .string()
  .transform((text) => text.split(',').map((origin) => origin.trim()))
  .refine(
    // An origin has no path, and is written as browsers send it.
    (list) =>
      list.every((text) => URL.canParse(text) && new URL(text).origin === text && /^https?:/.test(text)),
    'must be origins such as https://www.example.org, with commas between them',
  );

/** The longest that an access token may be good, in seconds. */
export const maxTokenLife = 365 * 86_400;

const notEmpty = 'must not be empty';

/** Every environment variable that the program reads, with its default. */
const environment = z.object({
  NODE_ENV: z
    .enum(['development', 'test', 'production'], 'must be development, test or production')
    .default('development'),
  HOST: host.default('127.0.0.1'),
  PORT: z.coerce.number().int().min(0).max(65_535).default(4000),
  ALLOWED_HOSTS: hosts.default([]),
  DATA_DIR: z.string().min(1).default('.data'),
  DATABASE_URL: databaseServer.optional(),
  DATABASE_POOL_SIZE: z.coerce.number().int().min(1).max(1_000).default(10),
  DATABASE_CONNECT_TIMEOUT_MS: milliseconds.default(5_000),
  DATABASE_STATEMENT_TIMEOUT_MS: milliseconds.default(10_000),
  DATABASE_LOCK_TIMEOUT_MS: milliseconds.default(3_000),
  DATABASE_PREPARED_STATEMENTS: flag.default(true),
  REDIS_URL: redisServer.optional(),
  REDIS_PREFIX: redisPrefix.default('broadsheet'),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
  TOKEN_ISSUER: z.string().trim().min(1, notEmpty).default('broadsheet'),
  TOKEN_AUDIENCE: z.string().trim().min(1, notEmpty).default('broadsheet'),
  TOKEN_ALGORITHM: tokenAlgorithm.default('ES256'),
  TOKEN_SIGNING_KEY: z.string().min(1).optional(),
  TOKEN_KEYS_DIR: z.string().min(1).optional(),
  TOKEN_SECRET: tokenSecret.optional(),
  TRUSTED_ISSUERS: trustedIssuers.default([]),
  ACCESS_TOKEN_TTL: duration
    .refine((seconds) => seconds <= maxTokenLife, 'must be at most 365d')
    .default(15 * 60),
  SESSION_TTL: duration.default(30 * 86_400),
  SIGN_UP: z.enum(['open', 'closed']).default('open'),
  SIGN_UP_ROLE: z.enum(roles).exclude(['ADMIN']).default('AUTHOR'),
  SMTP_URL: mailServer.optional(),
  MAILBOX: flag.optional(),
  MAIL_FROM: mailSender.optional(),
  WEB_URL: frontEnd.optional(),
  PASSWORD_MIN_LENGTH: z.coerce.number().int().min(8).max(64).default(8),
  GUESS_LIMIT_PER_ACCOUNT: limit.default(10),
  GUESS_LIMIT_PER_ADDRESS: limit.default(30),
  SIGN_UP_LIMIT_PER_ADDRESS: limit.default(20),
  COST_CEILING: points.min(1).default(10_000),
  COST_BUDGET: points.default(1_000_000),
  COST_BUDGET_WINDOW: duration.default(60),
  INTROSPECTION: flag.optional(),
  SUGGESTIONS: flag.optional(),
  EXPLORER: flag.optional(),
  EXECUTOR: z.enum(['compiled', 'graphql-js']).default('compiled'),
  FAST_PATH: flag.default(true),
  DEMO: flag.optional(),
  DEMO_TOKEN: flag.optional(),
  CORS_ORIGINS: origins.default([]),
  TRUSTED_PROXIES: addressRanges.default([]),
  HTTP_BODY_LIMIT_BYTES: z.coerce.number().int().min(1_024).max(64_000_000).default(7_000_000),
  HTTP_REQUEST_TIMEOUT_MS: milliseconds.default(30_000),
  SHUTDOWN_DELAY_MS: z.coerce.number().int().min(0).max(600_000).optional(),
  SHUTDOWN_TIMEOUT_MS: milliseconds.default(25_000),
});

/** The names of all variables. */
export const variableNames: readonly string[] = Object.keys(environment.shape);

type Environment = z.infer<typeof environment>;

const checkedEnvironment = environment.superRefine((env, context) => {
  const fault = (path: (string | number)[], message: string) =>
    context.addIssue({ code: 'custom', path, message });
  for (const [name, message] of mixedUpKeys(env)) fault([name], message);
  // Some operations could never run.
  if (env.COST_BUDGET > 0 && env.COST_BUDGET < env.COST_CEILING) {
    fault(['COST_BUDGET'], 'must be 0, or at least COST_CEILING');
  }
  if (shutdownDelay(env) >= env.SHUTDOWN_TIMEOUT_MS) {
    fault(['SHUTDOWN_DELAY_MS'], 'must be less than SHUTDOWN_TIMEOUT_MS');
  }
  const isProduction = env.NODE_ENV === 'production';
  for (const [name, message] of isProduction ? missingForMail(env) : []) fault([name], message);
  for (const [path, message] of faultsOfIssuers(env.TRUSTED_ISSUERS, env.TOKEN_ISSUER, isProduction)) {
    fault(['TRUSTED_ISSUERS', ...path], message);
  }
});

/** Which database is used: an embedded one in a folder, or a PostgreSQL server. Times are in milliseconds. */
export type DatabaseConfig =
  | { readonly kind: 'embedded'; readonly folder: string }
  | {
      readonly kind: 'server';
      readonly url: string;
      readonly poolSize: number;
      readonly connectTimeout: number;
      readonly statementTimeout: number;
      readonly lockTimeout: number;
      readonly prepare: boolean;
    };

/** Everything that can be set, checked and frozen. */
export interface Config {
  readonly production: boolean;
  /** The folder for what the server keeps itself: the embedded database and the keys it made. */
  readonly dataFolder: string;
  readonly http: {
    readonly host: string;
    readonly port: number;
    /** The hosts, beside those of the loopback, that requests may name in `Host`; null where they may name any. */
    readonly allowedHosts: readonly string[] | null;
    /** The addresses and ranges of proxies whose `X-Forwarded-For` is believed. */
    readonly trustedProxies: readonly string[];
    /** The origins whose pages may use the API. */
    readonly corsOrigins: readonly string[];
    /** In bytes. */
    readonly bodyLimit: number;
    /** In milliseconds. */
    readonly requestTimeout: number;
    /** How long a stopping server, no longer ready, goes on accepting connections, in milliseconds. */
    readonly shutdownDelay: number;
    /** How long stopping may take, with the delay, in milliseconds. */
    readonly shutdownTimeout: number;
  };
  readonly database: DatabaseConfig;
  /** The Redis in which instances share rate limits; null where each has its own. */
  readonly redis: RedisSettings | null;
  readonly logLevel: Environment['LOG_LEVEL'];
  readonly tokens: {
    readonly issuer: string;
    readonly audience: string;
    readonly keys: TokenKeysConfig;
    readonly trustedIssuers: readonly TrustedIssuer[];
    /** In seconds. */
    readonly accessTtl: number;
    /** In seconds. */
    readonly sessionTtl: number;
  };
  readonly signUp: { readonly open: boolean; readonly role: Environment['SIGN_UP_ROLE'] };
  /** Null where no mail is sent. */
  readonly mail: MailConfig | null;
  /** The fewest characters of a new password. */
  readonly minPasswordLength: number;
  /** How much may be guessed. */
  readonly guessing: {
    readonly perAccount: number;
    readonly perAddress: number;
    readonly signUpsPerAddress: number;
  };
  /** How much operations may cost, in points. */
  readonly costs: {
    /** One operation. */
    readonly ceiling: number;
    /** What a client may use up at once and gets back in `window` seconds; null where that is not limited. */
    readonly budget: { readonly points: number; readonly window: number } | null;
  };
  readonly executor: 'compiled' | 'graphql-js';
  /** Whether operations that were answered before skip Apollo Server. */
  readonly fastPath: boolean;
  readonly introspection: boolean;
  /** Whether errors about a document suggest names of the schema. */
  readonly suggestions: boolean;
  readonly explorer: boolean;
  /** Whether an empty database is filled with a demo publication, and its accounts are printed at the start. */
  readonly demo: boolean;
  /** Whether an access token of a demo account is printed at the start. */
  readonly demoToken: boolean;
}

/** A setting that is wrong or missing; the message names it. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/**
 * Reads the configuration from environment variables.
 *
 * @throws {ConfigError} naming each variable that is wrong or missing.
 */
export function readConfig(variables: NodeJS.ProcessEnv = process.env): Config {
  // An empty variable is what a line of an .env file without a value leaves: it counts as unset.
  const given = Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== ''));
  // But tokens that name nobody are not what somebody wants who sets that in production.
  if (given['NODE_ENV'] === 'production') {
    const empty = ['TOKEN_ISSUER', 'TOKEN_AUDIENCE'].filter((name) => variables[name] === '');
    if (empty.length > 0) throw new ConfigError(empty.map((name) => `${name}: ${notEmpty}`).join('\n'));
  }
  const result = checkedEnvironment.safeParse(given);
  if (!result.success) {
    throw new ConfigError(
      result.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('\n'),
    );
  }
  return configFrom(result.data);
}

/** Whether errors are to be shown with their stacks. It never throws, so that a wrong setting can be reported. */
export function showsStacks({ LOG_LEVEL: level }: NodeJS.ProcessEnv = process.env): boolean {
  return level === 'debug' || level === 'trace';
}

function isAddressRange(text: string): boolean {
  const [address = '', bits, ...rest] = text.split('/');
  const widest = { 4: 32, 6: 128 }[isIP(address)];
  if (widest === undefined || rest.length > 0) return false;
  return bits === undefined || (/^[1-9]\d{0,2}$/.test(bits) && Number(bits) <= widest);
}

function configFrom(env: Environment): Config {
  const production = env.NODE_ENV === 'production';
  // The mailbox and the demo accounts let every client in: on by default on the loopback only, never in production.
  const isOpen = (asked: boolean | undefined) => !production && (asked ?? isLoopback(env.HOST));
  const demo = isOpen(env.DEMO);
  return Object.freeze({
    production,
    dataFolder: env.DATA_DIR,
    http: {
      host: env.HOST,
      port: env.PORT,
      allowedHosts: production ? null : [env.HOST, ...env.ALLOWED_HOSTS],
      corsOrigins: env.CORS_ORIGINS,
      trustedProxies: env.TRUSTED_PROXIES,
      bodyLimit: env.HTTP_BODY_LIMIT_BYTES,
      requestTimeout: env.HTTP_REQUEST_TIMEOUT_MS,
      shutdownDelay: shutdownDelay(env),
      shutdownTimeout: env.SHUTDOWN_TIMEOUT_MS,
    },
    database: databaseFrom(env),
    redis: env.REDIS_URL === undefined ? null : { url: env.REDIS_URL, prefix: env.REDIS_PREFIX },
    logLevel: env.LOG_LEVEL,
    tokens: {
      issuer: env.TOKEN_ISSUER,
      audience: env.TOKEN_AUDIENCE,
      keys: tokenKeysFrom(env),
      trustedIssuers: env.TRUSTED_ISSUERS,
      accessTtl: env.ACCESS_TOKEN_TTL,
      sessionTtl: env.SESSION_TTL,
    },
    signUp: { open: env.SIGN_UP === 'open', role: env.SIGN_UP_ROLE },
    mail: mailFrom(env, isOpen(env.MAILBOX)),
    minPasswordLength: env.PASSWORD_MIN_LENGTH,
    guessing: {
      perAccount: env.GUESS_LIMIT_PER_ACCOUNT,
      perAddress: env.GUESS_LIMIT_PER_ADDRESS,
      signUpsPerAddress: env.SIGN_UP_LIMIT_PER_ADDRESS,
    },
    costs: {
      ceiling: env.COST_CEILING,
      budget: env.COST_BUDGET === 0 ? null : { points: env.COST_BUDGET, window: env.COST_BUDGET_WINDOW },
    },
    executor: env.EXECUTOR,
    fastPath: env.FAST_PATH,
    introspection: env.INTROSPECTION ?? !production,
    suggestions: env.SUGGESTIONS ?? !production,
    explorer: env.EXPLORER ?? !production,
    demo,
    demoToken: demo && isOpen(env.DEMO_TOKEN),
  });
}

/** In production load balancers need time to notice that the server is no longer ready. */
function shutdownDelay(env: Environment): number {
  if (env.SHUTDOWN_DELAY_MS !== undefined) return env.SHUTDOWN_DELAY_MS;
  return env.NODE_ENV === 'production' ? Math.min(5_000, Math.floor(env.SHUTDOWN_TIMEOUT_MS / 2)) : 0;
}

function databaseFrom(env: Environment): DatabaseConfig {
  if (env.DATABASE_URL === undefined) return { kind: 'embedded', folder: env.DATA_DIR };
  return {
    kind: 'server',
    url: env.DATABASE_URL,
    poolSize: env.DATABASE_POOL_SIZE,
    connectTimeout: env.DATABASE_CONNECT_TIMEOUT_MS,
    statementTimeout: env.DATABASE_STATEMENT_TIMEOUT_MS,
    lockTimeout: env.DATABASE_LOCK_TIMEOUT_MS,
    prepare: env.DATABASE_PREPARED_STATEMENTS,
  };
}
