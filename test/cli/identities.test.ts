import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { runCommand } from '../helpers/command.ts';
import { useFolders } from '../helpers/folder.ts';

const { folder } = useFolders();
const issuer = 'https://login.example.org';

describe('user link', () => {
  it('lets a subject act as one account, until unlink', async () => {
    const env = {
      DATA_DIR: path.join(await folder(), 'data'),
      TRUSTED_ISSUERS: JSON.stringify([{ issuer, audience: 'broadsheet' }]),
    };
    const run = (...args: string[]) => runCommand(['user', ...args], env);
    const add = (name: string) => run('create', '--name', name, '--email', `${name}@example.org`);
    const ada = (await add('ada')).stdout;
    const bob = (await add('bob')).stdout;
    const identity = ['--issuer', issuer, '--subject', '4711'];
    expect(await run('link', 'ada', ...identity)).toEqual({ code: 0, stdout: ada, stderr: '' });
    expect(await run('link', 'bob', ...identity)).toEqual({
      code: 1,
      stdout: '',
      stderr: 'broadsheet: This subject of the issuer is linked to a user already.\n',
    });
    const { stdout: audit } = await runCommand(['audit', '--type', 'IDENTITY_LINKED'], env);
    expect(audit.trimEnd().split('\n')).toHaveLength(2);
    expect(audit).toContain(`issuer=${issuer}`);
    expect(await run('unlink', ...identity)).toEqual({
      code: 0,
      stdout: `${ada.split(' ')[0]}\n`,
      stderr: '',
    });
    const { stdout: unlinked } = await runCommand(['audit', '--type', 'IDENTITY_UNLINKED'], env);
    expect(unlinked.trimEnd().split('\n')).toHaveLength(2);
    expect(await run('unlink', ...identity)).toMatchObject({
      code: 1,
      stderr: 'broadsheet: There is no such link.\n',
    });
    expect(await run('link', 'bob', ...identity)).toMatchObject({ code: 0, stdout: bob });
    expect(await run('link', 'bob', '--issuer', `${issuer}/`, '--subject', '1')).toMatchObject({
      code: 1,
      stderr: `broadsheet: TRUSTED_ISSUERS has no issuer ${issuer}/. It has ${issuer}.\n`,
    });
    expect(await run('link', 'nobody', ...identity)).toMatchObject({
      code: 1,
      stderr: 'broadsheet: There is no user nobody.\n',
    });
  });
});
