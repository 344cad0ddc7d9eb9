import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { createLog, openDatabase } from '../../src/app.ts';
import { readConfig } from '../../src/config.ts';
import { runCommand } from '../helpers/command.ts';
import { useFolders } from '../helpers/folder.ts';

const { folder } = useFolders();
let env: Record<string, string>;

/** Runs a command and fails when it does; answers what it prints. */
async function run(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await runCommand(args, env);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return stdout;
}

const audit = async (...args: string[]) =>
  (await run('audit', ...args))
    .trimEnd()
    .split('\n')
    .map((line) => line.split(/ {2,}/));

/** Does something to the stored events. */
async function execute(statement: string): Promise<void> {
  const driver = await openDatabase(readConfig(env), createLog({ logLevel: 'silent' }));
  await driver.execute(statement);
  await driver.close();
}

let ada: string;
let bo: string;

beforeAll(async () => {
  env = { DATA_DIR: path.join(await folder(), 'data') };
  const create = async (name: string) =>
    (await run('user', 'create', '--name', name, '--email', `${name}@example.org`)).split(' ')[0] ?? '';
  ada = await create('ada');
  bo = await create('bo');
  await run('user', 'set-role', 'bo', 'EDITOR');
  await run('user', 'set-password', 'bo', '--password', 'a good long password');
});

describe('audit', () => {
  it('lists what happened, the newest first, and by nobody from the command line', async () => {
    const [head, ...rows] = await audit();
    expect(head).toEqual(['AT', 'TYPE', 'USER', 'BY', 'ADDRESS', 'REQUEST', 'DETAILS']);
    expect(rows.map(([at, ...rest]) => [at?.replace(/\d/g, '0'), ...rest])).toEqual(
      [
        ['PASSWORD_CHANGED', bo, '-', '-', '-', 'endedSessions=0'],
        ['ROLE_CHANGED', bo, '-', '-', '-', 'from=AUTHOR to=EDITOR'],
        ['SIGNED_UP', bo, '-', '-', '-', 'role=AUTHOR'],
        ['SIGNED_UP', ada, '-', '-', '-', 'role=AUTHOR'],
      ].map((row) => ['0000-00-00T00:00:00.000Z', ...row]),
    );
  });

  it('lists by account, by type, and so many', async () => {
    const typesOf = async (...args: string[]) => (await audit(...args)).slice(1).map(([, type]) => type);
    expect(await typesOf('--user', 'ada')).toEqual(['SIGNED_UP']);
    expect(await typesOf('--user', bo, '--limit', '2')).toEqual(['PASSWORD_CHANGED', 'ROLE_CHANGED']);
    expect(await typesOf('--type', 'signed_up')).toEqual(['SIGNED_UP', 'SIGNED_UP']);
    expect(await typesOf('--user', 'bo', '--type', 'ROLE_CHANGED')).toEqual(['ROLE_CHANGED']);
    // Somebody who is gone, or never was, is known by the identifier alone.
    expect(await typesOf('--user', 'user_01jd000000e00000000000000r')).toEqual([]);
  });

  it.each([
    [['--user', 'nobody'], 1],
    [['--type', 'BIRTHDAY'], 2],
    [['--limit', '101'], 2],
    [['prune'], 2],
    [['prune', '--older-than', 'ages'], 2],
  ])('refuses %j', async (args, code) => {
    const outcome = await runCommand(['audit', ...args], env);
    expect(outcome).toMatchObject({ code, stdout: '' });
    expect(outcome.stderr).toMatch(/^broadsheet: [^\n]+\n$/);
  });

  it('prunes what is older', async () => {
    await execute(`update audit_events set at = at - interval '400 days' where type = 'SIGNED_UP'`);
    expect(await run('audit', 'prune', '--older-than', '500d')).toBe('0 deleted\n');
    expect(await run('audit', 'prune', '--older-than', '365d')).toBe('2 deleted\n');
    expect((await audit()).slice(1).map(([, type]) => type)).toEqual(['PASSWORD_CHANGED', 'ROLE_CHANGED']);
  });
});
