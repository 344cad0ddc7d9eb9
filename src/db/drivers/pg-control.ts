import pg from 'pg';
import type { Readiness } from '../driver.ts';
import { translateError } from '../sqlstate.ts';
import { Client } from './pg-client.ts';
import { clientConfigOf, type ServerOptions, settingsOf } from './pg-options.ts';
import { ensureSettings } from './pg-session-settings.ts';

/** A connection besides those that statements wait for, which is opened when it is needed and closed soon after. */
export interface Control {
  /** Cancels the statement that a backend runs, if it can. */
  cancel(processId: number): Promise<void>;
  readiness(): Promise<Readiness>;
  close(): Promise<void>;
}

export function openControl(options: ServerOptions): Control {
  const settings = settingsOf(options, options.connectTimeout);
  const pool = new pg.Pool({
    ...clientConfigOf(options, settings),
    Client,
    application_name: 'broadsheet control',
    max: 1,
    idleTimeoutMillis: 10_000,
    query_timeout: options.connectTimeout,
    // oxlint-disable-next-line typescript/no-misused-promises -- The pool waits for it, which its types do not say.
    onConnect: (client) => ensureSettings(client, settings, options),
  });
  pool.on('error', options.onIdleError);
  // The statement under way fails with the error, which must not end the process, too.
  pool.on('connect', (client) => client.on('error', () => {}));

  async function readiness(): Promise<Readiness> {
    const client = await pool.connect();
    let isReady = false;
    try {
      const text = 'select pg_is_in_recovery() or current_setting($1)::boolean as "isReadOnly"';
      const { rows } = await client.query<{ isReadOnly: boolean }>(text, ['transaction_read_only']);
      isReady = rows[0]?.isReadOnly === false;
      return isReady ? 'ready' : 'read-only';
    } finally {
      // Behind the same address there may be another server the next time.
      client.release(!isReady);
    }
  }

  return {
    async cancel(processId) {
      await pool.query('select pg_cancel_backend($1)', [processId]).catch(() => {});
    },
    readiness: () =>
      readiness().catch((error: unknown) => {
        throw translateError(error);
      }),
    close: () => pool.end(),
  };
}
