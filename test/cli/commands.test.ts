import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buildSchema, printSchema } from 'graphql';
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAccountServices, createLog, openDatabase } from '../../src/app.ts';
import { readConfig } from '../../src/config.ts';
import { Database, type Driver } from '../../src/db/index.ts';
import { lockFolder } from '../../src/db/folder-lock.ts';
import { findViewer } from '../../src/modules/accounts/index.ts';
import { signIn } from '../../src/modules/accounts/service-sessions.ts';
import { suspendUser } from '../../src/modules/accounts/service-standing.ts';
import { uuidOf } from '../../src/shared/ids.ts';
import { convertMarkdown } from '../../src/shared/markdown/index.ts';
import { operator } from '../../src/shared/viewer.ts';
import { runCommand } from '../helpers/command.ts';
import { killPrograms, runProgram, startProgram } from '../helpers/program.ts';
import { testSigningKey } from '../helpers/signing-key.ts';

let folder: string;
let env: Record<string, string>;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'broadsheet-commands-'));
  env = { DATA_DIR: path.join(folder, 'data') };
});

afterAll(async () => {
  killPrograms();
  await rm(folder, { recursive: true, force: true });
});

/** Opens the database that the commands work on, as a server would. */
async function withDriver<T>(work: (driver: Driver) => Promise<T>): Promise<T> {
  const config = readConfig(env);
  const driver = await openDatabase(config, createLog({ logLevel: 'silent' }));
  try {
    return await work(driver);
  } finally {
    await driver.close();
  }
}

describe('the program', () => {
  it('says what it can do and which version it is', async () => {
    const help = await runProgram(['--help']);
    expect(help).toMatchObject({ code: 0, stderr: '' });
    for (const word of [
      'serve',
      'migrate',
      'import',
      'export',
      'rerender',
      'seed',
      'user',
      'outbox',
      'token',
      'schema',
      'Examples:',
    ])
      expect(help.stdout).toContain(word);
    const { version } = JSON.parse(await readFile('package.json', 'utf8')) as { version: string };
    expect(await runCommand(['--version'])).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
  });

  it.each(
    [
      ['serve'],
      ['migrate'],
      ['user'],
      ['user', 'create'],
      ['user', 'list'],
      ['user', 'set-role'],
      ['user', 'set-password'],
      ['user', 'link'],
      ['user', 'unlink'],
      ['keys'],
      ['keys', 'list'],
      ['keys', 'add'],
      ['keys', 'retire'],
      ['token'],
      ['outbox'],
      ['outbox', 'list'],
      ['outbox', 'retry'],
      ['import'],
      ['export'],
      ['rerender'],
      ['seed'],
      ['schema'],
    ].map((args) => [args]),
  )('teaches %j', async (args) => {
    const { code, stdout } = await runCommand([...args, '--help']);
    expect(code).toBe(0);
    expect(stdout).toContain('Examples:\n');
    expect(stdout.split('\n').filter((line) => line.length > 100)).toEqual([]);
  });

  it.each([
    [['srve'], "unknown command 'srve' (Did you mean serve?)"],
    [['serve', '--verbose', '1'], "unknown option '--verbose'"],
    [['serve', 'now'], "too many arguments for 'serve'"],
    [['token'], "required option '--user <id|username>' not specified"],
    [['token', '--user', 'ada', '--ttl', '366d'], '--ttl'],
    [['token', '--user', 'ada', '--ttl', 'soon'], '--ttl'],
    [['user', 'create', '--name', 'Ada'], "required option '--email <address>' not specified"],
    [['keys', 'retire'], "missing required argument 'key'"],
    [
      ['keys', 'retire', 'x', '--keep', '1h', '--now'],
      "option '--keep <time>' cannot be used with option '--now'",
    ],
    [['user', 'link', 'ada'], "required option '--issuer <issuer>' not specified"],
    [['outbox', 'retry'], '--dead'],
    [['outbox', 'retry', 'nonsense'], 'outbox list'],
    [['outbox', 'retry', '0198d0c2-7c2e-7000-8000-000000000001', '--dead'], '--dead'],
    [['user', 'list', '--limit', '0'], '--limit'],
    [['user', 'list', '--limit', '1.5'], '--limit'],
    [['user', 'list', '--role', 'KING'], '--role'],
    [['user', 'set-role', 'ada'], "missing required argument 'role'"],
    [['user', 'set-password', 'ada', '--password', 'x', '--password-stdin'], 'cannot be used with'],
    [['user', 'set-password', 'ada'], '--password-stdin'],
  ])('does not understand %j: one line, and 2', async (args, why) => {
    const { code, stdout, stderr } = await runCommand(args, env);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^broadsheet: [^\n]+\n$/);
    expect(stderr).toContain(why);
  });

  it('exits with 2 in a process of its own as well', async () => {
    const { code, stderr } = await runProgram(['serve', '--verbose']);
    expect({ code, stderr }).toEqual({ code: 2, stderr: "broadsheet: unknown option '--verbose'\n" });
  });
});

describe('settings', () => {
  it.each([
    ['serve', { PORT: 'many' }, 'PORT: '],
    ['serve', { LOG_LEVEL: 'loud', HOST: '/' }, 'HOST: '],
    ['migrate', { DATABASE_URL: 'mysql://localhost/x' }, 'DATABASE_URL: must be a postgres:// address'],
    ['serve', { TOKEN_SIGNING_KEY: 'secret' }, 'TOKEN_SIGNING_KEY: '],
    ['serve', { TOKEN_KEYS_DIR: 'package.json' }, 'TOKEN_KEYS_DIR: cannot be read'],
    [
      'serve',
      { TOKEN_ALGORITHM: 'HS256', TOKEN_SECRET: 'short' },
      'TOKEN_SECRET: must have at least 32 bytes',
    ],
    ['serve', { TRUSTED_ISSUERS: '[{ "issuer": "x" }]' }, 'TRUSTED_ISSUERS.0.audience: '],
    ['serve', { NODE_ENV: 'production', TOKEN_ISSUER: '' }, 'TOKEN_ISSUER: must not be empty'],
    ['serve', { NODE_ENV: 'production' }, 'TOKEN_SIGNING_KEY: must be set in production'],
    ['token --user ada', { NODE_ENV: 'production' }, 'TOKEN_SIGNING_KEY: must be set in production'],
  ] as [string, Record<string, string>, string][])(
    'stop %s when they are wrong: %j',
    async (args, wrong, why) => {
      const { code, stdout, stderr } = await runCommand(args.split(' '), { ...env, ...wrong });
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
      expect(stderr).toMatch(/^broadsheet: [^\n]+\n$/);
      expect(stderr).toContain(why);
    },
  );

  it('show the stack of an error where they ask for details', async () => {
    const { code, stderr } = await runCommand(['migrate'], { ...env, LOG_LEVEL: 'debug', PORT: 'x' });
    expect(code).toBe(1);
    expect(stderr).toMatch(/^broadsheet: PORT: .*\n.*ConfigError: .*\n +at /);
  });
});

describe('a database that is not there', () => {
  it.each([['migrate'], ['user list']])('stops %s with one line', async (args) => {
    const unreachable = { ...env, DATABASE_URL: 'postgres://broadsheet:secret@127.0.0.1:1/broadsheet' };
    const { code, stderr } = await runCommand(args.split(' '), { ...unreachable, LOG_LEVEL: 'silent' });
    expect(code).toBe(1);
    expect(stderr).toBe('broadsheet: The database cannot be reached. (connect ECONNREFUSED 127.0.0.1:1)\n');
  });

  it('ends a server with 1', async () => {
    const { code, stdout, stderr } = await runProgram(['serve'], {
      env: { ...env, DATABASE_URL: 'postgres://127.0.0.1:1/broadsheet' },
    });
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/^broadsheet: The database cannot be reached\. [^\n]+\n$/);
  });
});

describe('schema', () => {
  it('prints the contract as it is written', async () => {
    const { code, stdout } = await runCommand(['schema']);
    expect(code).toBe(0);
    expect(stdout).toContain('): Post @access(level: AUTHOR)');
    expect(stdout).not.toMatch(/^extend /m);
    const written = buildSchema(await readFile('schema.graphql', 'utf8'));
    expect(printSchema(buildSchema(stdout))).toBe(printSchema(written));
  });
});

// The tests from here on share one database and go on where the one before them ended.
describe('migrate', () => {
  it('lists what is pending, runs it, and then has nothing to do', async () => {
    expect(await runCommand(['migrate', '--status'], env)).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^0000_\w+ is pending\.\n/) as string,
    });
    expect(await runCommand(['migrate'], env)).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^0000_\w+ was run\.\n/) as string,
    });
    const done = { code: 0, stdout: 'The database is up to date.\n', stderr: '' };
    expect(await runCommand(['migrate'], env)).toEqual(done);
    expect(await runCommand(['migrate', '--status'], env)).toEqual(done);
  });
});

describe('production', () => {
  it('fills no empty database with a demo, and prints no page', async () => {
    const production = { PORT: '0', NODE_ENV: 'production', TOKEN_SIGNING_KEY: testSigningKey };
    const program = startProgram(['serve'], { env: { ...env, ...production } });
    const [, url] = await program.printed(/listening at (http[^"]+)/);
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"query":"{ users { id } }"}',
    });
    expect(await response.json()).toEqual({ data: { users: [] } });
    program.kill('SIGTERM');
    const { code, stdout } = await program.ended;
    expect(code).toBe(0);
    expect(stdout.split('\n').filter((line) => line !== '' && !line.startsWith('{'))).toEqual([]);
  });
});

describe('user', () => {
  const adaLine = /^(user_[0-9a-z]{26}) ada-byron\n$/;
  let ada: string;

  async function listed(...args: string[]): Promise<string[]> {
    const { code, stdout } = await runCommand(['user', 'list', ...args], env);
    expect(code).toBe(0);
    return stdout.trimEnd().split('\n');
  }

  it('create makes an account and prints identifier and username', async () => {
    const args = ['user', 'create', '--name', 'Ada Byron', '--email', 'ada@example.org', '--role', 'admin'];
    const { code, stdout, stderr } = await runCommand([...args, '--password', 'analytical'], env);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(adaLine);
    ada = adaLine.exec(stdout)?.[1] ?? '';
    const { user } = await withDriver(async (driver) => {
      const accounts = await createAccountServices(readConfig(env));
      const proof = { email: 'ada@example.org', password: 'analytical' };
      return signIn({ db: new Database(driver), viewer: null, origin: null }, accounts, proof);
    });
    expect(user).toMatchObject({ name: 'Ada Byron', role: 'ADMIN', id: uuidOf('user', ada) });
  });

  it('create gives the role that sign-up gives, and no password, where none is said', async () => {
    const args = ['user', 'create', '--name', 'Bo', '--email', 'bo@example.org', '--username', 'bo'];
    expect(await runCommand(args, { ...env, SIGN_UP_ROLE: 'READER' })).toMatchObject({ code: 0 });
    const [, row] = await listed('--limit', '1');
    expect(row).toMatch(/^user_\w{26} +bo +READER +active +bo@example\.org +Bo$/);
  });

  it.each([
    [['--email', 'ADA@example.org'], 'email: There is an account with this e-mail address already.'],
    [['--email', 'x@example.org', '--username', 'bo'], 'username: This username is taken.'],
    [
      ['--email', 'nonsense', '--username', 'No!'],
      'email: This is not an e-mail address. username: The username',
    ],
  ])('create refuses %j and names the place', async (args, why) => {
    const { code, stdout, stderr } = await runCommand(['user', 'create', '--name', 'X', ...args], env);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/^broadsheet: [^\n]+\n$/);
    expect(stderr).toContain(why);
  });

  it('list shows the newest first, as a table, and by role', async () => {
    const [head, first, second, ...rest] = await listed();
    expect(head).toMatch(/^ID +USERNAME +ROLE +STATE +E-MAIL +NAME$/);
    expect(first).toMatch(/ bo /);
    expect(second).toMatch(/ ada-byron +ADMIN /);
    expect(rest).toEqual([]);
    expect(await listed('--role', 'ADMIN')).toHaveLength(2);
    expect(await listed('--role', 'EDITOR')).toHaveLength(1);
  });

  it('set-role changes a role, by username or identifier, and keeps the last administrator', async () => {
    expect(await runCommand(['user', 'set-role', 'Bo', 'EDITOR'], env)).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^user_\w{26} bo EDITOR\n$/) as string,
    });
    const { code, stderr } = await runCommand(['user', 'set-role', ada, 'READER'], env);
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: 'broadsheet: This is the last administrator. Make another one first.\n',
    });
  });

  it.each([['nobody'], ['user_01jd000000e00000000000000r']])(
    'set-role says that there is no %s',
    async (who) => {
      const { code, stderr } = await runCommand(['user', 'set-role', who, 'READER'], env);
      expect({ code, stderr }).toEqual({ code: 1, stderr: `broadsheet: There is no user ${who}.\n` });
    },
  );

  it('set-password takes the password from standard input and ends the sessions', async () => {
    const { stdout: token } = await runCommand(['token', '--user', 'bo'], env);
    const args = ['user', 'set-password', 'bo', '--password-stdin'];
    const { code, stderr } = await runProgram(args, { env, stdin: 'from a pipe\n' });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    await withDriver(async (driver) => {
      const accounts = await createAccountServices(readConfig(env));
      const db = new Database(driver);
      const proof = { email: 'bo@example.org', password: 'from a pipe' };
      const { user } = await signIn({ db, viewer: null, origin: null }, accounts, proof);
      expect(user.username).toBe('bo');
      await expect(findViewer(db, accounts, `Bearer ${token.trim()}`)).rejects.toThrow('ended');
    });
  });

  it('set-password refuses what cannot be a password', async () => {
    const { code, stderr } = await runCommand(['user', 'set-password', 'bo', '--password', 'short'], env);
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: 'broadsheet: password: The password must have at least 8 characters.\n',
    });
  });
});

describe('token', () => {
  it('prints a token, and nothing else, whose session ends with it', async () => {
    const { code, stdout, stderr } = await runCommand(['token', '--user', 'ada-byron', '--ttl', '2h'], env);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+\n$/);
    const { iat = 0, exp = 0 } = decodeJwt(stdout.trim());
    expect(exp - iat).toBe(7_200);
    await withDriver(async (driver) => {
      const accounts = await createAccountServices(readConfig(env));
      const viewer = await findViewer(new Database(driver), accounts, `Bearer ${stdout.trim()}`);
      expect(viewer).toMatchObject({ role: 'ADMIN' });
      const rows = await driver.query({
        name: null,
        text: 'select extract(epoch from expires_at - created_at)::integer from sessions where id = $1',
        values: [viewer?.sessionId],
      });
      expect(rows).toEqual([[7_200]]);
    });
  });

  it('is not made for nobody, nor for who is suspended', async () => {
    expect(await runCommand(['token', '--user', 'nobody'], env)).toMatchObject({
      code: 1,
      stderr: 'broadsheet: There is no user nobody.\n',
    });
    await withDriver(async (driver) => {
      const db = new Database(driver);
      const [[id] = []] = await driver.query({
        name: null,
        text: `select id from users where username = 'bo'`,
        values: [],
      });
      await suspendUser({ db, viewer: operator, origin: null }, String(id));
    });
    expect(await runCommand(['token', '--user', 'bo'], env)).toEqual({
      code: 1,
      stdout: '',
      stderr: 'broadsheet: The user bo is suspended.\n',
    });
  });
});

describe('a long text', { timeout: 600_000 }, () => {
  it('is rendered by a command that ends by itself, and rendered again when it is of an older version', async () => {
    const posts = path.join(folder, 'posts');
    await mkdir(posts);
    const text = 'The *quick* brown fox. '.repeat(1_000);
    await writeFile(path.join(posts, 'long.md'), `---\ntitle: Long\ndate: 2020-01-01\n---\n${text}`);
    const imported = await runProgram(['import', posts], { env });
    expect(imported.stdout).toContain('1 post: 1 new');
    expect(imported.code).toBe(0);
    const run = (sql: string) => withDriver((driver) => driver.query({ name: null, text: sql, values: [] }));
    const read = `select html from posts where title = 'Long'`;
    const written = await run(read);
    expect(written).toEqual([[convertMarkdown(text).html]]);
    await run(`update posts set html = '', renderer_version = renderer_version - 1 where title = 'Long'`);
    const rendered = await runCommand(['rerender'], env);
    expect(rendered.code).toBe(0);
    expect(rendered.stdout).toMatch(/^Rendered 1 post and 0 comments again in \d+\.\d s\.$/m);
    expect(await run(read)).toEqual(written);
  });
});

describe('an embedded database that is in use', () => {
  it.each([
    ['migrate', 'Stop it first'],
    ['user list', 'Stop it first'],
    ['outbox list', 'Stop it first'],
    ['outbox retry --dead', 'Stop it first'],
    ['user set-role ada-byron READER', 'Stop it first'],
    ['token --user ada-byron', 'mutation { signIn'],
    ['import examples', 'start it with "broadsheet serve --import examples"'],
    ['export out', 'Stop it first'],
    ['seed', 'Stop it first'],
  ])('stops %s with one line that names the process', async (args, advice) => {
    const lock = await lockFolder(path.join(folder, 'data'));
    const { code, stdout, stderr } = await runCommand(args.split(' '), { ...env, LOG_LEVEL: 'silent' });
    await lock.release();
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(
      new RegExp(`^broadsheet: The folder .+ is in use by process ${process.pid}\\. [^\\n]+\\n$`),
    );
    expect(stderr).toContain(advice);
  });
});

describe('a database of a newer version', () => {
  it.each([['migrate'], ['user list']])('is left alone by %s', async (args) => {
    await withDriver((driver) =>
      driver.execute(
        `insert into schema_migrations (name, hash) values ('9999_future', 'x') on conflict do nothing`,
      ),
    );
    const { code, stdout, stderr } = await runCommand(args.split(' '), { ...env, LOG_LEVEL: 'silent' });
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toBe(
      'broadsheet: The database has had the migration 9999_future, which this version does not know.\n',
    );
  });
});
