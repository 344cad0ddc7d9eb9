import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCommand } from '../helpers/command.ts';
import { onServer } from '../helpers/database.ts';
import { openDroppingPooler } from '../helpers/dropping-pooler.ts';
import { killPrograms, runProgram, startProgram } from '../helpers/program.ts';
import { administer, databaseUrl } from '../setup/database.ts';

// The embedded database migrates itself and has one process, so that nothing of this can happen to it.
describe.runIf(onServer)('on a PostgreSQL server', () => {
  const server = process.env['TEST_DATABASE_URL'] ?? '';
  const database = `broadsheet_cli_${process.pid}`;
  let folder: string;
  let env: Record<string, string>;

  beforeAll(async () => {
    await administer(server, `create database ${database}`);
    folder = await mkdtemp(path.join(tmpdir(), 'broadsheet-server-'));
    env = { DATABASE_URL: databaseUrl(server, database), DATA_DIR: folder, PORT: '0' };
  });

  afterAll(async () => {
    killPrograms();
    await administer(server, `drop database if exists ${database} with (force)`);
    await rm(folder, { recursive: true, force: true });
  });

  const advice = 'Run "broadsheet migrate", or start with "broadsheet serve --migrate".\n';

  it('serve refuses an unmigrated database, and names what is missing', async () => {
    const { code, stdout, stderr } = await runProgram(['serve'], { env });
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/^broadsheet: The database lacks the migrations 0000_\w+(, \w+)*\. /);
    expect(stderr.endsWith(advice)).toBe(true);
    const listing = await runCommand(['user', 'list'], env);
    expect(listing).toEqual({ code: 1, stdout: '', stderr });
  });

  it('several servers that are told to migrate start together, on one demo publication', async () => {
    const servers = [1, 2].map(() => startProgram(['serve', '--migrate'], { env }));
    await Promise.all(servers.map((program) => program.printed(/Stop with Ctrl-C/)));
    const output = servers.map((program) => program.stdout()).join('');
    expect(output.match(/"msg":"migrated the database"/g)).toHaveLength(1);
    expect(output.match(/"msg":"filled the database/g)).toHaveLength(1);
    const passwords = [...output.matchAll(/password (\S+)/g)].map(([, password]) => password);
    expect(passwords).toEqual([passwords[0], passwords[0]]);

    const created = await runCommand(['user', 'create', '--name', 'Ada', '--email', 'ada@example.org'], env);
    expect(created).toMatchObject({ code: 0 });
    const { stdout: token } = await runCommand(['token', '--user', 'ada'], env);
    const [, url = ''] = /ready at (\S+)/.exec(servers[0]?.stdout() ?? '') ?? [];
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token.trim()}` },
      body: '{"query":"{ viewer { name } }"}',
    });
    expect(await response.json()).toEqual({ data: { viewer: { name: 'Ada' } } });

    for (const program of servers) program.kill('SIGTERM');
    const endings = await Promise.all(servers.map((program) => program.ended));
    expect(endings.map(({ code, stderr }) => ({ code, stderr }))).toEqual([
      { code: 0, stderr: '' },
      { code: 0, stderr: '' },
    ]);
  });

  it('migrate has nothing to do then', async () => {
    const done = { code: 0, stdout: 'The database is up to date.\n', stderr: '' };
    expect(await runCommand(['migrate'], env)).toEqual(done);
  });

  it('serve refuses a pooler that drops its settings, and says what to set', async () => {
    await administer(server, `alter database ${database} set datestyle = 'SQL', 'DMY'`);
    const pooler = await openDroppingPooler(new URL(databaseUrl(server, database)));
    const { code, stdout, stderr } = await runProgram(['serve'], {
      env: { ...env, DATABASE_URL: pooler.url, DATABASE_PREPARED_STATEMENTS: 'false' },
    });
    await pooler.close();
    await administer(server, `alter database ${database} reset datestyle`);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(
      /^broadsheet: The database has settings that the server cannot work with\. \(.*DateStyle is "SQL, DMY" and must be "ISO, MDY".*ALTER ROLE … SET DateStyle = 'ISO, MDY'\)\n$/,
    );
  });

  it('serve refuses a database of a newer version', async () => {
    await administer(
      databaseUrl(server, database),
      `insert into schema_migrations (name, hash) values ('9999_future', 'x')`,
    );
    const { code, stderr } = await runProgram(['serve', '--migrate'], { env });
    expect(code).toBe(1);
    expect(stderr).toBe(
      'broadsheet: The database has had the migration 9999_future, which this version does not know.\n',
    );
  });
});
