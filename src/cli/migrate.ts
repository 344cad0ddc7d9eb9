import { readConfig } from '../config.ts';
import { listPendingMigrations, runMigrations } from './database.ts';

/** Runs the pending migrations, or only lists them, one name a line. */
export async function runMigrate({ status = false }: { readonly status?: boolean }): Promise<void> {
  const config = readConfig();
  const migrations = status ? await listPendingMigrations(config) : await runMigrations(config);
  if (migrations.length === 0) console.log('The database is up to date.');
  for (const name of migrations) console.log(status ? `${name} is pending.` : `${name} was run.`);
}
