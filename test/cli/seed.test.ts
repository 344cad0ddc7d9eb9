import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fillWithDemo } from '../../src/cli/demo/index.ts';
import { seed } from '../../src/cli/seed/index.ts';
import { sharing } from '../../src/cli/seed/long-tail.ts';
import { publishedAmong, type SeedCounts } from '../../src/cli/seed/plan.ts';
import { Dice, permutation, randomKey } from '../../src/cli/seed/random.ts';
import { Database, type Driver, type Rows } from '../../src/db/index.ts';
import { slugOfTitle } from '../../src/modules/posts/index.ts';
import { parseGlobalId } from '../../src/shared/ids.ts';
import {
  excerptOf,
  readingTimeMinutes,
  convertMarkdown,
  rendererVersion,
  searchTextOf,
} from '../../src/shared/markdown/index.ts';
import { startAppOver } from '../helpers/app.ts';
import { runCommand } from '../helpers/command.ts';
import { onServer, openTestDatabase } from '../helpers/database.ts';
import { documentOf, post } from '../helpers/http.ts';
import { noLimits } from '../helpers/server.ts';
import { killPrograms, runProgram, startProgram } from '../helpers/program.ts';
import { administer, databaseUrl, openTestServer } from '../setup/database.ts';

const counts: SeedCounts = { users: 60, posts: 250, comments: 700, likes: 900, follows: 200 };
const published = 250 - 10 - 5;
const none: SeedCounts = { users: 0, posts: 0, comments: 0, likes: 0, follows: 0 };

let driver: Driver;

beforeAll(async () => {
  driver = await openTestDatabase();
});

afterAll(async () => {
  await driver.close();
});

/** Seeds as the command does; `advance` may throw to end it early. */
function fill(to: Driver, of: SeedCounts, randomSeed = 1, advance: (count: number) => void = () => {}) {
  return seed(to, of, { randomSeed, connections: to.kind === 'embedded' ? 1 : 3, advance });
}

async function query(text: string, from: Driver = driver): Promise<Rows> {
  return from.query({ name: null, text, values: [] });
}

const tables = ['users', 'tags', 'follows', 'posts', 'post_tags', 'comments', 'likes'];

/** A digest of everything that the tables hold. */
async function digest(of: Driver): Promise<Record<string, unknown>> {
  const found: Record<string, unknown> = {};
  for (const table of tables) {
    const [row] = await query(
      `select count(*)::integer, md5(string_agg(t::text, '|' order by t::text)) from ${table} as t`,
      of,
    );
    found[table] = row;
  }
  return found;
}

async function inAnotherDatabase<T>(work: (other: Driver) => Promise<T>): Promise<T> {
  const other = await openTestDatabase();
  try {
    return await work(other);
  } finally {
    await other.close();
  }
}

describe('the seed', () => {
  it('writes as many rows as it is told, and says so', async () => {
    let advanced = 0;
    const written = await fill(driver, counts, 1, (count) => (advanced += count));
    expect(written).toEqual(counts);
    expect(advanced).toBe(60 + 250 + 700 + 900 + 200);
    for (const [table, count] of Object.entries(counts))
      expect(await query(`select count(*)::integer from ${table}`)).toEqual([[count]]);
    expect(await query('select status, count(*)::integer from posts group by 1 order by 1')).toEqual([
      ['ARCHIVED', 5],
      ['DRAFT', 10],
      ['PUBLISHED', published],
    ]);
    expect(publishedAmong(counts.posts)).toBe(published);
  });

  it('makes the same rows in another database, and adds nothing when it is run again', async () => {
    const before = await digest(driver);
    await inAnotherDatabase(async (other) => {
      await fill(other, counts);
      expect(await digest(other)).toEqual(before);
    });
    expect(await fill(driver, counts)).toEqual(none);
    expect(await digest(driver)).toEqual(before);
  });

  it('is completed when it is run again after an interruption', async () => {
    await inAnotherDatabase(async (other) => {
      let done = 0;
      const interrupted = fill(other, counts, 1, (count) => {
        done += count;
        if (done > 400) throw new Error('the lights went out');
      });
      await expect(interrupted).rejects.toThrow('the lights went out');
      const written = await fill(other, counts);
      expect(written).toMatchObject({ users: 0, follows: 0, posts: 0, likes: 900 });
      expect(await digest(other)).toEqual(await digest(driver));
    });
  });

  it.each([
    [
      'nobody acts before they joined',
      'select from acts join users on users.id = who where time < created_at',
    ],
    ['everything happens in four years', `select from acts where time < '2022-01-01' or time > '2026-01-01'`],
    [
      'only published posts are liked and commented on, and not before',
      `select from (select post_id, created_at from likes union all select post_id, created_at from comments) as reactions
        join posts on posts.id = post_id where status <> 'PUBLISHED' or reactions.created_at < published_at`,
    ],
    [
      'answers are later than what they answer, under the same post',
      `select from comments join comments as parents on parents.id = comments.parent_id
        where comments.created_at <= parents.created_at or comments.post_id <> parents.post_id`,
    ],
    [
      'tags know the state and the time of their posts',
      `select from post_tags join posts on posts.id = post_id
        where post_tags.status <> posts.status or post_tags.listed_at <> posts.listed_at`,
    ],
    [
      'writers may write',
      `select from posts join users on users.id = author_id where role not in ('AUTHOR', 'EDITOR')`,
    ],
    [
      'there is no administrator and no password',
      `select from users where role = 'ADMIN' union all select from credentials`,
    ],
    ['e-mail goes nowhere', `select from users where email !~ '^[a-z0-9-]+@example[.](org|com|net)$'`],
    [
      'identifiers are UUIDs of version 7 and carry the time of creation',
      `select from (select id, created_at from users union all select id, created_at from posts union all
          select id, created_at from comments union all select id, created_at from tags) as things
        where id::text !~ '^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab]'
          or replace(left(id::text, 13), '-', '') <> lpad(to_hex(round(extract(epoch from created_at) * 1000)::bigint), 12, '0')`,
    ],
  ])('is consistent: %s', async (_, exceptions) => {
    const acts = `with acts(who, time) as (
      select author_id, created_at from posts union all select author_id, created_at from comments
      union all select user_id, created_at from likes union all select follower_id, created_at from follows
      union all select followee_id, created_at from follows)`;
    expect(await query(`${acts} ${exceptions}`)).toEqual([]);
  });

  it('stores of each text what rendering it gives', async () => {
    const posts = await query(
      'select title, slug, body, html, excerpt, search_text, reading_time_minutes, renderer_version, status from posts',
    );
    for (const [title, slug, ...stored] of posts as [string, string, string, ...unknown[]][]) {
      const [body] = stored;
      const { html, text } = convertMarkdown(body);
      expect(stored.slice(1, 6)).toEqual([
        html,
        excerptOf(text),
        searchTextOf(text),
        readingTimeMinutes(text),
        rendererVersion,
      ]);
      const isDraft = stored[6] === 'DRAFT';
      expect(slug).toMatch(isDraft ? /^draft-[0-9a-f]{32}$/ : /-[0-9a-z]{7}$/);
      expect(slug.slice(0, -8)).toBe(isDraft ? slug.slice(0, -8) : slugOfTitle(title, ''));
    }
    for (const [body, html] of await query('select body, html from comments'))
      expect(html).toBe(convertMarkdown(String(body)).html);
  });

  it('writes Markdown of about a kilobyte under titles that differ', async () => {
    const [[average, shortest, longest, titles] = []] = await query(
      'select avg(length(body))::integer, min(length(body)), max(length(body)), count(distinct title)::integer from posts',
    );
    expect(average).toBeGreaterThan(800);
    expect(average).toBeLessThan(1_300);
    expect(shortest).toBeGreaterThan(200);
    expect(longest).toBeGreaterThan(1_500);
    expect(titles).toBeGreaterThan(230);
    for (const mark of ['^## ', '^- ', '^1[.] ', '^> ', '^```', ']\\(https://', '!\\[', '[*][*]'])
      expect(await query(`select count(*) > 5 from posts where body ~ '(?n)${mark}'`)).toEqual([[true]]);
  });

  it('lets a few do most, and gives replies and tags', async () => {
    const top = (column: string, table: string, limit: number) =>
      query(`select sum(n)::integer from
        (select count(*) as n from ${table} group by ${column} order by n desc limit ${limit}) as top`);
    // A fifth of those who write, a tenth of the published posts, a tenth of the people.
    expect((await top('author_id', 'posts', 3))[0]?.[0]).toBeGreaterThan(100);
    expect((await top('post_id', 'comments', 24))[0]?.[0]).toBeGreaterThan(350);
    expect((await top('post_id', 'likes', 24))[0]?.[0]).toBeGreaterThan(400);
    expect((await top('followee_id', 'follows', 6))[0]?.[0]).toBeGreaterThan(80);
    const [[replies, tags, tagged] = []] = await query(`select
      (select count(parent_id)::integer from comments), (select count(*)::integer from tags),
      (select max(n)::integer from (select count(*) as n from post_tags group by post_id) as each)`);
    expect(replies).toBeGreaterThan(200);
    expect(tags).toBeGreaterThanOrEqual(60);
    expect(tagged).toBe(4);
  });

  it('stays beside another seed, other counts, and what was there, whose tags it uses', async () => {
    await inAnotherDatabase(async (other) => {
      const folder = await mkdtemp(path.join(tmpdir(), 'broadsheet-seed-'));
      await fillWithDemo(new Database(other), folder);
      await rm(folder, { recursive: true, force: true });
      const [[users, posts] = []] = await query(
        'select (select count(*)::integer from users), (select count(*)::integer from posts)',
        other,
      );
      const photography = () =>
        query(
          `select tags.id, count(*)::integer from tags join post_tags on tag_id = tags.id
            where slug = 'photography' group by tags.id`,
          other,
        );
      const [[tagBefore, usesBefore] = []] = await photography();
      const few: SeedCounts = { users: 20, posts: 60, comments: 50, likes: 50, follows: 30 };
      expect(await fill(other, few, 1)).toEqual(few);
      expect(await fill(other, few, 2)).toEqual(few);
      expect(await fill(other, { ...few, comments: 51 }, 1)).toEqual({ ...few, comments: 51 });
      expect(await query('select count(*)::integer from users', other)).toEqual([[Number(users) + 60]]);
      expect(await query('select count(*)::integer from posts', other)).toEqual([[Number(posts) + 180]]);
      const [[tag, uses] = []] = await photography();
      expect(tag).toBe(tagBefore);
      expect(uses).toBeGreaterThan(Number(usesBefore));
    });
  });

  it('makes as many likes and follows as there can be', async () => {
    await inAnotherDatabase(async (other) => {
      const all: SeedCounts = { users: 7, posts: 12, comments: 0, likes: 7 * 11, follows: 7 * 6 };
      expect(await fill(other, all)).toEqual(all);
      const single: SeedCounts = { users: 1, posts: 1, comments: 40, likes: 1, follows: 0 };
      expect(await fill(other, single)).toEqual(single);
      expect(await fill(other, none)).toEqual(none);
    });
  });

  it('names the remedy when somebody else has a name that it would give', async () => {
    const [[name] = []] = await query('select username from users order by id limit 1');
    await inAnotherDatabase(async (other) => {
      await query(
        `insert into users (id, username, name, role) values (gen_random_uuid(), '${String(name)}', 'Ada', 'READER')`,
        other,
      );
      await expect(fill(other, counts)).rejects.toThrow(
        'Something in the database stands in the way of what would be written (users_username_key). ' +
          'Give another --random-seed.',
      );
      expect(await fill(other, counts, 2)).toEqual(counts);
    });
  });
});

describe('the seeded publication, through the API', () => {
  it('has identifiers, texts and counts as any other', async () => {
    const other = await openTestDatabase();
    await fill(other, counts);
    const { app, url } = await startAppOver(other, noLimits);
    try {
      const response = await post(
        { url: new URL(url).origin },
        `{"query":"{ posts(limit: 100) { id slug body html commentCount likeCount author { id email role }
          commentsConnection(first: 100) { totalCount nodes { id body html parent { id } } } }
          postsConnection(first: 1) { totalCount } usersConnection(first: 1) { totalCount } }"}`.replace(
          /\s+/g,
          ' ',
        ),
      );
      const { data, errors } = await documentOf(response);
      expect(errors).toBeUndefined();
      expect(data.postsConnection.totalCount).toBe(published);
      expect(data.usersConnection.totalCount).toBe(counts.users);
      expect(data.posts).toHaveLength(100);
      const likes = new Map(
        (await query('select post_id::text, count(*)::integer from likes group by 1', other)) as [
          string,
          number,
        ][],
      );
      for (const { id, body, html, author, commentCount, likeCount, commentsConnection } of data.posts) {
        const parsed = parseGlobalId(id);
        expect(parsed?.kind).toBe('post');
        expect(html).toBe(convertMarkdown(body).html);
        expect(author).toMatchObject({ email: null, role: expect.stringMatching(/^(AUTHOR|EDITOR)$/) });
        expect(likeCount).toBe(likes.get(parsed?.uuid ?? '') ?? 0);
        expect(commentsConnection.totalCount).toBe(commentCount);
        expect(commentsConnection.nodes).toHaveLength(Math.min(100, commentCount));
      }
    } finally {
      await app.close();
    }
  });
});

describe('the command', () => {
  it.each([
    [['--users', '0'], 'Posts need somebody who writes them: give --users.'],
    [['--posts', '0'], 'Comments need posts: give --posts.'],
    [
      ['--users', '10', '--posts', '12', '--likes', '111'],
      'There can be at most 110 likes: one of each user for each published post, of which there are 11 among 12.',
    ],
    [
      ['--users', '10', '--follows', '91'],
      'There can be at most 90 follows: of each user by each other one.',
    ],
    [
      ['--posts', '1.5'],
      `option '--posts <number>' argument '1.5' is invalid. It must be a whole number from 0 to 100000000.`,
    ],
    [
      ['--random-seed', '100000001'],
      `option '--random-seed <number>' argument '100000001' is invalid. It must be a whole number from 0 to 100000000.`,
    ],
  ])('refuses %s', async (args, message) => {
    expect(await runCommand(['seed', ...args])).toEqual({
      code: 2,
      stdout: '',
      stderr: `broadsheet: ${message}\n`,
    });
  });

  it('fills the embedded database, and says what it did', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'broadsheet-seed-'));
    const args = 'seed --users 5 --posts 6 --comments 7 --likes 8 --follows 9'.split(' ');
    const first = await runCommand(args, { DATA_DIR: folder });
    expect(first).toMatchObject({ code: 0, stderr: expect.stringContaining('35 of 35') });
    expect(first.stdout).toMatch(
      /^Wrote 5 users, 6 posts, 7 comments, 8 likes and 9 follows in \d+\.\d s\.\n$/,
    );
    expect(await runCommand(args, { DATA_DIR: folder })).toMatchObject({
      code: 0,
      stdout: 'Nothing was written: all of it was there already.\n',
    });
    await rm(folder, { recursive: true, force: true });
  });
});

describe('chance', () => {
  it('shares all of the total, never more than the most to a place', () => {
    const places = fc.integer({ min: 1, max: 400 });
    const shared = fc
      .tuple(places, fc.integer({ min: 1, max: 300 }))
      .chain(([n, most]) =>
        fc.tuple(fc.constant(n), fc.constant(most), fc.integer({ min: 0, max: n * most })),
      );
    fc.assert(
      fc.property(shared, ([n, most, total]) => {
        const before = sharing(total, n, most);
        expect(before(0)).toBe(0);
        expect(before(n)).toBe(total);
        for (let place = 0; place < n; place += 1) {
          const share = before(place + 1) - before(place);
          expect(share).toBeGreaterThanOrEqual(0);
          expect(share).toBeLessThanOrEqual(most);
        }
      }),
    );
  });

  it('orders numbers so that each comes up once', () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 1, max: 500 }), (number, size) => {
        const order = permutation(new Dice(randomKey(number), 'order', 0), size);
        const found = Array.from({ length: size }, (_, place) => order(place)).toSorted((a, b) => a - b);
        expect(found).toEqual(Array.from({ length: size }, (_, place) => place));
      }),
    );
  });
});

// Only a server goes on when the command is killed: the embedded database dies with it.
describe.runIf(onServer)('on a PostgreSQL server', () => {
  it('comes to the same rows when it is killed in the middle and run again', async () => {
    const server = process.env['TEST_DATABASE_URL'] ?? '';
    const database = `broadsheet_seed_${process.pid}`;
    const url = databaseUrl(server, database);
    await administer(server, `create database ${database}`);
    const killed = openTestServer(url);
    try {
      const env = { DATABASE_URL: url };
      await runProgram(['migrate'], { env });
      const many: SeedCounts = { users: 50, posts: 4_000, comments: 4_000, likes: 4_000, follows: 100 };
      const args = ['seed', ...Object.entries(many).flatMap(([name, count]) => [`--${name}`, String(count)])];
      const program = startProgram(args, { env });
      const posts = async () => Number((await query('select count(*) from posts', killed))[0]?.[0]);
      while ((await posts()) === 0) await new Promise((resolve) => setTimeout(resolve, 20));
      program.kill('SIGKILL');
      expect(await program.ended).toMatchObject({ signal: 'SIGKILL' });
      const left = await posts();
      expect(left).toBeGreaterThan(0);
      expect(left).toBeLessThan(many.posts);

      const again = await runProgram(args, { env });
      expect(again).toMatchObject({
        code: 0,
        stdout: expect.stringContaining('The rest was there already.'),
      });
      await inAnotherDatabase(async (undisturbed) => {
        expect(await fill(undisturbed, many)).toEqual(many);
        expect(await digest(killed)).toEqual(await digest(undisturbed));
      });
    } finally {
      killPrograms();
      await killed.close();
      await administer(server, `drop database if exists ${database} with (force)`);
    }
  });
});
