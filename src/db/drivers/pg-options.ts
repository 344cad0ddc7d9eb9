import type pg from 'pg';
import { sessionSettings } from './session-settings.ts';

/** How to reach a PostgreSQL server. All times are in milliseconds. */
export interface ServerOptions {
  readonly url: string;
  /** Maximum number of connections, of all kinds. */
  readonly poolSize: number;
  readonly connectTimeout: number;
  readonly statementTimeout: number;
  readonly lockTimeout: number;
  /** Whether statements are prepared under names; off for poolers that cannot carry them. */
  readonly prepare: boolean;
  /** Maximum age of a connection; 5 minutes unless it says otherwise. */
  readonly maxLifetime?: number;
  /** Called for each idle connection that breaks. It is replaced when needed. */
  readonly onIdleError: (error: Error) => void;
}

/** Settings of a session by their names in `pg_settings`. */
export type Settings = Readonly<Record<string, string>>;

/** The settings of connections whose statements may take `statementTimeout`, with `settings` on top. */
export function settingsOf(
  options: ServerOptions,
  statementTimeout: number,
  settings: Settings = {},
): Settings {
  return {
    ...sessionSettings,
    statement_timeout: String(statementTimeout),
    lock_timeout: String(options.lockTimeout),
    idle_in_transaction_session_timeout: String(options.statementTimeout * 2),
    ...settings,
  };
}

/** How `pg` opens a connection with these settings. */
export function clientConfigOf(options: ServerOptions, settings: Settings): pg.ClientConfig {
  return {
    connectionString: urlWith(options.url, settings),
    application_name: 'broadsheet',
    connectionTimeoutMillis: options.connectTimeout,
    keepAlive: true,
  };
}

/**
 * A URL whose `options` end with these settings. PostgreSQL applies options in their order, so ours win over those of
 * the URL, which stay. They go into the URL because `pg` prefers the parameters of a URL to those of its configuration.
 */
function urlWith(text: string, settings: Settings): string {
  // A percent sign that begins no escape stands for itself, which `pg` would find no more in a URL with escapes.
  const url = new URL(text.replace(/%(?![\da-f]{2})/gi, '%25'));
  const ours = Object.entries(settings).map(([name, value]) => `-c ${name}=${escaped(value)}`);
  url.searchParams.set('options', [url.searchParams.get('options') ?? '', ...ours].join(' ').trim());
  return url.href;
}

/** A value within `options`, in which spaces separate. */
function escaped(value: string): string {
  return value.replaceAll(/[\\\s]/g, String.raw`\$&`);
}
