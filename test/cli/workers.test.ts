import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as wait } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCommand } from '../helpers/command.ts';
import { onServer } from '../helpers/database.ts';
import { type Answered, askUntilClosed, askWhileReady } from '../helpers/load.ts';
import { killPrograms, type Program, runProgram, startProgram } from '../helpers/program.ts';
import { administer, databaseUrl } from '../setup/database.ts';

describe('serve --workers', () => {
  it('refuses the embedded database', async () => {
    const { code, stdout, stderr } = await runCommand(['serve', '--workers', '2'], { PORT: '0' });
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toBe(
      'broadsheet: Only one process can serve the embedded database: set DATABASE_URL for workers.\n',
    );
  });

  it.each(['0', '1.5', 'many', '129'])('refuses %s of them', async (count) => {
    const { code, stderr } = await runCommand(['serve', '--workers', count]);
    expect(code).toBe(2);
    expect(stderr).toContain('It must be a whole number from 1 to 128.');
  });
});

interface Line {
  readonly msg: string;
  readonly worker?: number;
  readonly [field: string]: unknown;
}

const linesOf = (stdout: string) =>
  stdout
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Line);

// Several processes need a server: the embedded database can be opened by one.
describe.runIf(onServer)('the workers of a server', { timeout: 120_000 }, () => {
  const server = process.env['TEST_DATABASE_URL'] ?? '';
  const database = `broadsheet_workers_${process.pid}`;
  let folder: string;
  let env: Record<string, string>;
  let program: Program;
  let url: string;

  beforeAll(async () => {
    await administer(server, `create database ${database}`);
    folder = await mkdtemp(path.join(tmpdir(), 'broadsheet-workers-'));
    env = { DATABASE_URL: databaseUrl(server, database), DATA_DIR: folder, PORT: '0', DEMO: 'false' };
  });

  afterAll(async () => {
    killPrograms();
    await administer(server, `drop database if exists ${database} with (force)`);
    await rm(folder, { recursive: true, force: true });
  });

  /** The lines so far that say this. */
  const said = (message: string) => linesOf(program.stdout()).filter(({ msg }) => msg.startsWith(message));

  /** Waits until a line of this worker says that it listens. */
  const listens = (worker: number) =>
    program.printed(new RegExp(`"worker":${worker},"msg":"Server listening`));

  const body = '{"query":"query FromClient { __typename }"}';
  const answer = '{"data":{"__typename":"Query"}}';

  /** Sends a request on a connection of its own: the first process gives the workers connections in turn. */
  function post(text: string): Promise<Response> {
    const headers = { 'content-type': 'application/json', connection: 'close' };
    return fetch(url, { method: 'POST', headers, body: text });
  }

  /** Tries a wrong password so many times, and answers how often each code came. */
  async function guess(times: number): Promise<Record<string, number>> {
    const query = `mutation { signIn(input: { email: "nobody@example.org", password: "wrong" }) { accessToken } }`;
    const codes: Record<string, number> = {};
    for (let time = 0; time < times; time += 1) {
      const response = await post(JSON.stringify({ query }));
      const { errors } = (await response.json()) as { errors: { extensions: { code: string } }[] };
      const code = errors[0]?.extensions.code ?? 'OK';
      codes[code] = (codes[code] ?? 0) + 1;
    }
    return codes;
  }

  /** Sends requests one after the other, each on a connection of its own, and answers which workers had them. */
  async function ask(times: number): Promise<Set<number>> {
    const workers = new Set<number>();
    for (let time = 0; time < times; time += 1) {
      const response = await post(body);
      expect(await response.text()).toContain(answer);
      const id = response.headers.get('x-request-id');
      const [, worker] = await program.printed(new RegExp(`"worker":(\\d+),"requestId":"${id}"`));
      workers.add(Number(worker));
    }
    return workers;
  }

  it('start after one migration, print one page, and share the requests', async () => {
    const variables = {
      ...env,
      GUESS_LIMIT_PER_ACCOUNT: '3',
      COST_BUDGET: '100000',
      COST_BUDGET_WINDOW: '10d',
    };
    program = startProgram(['serve', '--migrate', '--workers', '2'], { env: variables });
    await program.printed(/Stop with Ctrl-C/);
    await listens(2);
    url = /ready at (\S+)/.exec(program.stdout())?.[1] ?? '';
    expect(said('migrated the database')).toHaveLength(1);
    expect(said('migrated the database')[0]).not.toHaveProperty('worker');
    expect(program.stdout().match(/ready at/g)).toHaveLength(1);
    expect(await ask(6)).toEqual(new Set([1, 2]));
  });

  it('count guesses and budgets together', async () => {
    expect(await guess(12)).toEqual({ UNAUTHENTICATED: 3, RATE_LIMITED: 9 });
    const left: number[] = [];
    for (let time = 0; time < 6; time += 1) {
      const response = await post(body);
      left.push(Number(/;r=(\d+);/.exec(response.headers.get('ratelimit') ?? '')?.[1]));
    }
    expect(left).toEqual(left.map((_, time) => (left[0] ?? 0) - time));
  });

  it('are replaced when they are killed, while the others answer', async () => {
    const [first] = said('began a worker');
    process.kill(first?.['pid'] as number, 'SIGKILL');
    await program.printed(/"msg":"a worker ended, and is replaced"/);
    expect(said('a worker ended')).toMatchObject([{ worker: 1, code: null, signal: 'SIGKILL' }]);
    expect(await ask(1)).toEqual(new Set([2]));
    await listens(3);
    expect(await ask(6)).toEqual(new Set([2, 3]));
    expect(program.stdout().match(/ready at/g)).toHaveLength(1);
    // What the killed one has counted is not forgotten.
    expect(await guess(6)).toEqual({ RATE_LIMITED: 6 });
  });

  it('answer the requests under way before all of them end', async () => {
    const { hostname, port } = new URL(url);
    const socket = connect(Number(port), hostname);
    socket.write(
      `POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n` +
        `Content-Length: ${body.length}\r\nExpect: 100-continue\r\n\r\n`,
    );
    // Whoever says so has read the request.
    expect(String((await once(socket, 'data'))[0])).toMatch(/^HTTP\/1\.1 100 /);
    const rest = text(socket);
    program.kill('SIGTERM');
    await program.printed(/"worker":3,"signal":"SIGTERM","msg":"stopping"/);
    await program.printed(/"worker":2,"signal":"SIGTERM","msg":"stopping"/);
    socket.write(body);
    expect(await rest).toMatch(new RegExp(`^HTTP/1.1 200 [^]*${answer}`));
    const ending = await program.ended;
    expect(ending).toMatchObject({ code: 0, signal: null, stderr: '' });
    expect(new Set(said('stopped').map(({ worker }) => worker))).toEqual(new Set([2, 3, undefined]));
    expect(linesOf(ending.stdout).at(-1)).toMatchObject({ msg: 'stopped' });
  });

  it('are given up, and that once, when the first one cannot listen', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const { code, stdout, stderr } = await runProgram(['serve', '--workers', '2'], {
      env: { ...env, PORT: String(port) },
    });
    other.close();
    expect(code).toBe(1);
    expect(stderr).toBe(`broadsheet: The port ${port} is in use. Set PORT to another one.\n`);
    const lines = linesOf(stdout);
    expect(lines.filter(({ msg }) => msg === 'began a worker')).toHaveLength(1);
    expect(lines.find(({ level }) => level === 60)).toMatchObject({ worker: 1, code: 1 });
  });

  it('stop under load when each request is answered, those that wait for a lock, too', async () => {
    const budgets = { COST_BUDGET: '0', SHUTDOWN_DELAY_MS: '500' };
    program = startProgram(['serve', '--workers', '2'], { env: { ...env, ...budgets } });
    await listens(2);
    const [, address = ''] = /listening at (http:\/\/[^"]+)/.exec(program.stdout()) ?? [];
    const locker = new pg.Client({ connectionString: databaseUrl(server, database) });
    await locker.connect();
    await locker.query('begin; lock table users in access exclusive mode');
    const clients = Array.from({ length: 20 }, () => askUntilClosed(address));
    const others = Array.from({ length: 5 }, () => askWhileReady(address));
    const waiting = `select count(*)::int as count from pg_stat_activity
      where datname = current_database() and wait_event_type = 'Lock'`;
    await expect
      .poll(async () => (await locker.query(waiting)).rows[0].count, { timeout: 20_000 })
      .toBeGreaterThan(0);
    program.kill('SIGTERM');
    await program.printed(/"signal":"SIGTERM","msg":"stopping"/);
    await locker.query('commit');
    await locker.end();
    const answers = (await Promise.all([...clients, ...others])).flat();
    expect(answers.length).toBeGreaterThan(20);
    // A machine that is busy may take longer than a read may wait for the lock; that is an answer, too.
    const isAnswer = ({ status, body }: Answered) =>
      status === 200 && /^{"data":{"users":\[\]}}|"code":"SERVICE_UNAVAILABLE"/.test(body);
    expect(answers.filter((answer) => !isAnswer(answer))).toEqual([]);
    expect(await program.ended).toMatchObject({ code: 0, signal: null, stderr: '' });
  });

  it('that cannot finish in time end with 1', async () => {
    program = startProgram(['serve', '--workers', '2'], { env: { ...env, SHUTDOWN_TIMEOUT_MS: '300' } });
    await listens(1);
    const [, address = ''] = /listening at (http:\/\/[^"]+)/.exec(program.stdout()) ?? [];
    const { hostname, port } = new URL(address);
    const socket = connect(Number(port), hostname);
    socket.write(
      'POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n' +
        'Content-Length: 9\r\nExpect: 100-continue\r\n\r\n',
    );
    await once(socket, 'data');
    program.kill('SIGTERM');
    expect(await program.ended).toMatchObject({ code: 1, signal: null });
    socket.destroy();
  });

  it('write whole lines into a pipe, however long the lines and slow its reader', async () => {
    const pipe = path.join(folder, 'log');
    execFileSync('mkfifo', [pipe]);
    // It reads a page at a time, so that writers that wait for room in the pipe take turns.
    const reader = spawn('dd', [`if=${pipe}`, 'bs=4k', 'status=none']);
    let written = '';
    reader.stdout.setEncoding('utf8').on('data', (piece: string) => (written += piece));
    const command = 'exec "$0" --import tsx src/main.ts serve --migrate --workers 2 > "$LOG"';
    const slow = spawn('sh', ['-c', command, process.execPath], {
      cwd: path.resolve(import.meta.dirname, '../..'),
      env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...env, LOG: pipe },
      stdio: 'ignore',
    });
    await expect.poll(() => written, { timeout: 60_000 }).toMatch(/"worker":2,"msg":"Server listening/);
    const address = /ready at (\S+)/.exec(written)?.[1] ?? '';
    const before = written.length;
    // Both workers fill the pipe, and write on when there is some room in it again.
    reader.kill('SIGSTOP');
    const requests = Array.from({ length: 40 }, async (_, n) => {
      const headers = {
        'content-type': 'application/json',
        'x-request-id': `long-${n}`,
        connection: 'close',
      };
      const document = JSON.stringify({ query: `query Name${'x'.repeat(12_000)} { __typename }` });
      const response = await fetch(address, { method: 'POST', headers, body: document });
      expect(await response.text()).toContain(answer);
    });
    await wait(1_000);
    reader.kill('SIGCONT');
    await Promise.all(requests);
    slow.kill('SIGTERM');
    // The reader ends when nobody has the pipe open for writing any more.
    await once(reader, 'close');
    expect(slow.exitCode ?? (await once(slow, 'exit'))[0]).toBe(0);
    const lines = written.slice(before).split('\n').slice(0, -1);
    const torn = lines.filter(
      (line) => !/^\{.*\}$/.test(line) || line.indexOf('"level"') !== line.lastIndexOf('"level"'),
    );
    expect(torn.map((line) => line.length)).toEqual([]);
    const operations = linesOf(written).filter(({ msg }) => msg === 'operation');
    expect(new Set(operations.map(({ requestId }) => requestId)).size).toBe(40);
    expect(new Set(operations.map(({ worker }) => worker))).toEqual(new Set([1, 2]));
  });
});
