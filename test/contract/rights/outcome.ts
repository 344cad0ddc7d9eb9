import type { Person, TestServer } from '../../helpers/server.ts';
import type { Scenario } from './cast.ts';

/**
 * What came of a call, in the words of the table: it was done or shown; there is no such thing for the viewer; they
 * may not, and are told so; they have to sign in; their token was refused. Anything else is an error's code.
 */
export type Outcome = 'yes' | 'hidden' | 'no' | 'sign in' | 'refused' | (string & {});

/** Calls the field of a scenario. */
export async function outcomeOf(
  server: TestServer,
  caller: Person | undefined,
  { document, variables, shows }: Scenario,
): Promise<Outcome> {
  const { status, data, errors, statements } = await server.send(document, { as: caller, variables });
  const [error] = errors;
  if (error !== undefined) {
    if (status === 401 && error.path === undefined) return 'refused';
    const words: Record<string, Outcome> = {
      // For a stranger nothing is read: the field did not run.
      UNAUTHENTICATED: statements === 0 ? 'sign in' : `sign in, after ${statements} statements`,
      FORBIDDEN: 'no',
      NOT_FOUND: 'hidden',
    };
    return words[error.extensions.code] ?? error.extensions.code;
  }
  const answered = shows === undefined ? Object.values(data).every((value) => value !== null) : shows(data);
  return answered ? 'yes' : 'hidden';
}

/** One text for all that mutations may change, the same as long as nothing was changed. */
export async function stateOf({ driver }: TestServer): Promise<string> {
  const accounts = ['users', 'credentials', 'sessions', 'email_links', 'outbox'];
  const tables = [...accounts, 'posts', 'post_tags', 'comments', 'likes', 'follows'];
  const rows = tables.map((table) => `select '${table} ' || row::text as line from ${table} as row`);
  const text = `select md5(string_agg(line, '/' order by line)) from (${rows.join(' union all ')}) as lines`;
  const [[state] = []] = await driver.query({ name: null, text, values: [] });
  return String(state);
}
