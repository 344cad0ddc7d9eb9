import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { lockFolder } from '../../src/db/folder-lock.ts';
import { describePostgres, type Postgres } from './postgres.ts';
import { startPrivatePostgres } from './private-postgres.ts';
import { pinned } from './processes.ts';

/**
 * The server that BENCH_DATABASE_URL names, or a private one over the data of a folder, which nobody else can use
 * meanwhile.
 *
 * @throws {FolderInUseError} when another run uses the folder.
 */
export async function openPostgres(folder: string, pinning = pinned): Promise<Postgres> {
  const given = process.env['BENCH_DATABASE_URL'];
  if (given !== undefined) return describePostgres(given);
  // The lock would make a folder that PostgreSQL's user cannot enter.
  mkdirSync(folder, { recursive: true });
  const lock = await lockFolder(folder);
  const postgres = await startPrivatePostgres(join(folder, 'postgres'), pinning);
  return {
    ...postgres,
    async stop() {
      await postgres.stop();
      await lock.release();
    },
  };
}
