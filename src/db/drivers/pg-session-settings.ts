import type pg from 'pg';
import { AppError } from '../../shared/errors.ts';
import type { ServerOptions, Settings } from './pg-options.ts';
import { requiredSettings } from './session-settings.ts';

/** A setting that a connection has with another value than it is to have. */
interface Deviation {
  readonly name: string;
  readonly wanted: string;
  readonly found: string;
}

/**
 * Makes sure that a new connection has these settings. It was opened with them, but a pooler may have dropped them: then
 * they are set, unless the pooler shares the session between its clients, which is what turning prepared statements off
 * stands for.
 *
 * @throws {AppError} `SERVICE_UNAVAILABLE` when the connection lacks a setting that the code depends on. The cause says
 * which, and what to do.
 */
export async function ensureSettings(
  client: pg.ClientBase,
  settings: Settings,
  { connectTimeout, prepare }: ServerOptions,
): Promise<void> {
  let deviations = await deviationsFrom(settings, client, connectTimeout);
  if (deviations.length > 0 && prepare) {
    await ask(
      client,
      'select set_config(name, value, false) from unnest($1::text[], $2::text[]) as wanted(name, value)',
      [deviations.map(({ name }) => name), deviations.map(({ wanted }) => wanted)],
      connectTimeout,
    );
    deviations = await deviationsFrom(settings, client, connectTimeout);
  }
  const lacking = deviations.filter(({ name }) => name in requiredSettings);
  if (lacking.length > 0) throw unsuitable(lacking);
}

async function deviationsFrom(
  settings: Settings,
  client: pg.ClientBase,
  timeout: number,
): Promise<Deviation[]> {
  const names = Object.keys(settings);
  const text = 'select name, setting from pg_settings where name = any($1::text[])';
  const found = new Map(await ask(client, text, [names], timeout));
  return Object.entries(settings)
    .map(([name, wanted]) => ({ name, wanted, found: found.get(name) ?? '' }))
    .filter((setting) => setting.found !== setting.wanted);
}

async function ask(
  client: pg.ClientBase,
  text: string,
  values: unknown[],
  timeout: number,
): Promise<[string, string][]> {
  // A server that accepts connections may still be silent.
  const query = { text, values, rowMode: 'array' as const, query_timeout: timeout };
  return (await client.query<[string, string]>(query)).rows;
}

function unsuitable(lacking: readonly Deviation[]): AppError {
  const facts = lacking.map(({ name, wanted, found }) => `${name} is "${found}" and must be "${wanted}"`);
  const remedies = lacking.map(({ name, wanted }) => `ALTER ROLE … SET ${name} = '${wanted}'`);
  const cause = new Error(
    `${facts.join(', ')}. Something between the server and PostgreSQL drops the settings of connections: ` +
      `pass them on, or set them in PostgreSQL with ${remedies.join('; ')}`,
  );
  return new AppError('SERVICE_UNAVAILABLE', 'The database has settings that the server cannot work with.', {
    retryAfter: 10,
    cause,
  });
}
