import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sessionSettings } from '../../src/db/drivers/session-settings.ts';
import { type Postgres, runStatements } from './postgres.ts';

/** How many rows there are. */
export interface Size {
  readonly users: number;
  readonly posts: number;
  readonly comments: number;
  readonly likes: number;
  readonly follows: number;
}

/** A database with the data, for one run. */
export interface RunDatabase {
  readonly url: string;
  drop(): Promise<void>;
}

/** Runs a command of the built program to its end, and answers what it printed. */
export function runProgram(
  root: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): string {
  const { status, stdout } = spawnSync(process.execPath, ['dist/main.js', ...args], {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`broadsheet ${args.join(' ')} failed.`);
  return stdout.trim();
}

/**
 * A copy of the data, which the run may change, with the settings that the project has for its sessions: others get them,
 * too. The data are made when the server has none of this size by these
 * migrations and this seed, and stay for the next run.
 */
export async function prepareDatabase(postgres: Postgres, root: string, size: Size): Promise<RunDatabase> {
  const template = await ensureTemplate(postgres, root, size);
  const name = 'broadsheet_bench_run';
  const server = postgres.url('postgres');
  const drop = `drop database if exists ${name} with (force)`;
  await runStatements(
    server,
    drop,
    `create database ${name} template ${template} strategy file_copy`,
    ...Object.entries(sessionSettings).map(
      ([setting, value]) => `alter database ${name} set ${setting} = '${value}'`,
    ),
  );
  return {
    url: postgres.url(name),
    async drop() {
      await runStatements(server, drop);
    },
  };
}

/**
 * The name of a database with data of this size, which are made when the server has none by these migrations and this
 * seed. It is to be read only.
 */
export async function ensureTemplate(postgres: Postgres, root: string, size: Size): Promise<string> {
  const { users, posts, comments } = size;
  const stem = `broadsheet_bench_${users}_${posts}_${comments}`;
  const name = `${stem}_${fingerprint(root, size)}`;
  const server = postgres.url('postgres');
  const there = await runStatements(server, `select datname from pg_database where datname like '${stem}_%'`);
  if (there.some(([other]) => other === name)) return name;
  // Made by other migrations, or not to the end.
  for (const [old] of there) await runStatements(server, `drop database ${String(old)} with (force)`);

  const unfinished = `${name}_new`;
  console.log(`Seeding ${posts.toLocaleString('en')} posts, once for this and later runs.`);
  await runStatements(server, `create database ${unfinished}`);
  const env = { DATABASE_URL: postgres.url(unfinished) };
  runProgram(root, ['migrate'], env);
  const counts = Object.entries(size).flatMap(([table, count]) => [`--${table}`, String(count)]);
  console.log(runProgram(root, ['seed', ...counts], env));
  await runStatements(postgres.url(unfinished), 'vacuum (freeze, analyze)', 'checkpoint');
  await runStatements(
    server,
    `select pg_terminate_backend(pid) from pg_stat_activity where datname = '${unfinished}'`,
    `alter database ${unfinished} rename to ${name}`,
  );
  return name;
}

/** Changes with whatever could make other rows or other indexes. */
function fingerprint(root: string, size: Size): string {
  const hash = createHash('sha256').update(JSON.stringify(size));
  for (const folder of ['drizzle', 'src/cli/seed']) {
    const names = readdirSync(join(root, folder)).filter((name) => /\.(sql|ts)$/.test(name));
    for (const name of names.toSorted()) hash.update(readFileSync(join(root, folder, name)));
  }
  return hash.digest('hex').slice(0, 12);
}
