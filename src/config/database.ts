import { z } from 'zod';

/** Where a setting of PostgreSQL is set that a URL cannot have, because connections have several values of it. */
const setElsewhere: Readonly<Record<string, string>> = {
  statement_timeout: 'DATABASE_STATEMENT_TIMEOUT_MS',
  query_timeout: 'DATABASE_STATEMENT_TIMEOUT_MS',
  idle_in_transaction_session_timeout: 'DATABASE_STATEMENT_TIMEOUT_MS, of which it is twice the value',
  lock_timeout: 'DATABASE_LOCK_TIMEOUT_MS',
};

/** The address of a PostgreSQL server. */
export const databaseServer = z.string().superRefine((text, context) => {
  if (!URL.canParse(text) || !/^postgres(ql)?:$/.test(new URL(text).protocol)) {
    context.addIssue({ code: 'custom', message: 'must be a postgres:// address' });
    return;
  }
  const { searchParams } = new URL(text);
  const inOptions = [...(searchParams.get('options') ?? '').matchAll(/(?:-c\s*|--)([\w-]+)\s*=/g)];
  const names = [...searchParams.keys(), ...inOptions.map(([, name = '']) => name.replaceAll('-', '_'))];
  for (const name of new Set(names)) {
    const variable = setElsewhere[name.toLowerCase()];
    if (variable !== undefined) {
      context.addIssue({ code: 'custom', message: `must not have ${name}: set ${variable}` });
    }
  }
});
