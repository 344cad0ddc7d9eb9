import type pg from 'pg';
import { sessionSettings } from './session-settings.ts';

/** How to reach a PostgreSQL server. All times are in milliseconds. */
export interface ServerOptions {
  readonly url: string;
  /** How many connections there are at the most, of all kinds. */
  readonly poolSize: number;
  readonly connectTimeout: number;
  readonly statementTimeout: number;
  readonly lockTimeout: number;
  /** Whether statements are prepared under names; off for poolers that cannot carry them. */
  readonly prepare: boolean;
  /** Maximum age of a connection; 5 minutes unless it says otherwise. */
  readonly maxLifetime?: number;
  /** Told of connections that break while idle, which are replaced when needed. */
  readonly onIdleError: (error: Error) => void;
}

/** What every connection is opened with whose statements may take so long, with these settings besides the usual ones. */
export function clientConfigOf(
  options: ServerOptions,
  statementTimeout: number,
  settings: Readonly<Record<string, string>> = {},
): pg.ClientConfig {
  return {
    connectionString: options.url,
    application_name: 'broadsheet',
    connectionTimeoutMillis: options.connectTimeout,
    statement_timeout: statementTimeout,
    lock_timeout: options.lockTimeout,
    idle_in_transaction_session_timeout: options.statementTimeout * 2,
    keepAlive: true,
    options: Object.entries({ ...sessionSettings, ...settings })
      .map(([name, value]) => `-c ${name}=${value}`)
      .join(' '),
  };
}
