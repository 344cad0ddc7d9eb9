// What Mercurius, Yoga and Apollo Server read: prepared statements, one for many parents, with the columns that the
// workloads need and no others.
import pg from 'pg';
import { rfc3339 } from '../../dist/db/tables/columns.js';
import { toGlobalId, uuidOf } from '../../dist/shared/ids.js';
import { decodeCursor, encodeCursor, isTimeKey } from '../../dist/shared/pagination/index.js';

const timestamptz = 1184;
const types = {
  getTypeParser: (oid, format) => (oid === timestamptz ? rfc3339 : pg.types.getTypeParser(oid, format)),
};

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 10, idleTimeoutMillis: 0 });

const prepared = (name, text) => async (values) => (await pool.query({ name, text, values, types })).rows;

const userColumns = 'id, name, username';
const postColumns =
  'id, title, slug, created_at as "createdAt", listed_at as "listedAt", author_id as "authorId"';
const commentColumns = 'id, body, author_id as "authorId"';
const newestFirst = 'order by listed_at desc, id desc';
const ofEach = (select) =>
  `select parent.id as "parentId", page.* from unnest($1::uuid[]) as parent(id) cross join lateral (${select}) as page`;

const userById = prepared('user', `select ${userColumns} from users where id = $1`);
const usersByIds = prepared('users_by_ids', `select ${userColumns} from users where id = any($1::uuid[])`);
const users = prepared(
  'users',
  `select ${userColumns} from users order by created_at desc, id desc limit $1`,
);
const posts = prepared(
  'posts',
  `select ${postColumns} from posts where status = 'PUBLISHED' ${newestFirst} limit $1`,
);
const postsAfter = prepared(
  'posts_after',
  `select ${postColumns} from posts where status = 'PUBLISHED' and (listed_at, id) < ($2, $3) ${newestFirst} limit $1`,
);
const postsOfUsers = prepared(
  'posts_of_users',
  ofEach(
    `select ${postColumns} from posts where author_id = parent.id and status = 'PUBLISHED' ${newestFirst} limit $2`,
  ),
);
const commentsOfPosts = prepared(
  'comments_of_posts',
  ofEach(
    `select ${commentColumns} from comments where post_id = parent.id order by created_at desc, id desc limit $2`,
  ),
);
const countPosts = prepared(
  'count_posts',
  `select least(count(*), 10000)::integer as count from (select from posts where status = 'PUBLISHED' limit 10001) as counted`,
);

function groupsOf(parents, rows) {
  const groups = new Map(parents.map((id) => [id, []]));
  for (const row of rows) groups.get(row.parentId).push(row);
  return parents.map((id) => groups.get(id));
}

export const findUser = async (id) => (await userById([uuidOf('user', id)]))[0] ?? null;
export const findUsers = (limit) => users([limit]);
export const findPosts = (limit) => posts([limit]);

export async function findUsersByIds(ids) {
  const found = new Map((await usersByIds([[...new Set(ids)]])).map((user) => [user.id, user]));
  return ids.map((id) => found.get(id) ?? null);
}

export async function findPostsOf(userIds, limit) {
  return groupsOf(userIds, await postsOfUsers([userIds, limit]));
}

export async function findCommentsOf(postIds, limit) {
  return groupsOf(postIds, await commentsOfPosts([postIds, limit]));
}

const order = 'posts PUBLISHED_AT_DESC';
const cursorOf = ({ listedAt, id }) => encodeCursor(order, { key: listedAt, id });

async function findPostsAfter(cursor, limit) {
  const place = decodeCursor(cursor, order, isTimeKey);
  if (place === null) throw new Error('This is not a cursor of posts.');
  return postsAfter([limit, place.key, place.id]);
}

export const edgesOf = ({ nodes }) => nodes.map((node) => ({ cursor: cursorOf(node), node }));

export async function findConnection(first, after) {
  const rows = await (after == null ? posts([first + 1]) : findPostsAfter(after, first + 1));
  const nodes = rows.slice(0, first);
  return {
    nodes,
    pageInfo: {
      hasNextPage: rows.length > first,
      endCursor: nodes.length === 0 ? null : cursorOf(nodes.at(-1)),
    },
  };
}

export const countOfPosts = async () => (await countPosts([]))[0].count;

export { toGlobalId };
