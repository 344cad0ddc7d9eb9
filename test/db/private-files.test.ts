import { chmod, lstat, mkdir, readdir, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { createLog, openDatabase } from '../../src/app.ts';
import { readConfig } from '../../src/config.ts';
import { useFolders } from '../helpers/folder.ts';
import { runCommand } from '../helpers/command.ts';

const { folder } = useFolders();

/** The permissions of a file or folder. */
async function modeOf(file: string): Promise<string> {
  return ((await lstat(file)).mode & 0o7777).toString(8);
}

/** A folder and all that is in it, but for symbolic links and what they lead to. */
async function entriesIn(root: string): Promise<string[]> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const own = entries.filter((entry) => !entry.isSymbolicLink());
  return [root, ...own.map((entry) => path.join(entry.parentPath, entry.name))];
}

/** How many folders and files in a folder, itself included, have which permissions. */
async function modesIn(root: string): Promise<Record<string, number>> {
  const modes: Record<string, number> = {};
  for (const name of await entriesIn(root)) {
    const entry = await lstat(name);
    const kind = `${entry.isDirectory() ? 'folder' : 'file'} ${(entry.mode & 0o7777).toString(8)}`;
    modes[kind] = (modes[kind] ?? 0) + 1;
  }
  return modes;
}

/** What is in a folder belongs to the owner alone, and is there. */
async function expectPrivate(root: string): Promise<void> {
  expect(Object.keys(await modesIn(root)).toSorted()).toEqual(['file 600', 'folder 700']);
}

async function openAndWrite(data: string, table: string): Promise<void> {
  const driver = await openDatabase(readConfig({ DATA_DIR: data }), createLog({ logLevel: 'silent' }));
  await driver.execute(`
    create table ${table} as select md5(n::text) as text from generate_series(1, 20000) n;
    create index on ${table} (text)`);
  await driver.execute('checkpoint');
  await expectPrivate(path.join(data, 'postgres'));
  await driver.close();
}

describe('the data folder', { timeout: 60_000 }, () => {
  it('and what the server makes in it are its owner’s alone, however it is written', async () => {
    const data = path.join(await folder(), 'made', 'here');
    await openAndWrite(data, 'first');
    await openAndWrite(data, 'second');
    const { code, stderr } = await runCommand(
      ['user', 'create', '--name', 'Ada', '--email', 'ada@example.org', '--password', 'a long password'],
      { DATA_DIR: data },
    );
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect((await runCommand(['token', '--user', 'ada'], { DATA_DIR: data })).code).toBe(0);
    expect(await readdir(data)).toEqual(['keys', 'postgres']);
    await expectPrivate(data);
  });

  it('that an earlier version made is mended, and nothing else is touched', async () => {
    const data = await folder({
      'notes.txt': 'Mine',
      'backup/postgres/PG_VERSION': '18',
      'elsewhere/file': 'Mine, too',
    });
    await chmod(data, 0o755);
    await openAndWrite(data, 'first');
    const postgres = path.join(data, 'postgres');
    const keys = path.join(data, 'keys');
    await mkdir(keys);
    await symlink(path.join(data, 'elsewhere'), path.join(postgres, 'pg_tblspc', 'link'));
    await writeFile(path.join(data, 'elsewhere', 'file'), 'Mine, too');
    for (const name of await entriesIn(postgres)) {
      await chmod(name, (await lstat(name)).isDirectory() ? 0o755 : 0o666);
    }
    for (const each of [keys, path.join(data, 'backup'), path.join(data, 'elsewhere')]) {
      await chmod(each, 0o755);
    }
    for (const name of ['notes.txt', 'backup/postgres/PG_VERSION', 'elsewhere/file']) {
      await chmod(path.join(data, name), 0o666);
    }
    await openAndWrite(data, 'second');
    expect((await runCommand(['token', '--user', 'nobody'], { DATA_DIR: data })).code).toBe(1);
    await expectPrivate(keys);
    expect(await modeOf(data)).toBe('755');
    for (const name of ['backup', 'elsewhere']) expect(await modeOf(path.join(data, name))).toBe('755');
    for (const name of ['notes.txt', 'backup/postgres/PG_VERSION', 'elsewhere/file']) {
      expect(await modeOf(path.join(data, name))).toBe('666');
    }
  });
});
