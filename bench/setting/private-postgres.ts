import { execFileSync, spawnSync } from 'node:child_process';
import {
  appendFileSync,
  chownSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { delimiter, join } from 'node:path';
import { describePostgres, type Postgres } from './postgres.ts';
import { freePort, type Pinning } from './processes.ts';

/** What an operator of such a server would have set. Nothing is vacuumed while it is measured. */
const settings = {
  listen_addresses: `'127.0.0.1'`,
  unix_socket_directories: `''`,
  max_connections: '200',
  shared_buffers: `'1GB'`,
  max_wal_size: `'2GB'`,
  checkpoint_timeout: `'30min'`,
  autovacuum: 'off',
};

/**
 * A PostgreSQL of one's own, started from the installed binaries on the core of PostgreSQL. Its files stay in the
 * folder, so that the next run finds its data.
 *
 * @throws {Error} when PostgreSQL is not installed, or does not start.
 */
export async function startPrivatePostgres(folder: string, pinning: Pinning): Promise<Postgres> {
  const binaries = findBinaries();
  const owner = findOwner();
  mkdirSync(folder, { recursive: true });
  if (owner !== null) chownSync(folder, owner.uid, owner.gid);
  const log = join(folder, 'commands.log');

  function run(program: string, args: readonly string[], prefix: readonly string[] = []): void {
    const [first = '', ...rest] = [...prefix, join(binaries, program), ...args];
    // Not a pipe: the server goes on, and would keep its other end open.
    const output = openSync(log, 'a');
    const { status } = spawnSync(first, rest, { cwd: folder, stdio: ['ignore', output, output], ...owner });
    closeSync(output);
    if (status !== 0) throw new Error(`${program} failed: ${log} says why.`);
  }

  const data = join(folder, 'data');
  const mark = join(folder, 'complete');
  if (!existsSync(mark)) {
    rmSync(data, { recursive: true, force: true });
    const locale = ['--encoding=UTF8', '--locale=C.UTF-8', '--locale-provider=icu', '--icu-locale=en-US'];
    run('initdb', [`--pgdata=${data}`, '--username=postgres', '--auth=trust', ...locale]);
    for (const [name, value] of Object.entries(settings)) {
      appendFileSync(join(data, 'postgresql.conf'), `${name} = ${value}\n`);
    }
    writeFileSync(mark, '');
  }
  const stop = async () => run('pg_ctl', [`--pgdata=${data}`, '--mode=fast', '--wait', 'stop']);
  // What a run that was killed left running, or half stopped.
  if (existsSync(join(data, 'postmaster.pid'))) {
    try {
      await stop();
    } catch {
      rmSync(join(data, 'postmaster.pid'), { force: true });
    }
  }
  const port = await freePort();
  const serverLog = `--log=${join(folder, 'server.log')}`;
  const args = [`--pgdata=${data}`, serverLog, '--wait', '--timeout=120', `--options=-p ${port}`, 'start'];
  run('pg_ctl', args, pinning('postgres'));
  return describePostgres(`postgres://postgres@127.0.0.1:${port}/postgres`, stop);
}

/** The folder of the newest binaries: Debian's, or one of those in which programs are looked for. */
function findBinaries(): string {
  const debian = '/usr/lib/postgresql';
  const versions = existsSync(debian) ? readdirSync(debian) : [];
  const folders = [
    ...versions.toSorted((a, b) => Number(b) - Number(a)).map((version) => join(debian, version, 'bin')),
    ...(process.env['PATH'] ?? '').split(delimiter),
  ];
  const found = folders.find((folder) => existsSync(join(folder, 'initdb')));
  if (found !== undefined) return found;
  throw new Error('PostgreSQL is not installed here. Install it, or set BENCH_DATABASE_URL to a server.');
}

/** Whom the server belongs to: null is whoever runs this; PostgreSQL refuses root, so then its packages' user. */
function findOwner(): { uid: number; gid: number } | null {
  if (process.getuid?.() !== 0) return null;
  const id = (option: string) => Number(execFileSync('id', [option, 'postgres'], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
}
