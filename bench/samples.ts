import { toGlobalId } from '../src/shared/ids.ts';
import { encodePostCursor } from './cursors.ts';
import { runProgram } from './setting/data.ts';
import { runStatements } from './setting/postgres.ts';
import type { Samples } from './workloads.ts';

/** How many people sign in. */
const people = 8;

/** Chooses from the data of a run; the same data give the same. */
export async function chooseSamples(
  root: string,
  databaseUrl: string,
  env: Readonly<Record<string, string>>,
): Promise<Samples> {
  const column = async (statement: string) =>
    (await runStatements(databaseUrl, statement)).map(([field]) => String(field));
  const users = await column('select id from users order by md5(id::text)');
  const writers = await column(
    `select author_id from posts where status = 'PUBLISHED' group by author_id having count(*) >= 10
     order by md5(author_id::text)`,
  );
  const published = await column(
    `select id from posts where status = 'PUBLISHED' order by md5(id::text) limit 40000`,
  );
  const places = (await runStatements(
    databaseUrl,
    `select id, listed_at from posts where status = 'PUBLISHED' order by md5(id::text) limit 10000`,
  )) as [string, Date][];
  const titles = await column(
    `select title from posts where status = 'PUBLISHED' order by md5(title || id) limit 5000`,
  );
  const bodies = await column('select body from posts order by md5(id::text) limit 5000');
  const readers = await column(
    `select id from users where suspended_at is null and role = 'AUTHOR'
     order by (select count(*) from follows where follower_id = users.id) > 5 desc, md5(id::text) limit ${people}`,
  );
  return {
    userIds: users.map((id) => toGlobalId('user', id)),
    writerIds: writers.map((id) => toGlobalId('user', id)),
    publishedPostIds: published.map((id) => toGlobalId('post', id)),
    postCursors: places.map(([id, listedAt]) => encodePostCursor({ key: listedAt.toISOString(), id })),
    searches: titles.map(longestWords),
    drafts: titles.map((title, at) => ({ title, body: bodies[at] ?? title })),
    readerUuids: readers,
    tokens: readers.map((id) =>
      runProgram(root, ['token', '--user', toGlobalId('user', id), '--ttl', '24h'], {
        ...env,
        DATABASE_URL: databaseUrl,
      }),
    ),
  };
}

function longestWords(title: string): string {
  const words = title.match(/\p{L}+/gu) ?? [];
  return words
    .toSorted((a, b) => b.length - a.length)
    .slice(0, 3)
    .join(' ');
}
