import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { importFolder } from '../../../src/cli/import/importer.ts';
import { importDefaults } from '../../../src/cli/import/defaults.ts';
import { Database, type Driver } from '../../../src/db/index.ts';
import type { DriverQuery } from '../../../src/db/driver.ts';
import { onServer, openTestDatabase } from '../../helpers/database.ts';
import { useFolders } from '../../helpers/folder.ts';
import { killPrograms, startProgram } from '../../helpers/program.ts';

const { folder } = useFolders();
const silent = () => ({ advance() {}, stop() {} });

/** Files that share authors, tags and names, and lead to each other. */
const files = Object.fromEntries(
  Array.from({ length: 40 }, (_, i) => [
    `${i % 4}/post-${i % 10}-${i % 3}.md`,
    `---\ntitle: Post ${i}\ndate: 2015-01-${1 + (i % 20)}\nauthor: Author ${i % 7}, Author ${i % 5}\ntags: [Tag ${i % 6}]\n---\n` +
      `See [another](../${(i + 1) % 4}/post-${(i + 1) % 10}-${(i + 1) % 3}.md).\n`,
  ]),
);

/** All that an import writes, identifiers and times of the import aside. */
async function contents(driver: Driver): Promise<unknown> {
  const read = (text: string) => driver.query({ name: null, text, values: [] });
  return {
    posts: await read(`
      select path, slug, title, body, status, published_at::text, version, username, name,
        array(select t.slug || t.name from tags t join post_tags on tag_id = t.id where post_id = p.id order by 1),
        array(select c.username from users c join post_contributors on user_id = c.id where post_id = p.id order by position)
      from imported_files join posts p on p.id = post_id join users u on u.id = author_id order by path`),
    order: await read(
      'select path from imported_files join posts p on p.id = post_id order by published_at, p.id',
    ),
    people: await read('select key, username from imported_authors join users on id = user_id order by key'),
    users: await read('select count(*)::int from users'),
    tags: await read('select slug, name from tags order by slug'),
  };
}

/** A driver whose connections break at the n-th commit from now on, before it or after it. */
function breakingAt(driver: Driver, commits: number, when: 'before' | 'after'): Driver {
  let left = commits;
  return {
    ...driver,
    connect: async () => {
      const connection = await driver.connect();
      return {
        ...connection,
        query: async (query: DriverQuery) => {
          const breaks = query.text === 'commit' && --left === 0;
          if (breaks && when === 'before') {
            await connection.query({ name: null, text: 'rollback', values: [] });
            throw new Error('The process is gone.');
          }
          const rows = await connection.query(query);
          if (breaks) throw new Error('The process is gone.');
          return rows;
        },
      };
    },
  };
}

describe('an import that was interrupted', () => {
  let undisturbed: unknown;

  beforeAll(async () => {
    const driver = await openTestDatabase();
    await importFolder(new Database(driver), { ...importDefaults, folder: await folder(files) }, silent);
    undisturbed = await contents(driver);
    await driver.close();
  });

  it.each([
    [1, 'before'],
    [17, 'after'],
    [Object.keys(files).length, 'before'],
  ] as const)('goes on where it was, broken at commit %i, %s it', async (commits, when) => {
    const driver = await openTestDatabase();
    onTestFinished(() => driver.close());
    const options = { ...importDefaults, folder: await folder(files) };
    const broken = new Database(breakingAt(driver, commits, when));
    const stop = new Error('Stopped.');
    let done = 0;
    const stopping = () => ({
      advance() {
        if (++done === Object.keys(files).length + commits) throw stop;
      },
      stop() {},
    });
    await expect(importFolder(broken, options, stopping)).rejects.toBe(stop);
    const report = await importFolder(new Database(driver), options, silent);
    expect(report.refused).toEqual([]);
    expect(report.created + report.unchanged).toBe(Object.keys(files).length);
    expect(report.unchanged).toBe(when === 'before' ? commits - 1 : commits);
    expect(await contents(driver)).toEqual(undisturbed);
  });

  // The embedded database can't be looked at from outside while a program writes to it.
  it.runIf(onServer)('goes on where it was after kill -9', async () => {
    const driver = await openTestDatabase();
    afterAll(killPrograms);
    onTestFinished(() => driver.close());
    const [[database = ''] = []] = (await driver.query({
      name: null,
      text: 'select current_database()',
      values: [],
    })) as string[][];
    const url = new URL(process.env['TEST_DATABASE_URL'] as string);
    url.pathname = `/${database}`;
    const from = await folder(files);
    const count = async () => {
      const text = 'select count(*)::int from posts';
      return (await driver.query({ name: null, text, values: [] }))[0]?.[0] as number;
    };
    const program = startProgram(['import', from], { env: { DATABASE_URL: url.href } });
    await expect.poll(count, { timeout: 60_000, interval: 1 }).toBeGreaterThan(5);
    program.kill('SIGKILL');
    expect(await program.ended).toMatchObject({ signal: 'SIGKILL' });
    const before = await count();
    expect(before).toBeLessThan(Object.keys(files).length);
    const report = await importFolder(new Database(driver), { ...importDefaults, folder: from }, silent);
    expect(report).toMatchObject({ unchanged: before, refused: [] });
    expect(await contents(driver)).toEqual(undisturbed);
  });
});
