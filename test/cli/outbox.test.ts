import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createLog, openDatabase } from '../../src/app.ts';
import { readConfig } from '../../src/config.ts';
import { runCommand } from '../helpers/command.ts';
import { onServer } from '../helpers/database.ts';
import { killPrograms, type Program, startProgram } from '../helpers/program.ts';
import { type MailServer, startMailServer } from '../helpers/smtp-server.ts';
import { administer, databaseUrl } from '../setup/database.ts';

let folder: string;
let smtp: MailServer;
let env: Record<string, string>;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'broadsheet-outbox-'));
  smtp = await startMailServer();
  env = { DATA_DIR: path.join(folder, 'data'), PORT: '0', DEMO: 'false', SMTP_URL: smtp.url };
});

afterAll(async () => {
  killPrograms();
  await smtp.close();
  await rm(folder, { recursive: true, force: true });
});

/** Starts the real server, and has somebody sign up there whose mail is taken and not answered. */
async function serveWithMailUnderWay(email: string): Promise<Program> {
  const program = startProgram(['serve'], { env });
  await program.printed(/Stop with Ctrl-C/);
  const [, url = ''] = /ready at (\S+)/.exec(program.stdout()) ?? [];
  await smtp.tell('hold');
  const taken = smtp.taken();
  const query = `mutation { createUser(input: { name: "Ada", email: "${email}" }) { id } }`;
  await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query }),
  });
  await taken;
  return program;
}

/** The lines of the table that the command prints, without the head. */
async function listed(...options: string[]): Promise<string[]> {
  const { code, stdout, stderr } = await runCommand(['outbox', 'list', ...options], env);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).not.toMatch(/@|bsl_/);
  const [head = '', ...rows] = stdout.trimEnd().split('\n');
  expect(head.split(/ +/)).toEqual(['ID', 'TOPIC', 'STATE', 'ATTEMPTS', 'SINCE', 'NEXT', 'ERROR']);
  return rows;
}

const messageIdsTo = async (address: string) =>
  (await smtp.mails())
    .filter(({ headers }) => headers.get('x-recipients') === address)
    .map(({ messageId }) => messageId);

async function execute(text: string): Promise<void> {
  const driver = await openDatabase(readConfig(env), createLog({ logLevel: 'silent' }));
  await driver.execute(text);
  await driver.close();
}

describe('a mail that is under way', () => {
  it('when its server is killed is sent again by the next one, under the same identifier', async () => {
    const program = await serveWithMailUnderWay('ada@example.org');
    program.kill('SIGKILL');
    await program.ended;
    const [row = '', ...others] = await listed();
    expect(others).toEqual([]);
    const time = String.raw`\d{4}-\d\d-\d\dT[\d:.]+Z`;
    expect(row).toMatch(new RegExp(`^[0-9a-f-]{36} +mail +waiting +1 +${time} +${time} +-$`));
    const id = row.slice(0, 36);
    await smtp.tell('accept');
    const retried = await runCommand(['outbox', 'retry', id], env);
    expect(retried).toEqual({ code: 0, stdout: '1 to be sent again\n', stderr: '' });
    const again = startProgram(['serve'], { env });
    await smtp.taken();
    again.kill('SIGTERM');
    expect((await again.ended).code).toBe(0);
    expect(await listed()).toEqual([]);
    expect(await messageIdsTo('ada@example.org')).toEqual([`<${id}@localhost>`, `<${id}@localhost>`]);
  }, 60_000);

  it('when its server is told to stop is sent first', async () => {
    const program = await serveWithMailUnderWay('bob@example.org');
    program.kill('SIGTERM');
    await program.printed(/"msg":"stopping"/);
    await smtp.tell('accept');
    const { code, stdout } = await program.ended;
    expect(code).toBe(0);
    expect(stdout).not.toMatch(/bsl_|bob@example/);
    expect(await listed()).toEqual([]);
    expect(await messageIdsTo('bob@example.org')).toHaveLength(1);
  }, 60_000);
});

// The embedded database has one process.
describe.runIf(onServer)('two servers on one database', () => {
  const server = process.env['TEST_DATABASE_URL'] ?? '';
  const database = `broadsheet_outbox_${process.pid}`;
  const shared = () => ({ ...env, DATABASE_URL: databaseUrl(server, database) });

  beforeAll(() => administer(server, `create database ${database}`));
  afterAll(async () => {
    killPrograms();
    await administer(server, `drop database if exists ${database} with (force)`);
  });

  it('send every mail once, and each what the other one did not live to send', async () => {
    await smtp.tell('accept');
    const programs = [1, 2].map(() => startProgram(['serve', '--migrate'], { env: shared() }));
    await Promise.all(programs.map((program) => program.printed(/Stop with Ctrl-C/)));
    const urls = programs.map((program) => /ready at (\S+)/.exec(program.stdout())?.[1] ?? '');
    const signUp = async (url: string, email: string) => {
      const query = `mutation { createUser(input: { name: "Ada", email: "${email}" }) { id } }`;
      const headers = { 'content-type': 'application/json' };
      const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify({ query }) });
      expect(await response.json()).not.toHaveProperty('errors');
    };
    const addresses = Array.from({ length: 16 }, (_, n) => `shared-${n}@example.org`);
    await Promise.all(addresses.map((email, n) => signUp(urls[n % 2] as string, email)));
    await vi.waitFor(async () => {
      for (const email of addresses) expect(await messageIdsTo(email)).toHaveLength(1);
    }, 10_000);

    await smtp.tell('hold');
    const taken = smtp.taken();
    await signUp(urls[0] as string, 'orphan@example.org');
    await taken;
    for (const program of programs) program.kill('SIGKILL');
    await Promise.all(programs.map((program) => program.ended));
    const heir = startProgram(['serve'], { env: shared() });
    await heir.printed(/Stop with Ctrl-C/);
    await smtp.tell('accept');
    // As the lease of the one that died would run out.
    await administer(databaseUrl(server, database), `update outbox set due_at = now()`);
    await vi.waitFor(async () => expect(await messageIdsTo('orphan@example.org')).toHaveLength(2), 10_000);
    const [first, second] = await messageIdsTo('orphan@example.org');
    expect(second).toBe(first);
    heir.kill('SIGTERM');
    await heir.ended;
    for (const email of addresses) expect(await messageIdsTo(email)).toHaveLength(1);
  }, 120_000);
});

describe('outbox', () => {
  it('shows what was given up, and has it sent again', async () => {
    const row = (id: string, dead: string) =>
      `('${id}', 'mail', '{"mail":"RESET_PASSWORD","userId":null,"email":"eve@example.org"}', 12, ${dead},
        'MailNotSent EENVELOPE RCPT TO 550')`;
    const [waiting, dead] = ['0198d0c2-7c2e-7000-8000-000000000001', '0198d0c2-7c2e-7000-8000-000000000002'];
    await execute(
      `insert into outbox (id, topic, payload, attempts, dead_at, last_error)
       values ${row(waiting, 'null')}, ${row(dead, 'now()')}`,
    );
    expect((await listed()).map((line) => line.slice(0, 36))).toEqual([dead, waiting]);
    expect(await listed('--limit', '1')).toHaveLength(1);
    const [given = '', ...others] = await listed('--dead');
    expect(others).toEqual([]);
    expect(given).toMatch(new RegExp(`^${dead} +mail +dead +12 .* - +MailNotSent EENVELOPE RCPT TO 550$`));
    const unknown = await runCommand(['outbox', 'retry', '0198d0c2-7c2e-7000-8000-000000000003'], env);
    expect(unknown).toMatchObject({ code: 1, stdout: '' });
    const retried = await runCommand(['outbox', 'retry', '--dead'], env);
    expect(retried).toEqual({ code: 0, stdout: '1 to be sent again\n', stderr: '' });
    expect(await listed('--dead')).toEqual([]);
    expect((await listed()).map((line) => line.split(/ +/).slice(2, 4))).toEqual([
      ['waiting', '0'],
      ['waiting', '12'],
    ]);
  });
});
