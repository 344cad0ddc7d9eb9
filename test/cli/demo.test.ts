import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fillWithDemo, findDemoAccounts } from '../../src/cli/demo/index.ts';
import { Database, type Driver, type Rows } from '../../src/db/index.ts';
import { createUser, setPassword } from '../../src/modules/accounts/index.ts';
import { openTestDatabase } from '../helpers/database.ts';

let folder: string;
let driver: Driver;
let db: Database;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'broadsheet-demo-'));
  driver = await openTestDatabase();
  db = new Database(driver);
});

afterAll(async () => {
  await driver.close();
  await rm(folder, { recursive: true, force: true });
});

async function query(text: string): Promise<Rows> {
  return driver.query({ name: null, text, values: [] });
}

describe('the demo publication', () => {
  it('is written with a statement for each table, in one transaction', async () => {
    expect(await findDemoAccounts(db, folder)).toBeNull();
    expect(await fillWithDemo(db, folder)).toBe(true);
    // Whether there are users, twice; the lock; nine tables; begin and commit; and the accounts before all that: none.
    expect(db.statements).toBe(2 + 1 + 9 + 2);
  });

  it('has people of all roles, posts in all states, and answers', async () => {
    const [[readers, authors, editors, admins] = []] = await query(`
      select count(*) filter (where role = 'READER')::int, count(*) filter (where role = 'AUTHOR')::int,
        count(*) filter (where role = 'EDITOR')::int, count(*) filter (where role = 'ADMIN')::int from users`);
    expect({ readers, authors, editors, admins }).toEqual({ readers: 3, authors: 4, editors: 1, admins: 1 });
    const states = await query('select status, count(*)::int from posts group by status order by status');
    expect(states).toEqual([
      ['ARCHIVED', 1],
      ['DRAFT', 3],
      ['PUBLISHED', 14],
    ]);
    const [[comments, replies] = []] = await query(
      'select count(*)::int, count(parent_id)::int from comments',
    );
    expect(comments).toBeGreaterThan(50);
    expect(replies).toBeGreaterThan(20);
  });

  it.each([
    ['nobody acts in the future', 'select from everything where time > now()'],
    [
      'nobody acts before they joined',
      'select from everything where time < (select created_at from users where id = who)',
    ],
    [
      'nobody likes a post before it is there',
      'select from likes join posts on posts.id = post_id where likes.created_at < published_at',
    ],
    [
      'nobody comments on a post before it is there',
      'select from comments join posts on posts.id = post_id where comments.created_at < published_at',
    ],
    [
      'nobody answers a comment before it is there',
      'select from comments join comments as parents on parents.id = comments.parent_id where comments.created_at <= parents.created_at',
    ],
    [
      'an answer stands under the post of what it answers',
      'select from comments join comments as parents on parents.id = comments.parent_id where comments.post_id <> parents.post_id',
    ],
    [
      'nobody is a contributor of their own post',
      'select from post_contributors join posts on posts.id = post_id where user_id = author_id',
    ],
    [
      'identifiers sort as the times do',
      'select from (select created_at, lag(created_at) over (order by id) as before from posts) as listed where before > created_at',
    ],
  ])('is consistent: %s', async (_, exceptions) => {
    const everything = `with everything(who, time) as (
      select author_id, created_at from posts union all select author_id, created_at from comments
      union all select user_id, created_at from likes union all select follower_id, created_at from follows
      union all select followee_id, created_at from follows)`;
    expect(await query(`${everything} ${exceptions}`)).toEqual([]);
  });

  it('shares one password, which stays the same', async () => {
    const found = await findDemoAccounts(db, folder);
    expect(found?.password).toMatch(/^\w{4}-\w{4}-\w{4}$/);
    expect(found?.accounts.map(({ role }) => role)).toEqual([
      'ADMIN',
      'EDITOR',
      ...Array.from({ length: 4 }, () => 'AUTHOR'),
      ...Array.from({ length: 3 }, () => 'READER'),
    ]);
    expect(await findDemoAccounts(db, folder)).toEqual(found);
  });

  it('leaves an account out whose password was changed', async () => {
    const [[id] = []] = await query(`select id from users where email = 'piet@lantern.example'`);
    await setPassword({ db, viewer: null, origin: null }, String(id), 'something else');
    const found = await findDemoAccounts(db, folder);
    expect(found?.accounts).toHaveLength(8);
    expect(found?.accounts.map(({ name }) => name)).not.toContain('Piet de Vries');
  });

  it('is not written a second time, nor beside an account of somebody else', async () => {
    expect(await fillWithDemo(db, folder)).toBe(false);
    const other = await openTestDatabase();
    const otherDb = new Database(other);
    await createUser(
      { db: otherDb, viewer: null, origin: null },
      { name: 'Ada', email: 'ada@example.org' },
      'READER',
    );
    expect(await fillWithDemo(otherDb, folder)).toBe(false);
    expect(await findDemoAccounts(otherDb, folder)).toBeNull();
    await other.close();
  });
});
