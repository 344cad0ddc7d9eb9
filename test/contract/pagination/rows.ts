import fc from 'fast-check';
import type { Driver } from '../../../src/db/index.ts';

/** Few times for many rows, so that most rows tie with others. */
const times = [0, 1, 2, 3].map((minute) => `2026-03-01T00:00:00.00${minute}Z`);
const time = fc.constantFrom(...times);

/** When a row is there: all the time, until a deletion amid the paging, or from an insertion on. */
export type Life = 'stable' | 'doomed' | 'late';
const life = fc.constantFrom<Life>('stable', 'stable', 'stable', 'doomed', 'late');

const shared = { id: fc.uuid(), life, createdAt: time };
const position = fc.nat({ max: 1_000 });
const name = fc.stringMatching(/^[a-z0-9]{1,6}(-[a-z0-9]{1,3})?$/);
const role = fc.constantFrom('READER', 'AUTHOR', 'EDITOR', 'ADMIN');
const title = fc.constantFrom(
  'Spring',
  'Late spring',
  'Spring and spring',
  'Notes of a long and rainy spring',
);

const rowsOfKind = <Row extends { id: string }>(row: fc.Arbitrary<Row>, maxLength: number) =>
  fc.uniqueArray(row, { maxLength, selector: ({ id }) => id, size: 'max' });

/** Rows before their references are settled: an author is a number, to be taken among the users there are. */
const draft = fc.record({
  users: rowsOfKind(fc.record({ ...shared, username: name, role, name: title }), 12),
  tags: rowsOfKind(fc.record({ ...shared, slug: name, name: title }), 8),
  posts: rowsOfKind(
    fc.record({
      ...shared,
      author: position,
      status: fc.constantFrom('PUBLISHED', 'PUBLISHED', 'PUBLISHED', 'DRAFT', 'ARCHIVED'),
      publishedAt: time,
      title,
      tags: fc.array(position, { maxLength: 3 }),
    }),
    18,
  ),
  comments: rowsOfKind(
    fc.record({
      ...shared,
      author: position,
      post: fc.nat({ max: 1 }),
      parent: fc.option(fc.nat({ max: 3 })),
    }),
    18,
  ),
  follows: rowsOfKind(fc.record({ ...shared, follower: fc.nat({ max: 2 }), followee: position }), 18),
});

interface Row {
  readonly id: string;
  readonly life: Life;
  readonly createdAt: string;
}
export type UserRow = Row & { readonly username: string; readonly name: string; readonly role: string };
export type TagRow = Row & { readonly slug: string; readonly name: string };
export type PostRow = Row & {
  readonly authorId: string;
  readonly status: string;
  readonly publishedAt: string;
  readonly title: string;
  readonly tagIds: readonly string[];
};
export type CommentRow = Row & {
  readonly authorId: string;
  readonly postId: string;
  readonly parentId: string | null;
};
export type FollowRow = Row & { readonly followerId: string; readonly followeeId: string };

/** The rows of a publication. */
export interface Rows {
  readonly users: readonly UserRow[];
  readonly tags: readonly TagRow[];
  readonly posts: readonly PostRow[];
  readonly comments: readonly CommentRow[];
  readonly follows: readonly FollowRow[];
}

/** Made-up publications in which this user has a part; the first two of each kind of row are always there. */
export function rowsArbitrary(viewer: UserRow): fc.Arbitrary<Rows> {
  return draft.map(({ users: others, tags: anyTags, posts, comments, follows }) => {
    const users = [
      viewer,
      ...steady(others).map((user, place) => ({ ...user, username: `${user.username}-${place}` })),
    ];
    const tags = steady(anyTags).map((tag, place) => ({ ...tag, slug: `${tag.slug}-${place}` }));
    // Rows stand and fall alone: nothing hangs on a row that goes or comes.
    const settledUsers = users.filter(isStable);
    const settledTags = tags.filter(isStable);
    const allPosts = steady(posts).map(({ author, tags: carried, ...post }) => ({
      ...post,
      authorId: pick(settledUsers, author).id,
      tagIds:
        settledTags.length === 0 ? [] : [...new Set(carried.map((number) => pick(settledTags, number).id))],
    }));
    const settledPosts = allPosts.filter(isStable);
    const allComments: CommentRow[] = [];
    for (const { author, post, parent, ...comment } of settledPosts.length === 0 ? [] : steady(comments)) {
      const postId = pick(settledPosts, post).id;
      const settled = allComments.filter((other) => isStable(other) && other.postId === postId);
      const parentId = parent === null || settled.length === 0 ? null : pick(settled, parent).id;
      allComments.push({ ...comment, authorId: pick(settledUsers, author).id, postId, parentId });
    }
    const pairs = new Map<string, FollowRow>();
    for (const { follower, followee, ...follow } of steady(follows)) {
      const [followerId, followeeId] = [pick(settledUsers, follower).id, pick(settledUsers, followee).id];
      if (followerId !== followeeId)
        pairs.set(`${followerId} ${followeeId}`, { ...follow, followerId, followeeId });
    }
    return {
      users,
      tags,
      posts: allPosts,
      comments: allComments,
      follows: [...pairs.values()],
    };
  });
}

function steady<R extends Row>(rows: readonly R[]): R[] {
  return rows.map((row, place) => (place < 2 ? { ...row, life: 'stable' } : row));
}

function isStable({ life }: Row): boolean {
  return life === 'stable';
}

function pick<R>(rows: readonly R[], number: number): R {
  return rows[number % rows.length] as R;
}

/** The rows whose life is one of these. */
export function rowsOf(rows: Rows, ...lives: Life[]): Rows {
  const living = <R extends Row>(all: readonly R[]) => all.filter((row) => lives.includes(row.life));
  return {
    users: living(rows.users),
    tags: living(rows.tags),
    posts: living(rows.posts),
    comments: living(rows.comments),
    follows: living(rows.follows),
  };
}

/** Empties the publication, all but the viewer, and gives the viewer a role. */
export async function clear(driver: Driver, viewer: UserRow): Promise<void> {
  await driver.execute(`
    delete from posts;
    delete from tags;
    delete from users where id <> '${viewer.id}';
    delete from follows;
    update users set role = '${viewer.role}', created_at = '${viewer.createdAt}' where id = '${viewer.id}';
  `);
}

/** Writes rows, past the program. The viewer is there already. */
export async function insert(driver: Driver, rows: Rows, viewer: UserRow): Promise<void> {
  const send = async (text: string, values: readonly object[]) => {
    if (values.length > 0) await driver.query({ name: null, text, values: [JSON.stringify(values)] });
  };
  const from = (columns: string) => `from jsonb_to_recordset($1::jsonb) as row(${columns})`;
  await send(
    `insert into users (id, username, name, role, created_at)
    select id, username, name, role, "createdAt"
    ${from('id uuid, username text, name text, role text, "createdAt" timestamptz')}`,
    rows.users.filter(({ id }) => id !== viewer.id),
  );
  await send(
    `insert into tags (id, slug, name, created_at) select id, slug, name, "createdAt"
    ${from('id uuid, slug text, name text, "createdAt" timestamptz')}`,
    rows.tags,
  );
  await send(
    `insert into posts (id, author_id, slug, title, body, html, excerpt, search_text, reading_time_minutes,
      renderer_version, status, created_at, published_at)
    select id, "authorId", id::text, title, title, title, title, title, 1, 1, status, "createdAt", "publishedAt"
    ${from('id uuid, "authorId" uuid, title text, status text, "createdAt" timestamptz, "publishedAt" timestamptz')}`,
    rows.posts,
  );
  await send(
    `insert into post_tags (post_id, tag_id, status, listed_at)
    select posts.id, "tagId", posts.status, posts.listed_at
    ${from('"postId" uuid, "tagId" uuid')} inner join posts on posts.id = "postId"`,
    rows.posts.flatMap(({ id, tagIds }) => tagIds.map((tagId) => ({ postId: id, tagId }))),
  );
  await send(
    `insert into comments (id, post_id, author_id, parent_id, body, html, renderer_version, created_at)
    select id, "postId", "authorId", "parentId", 'Text', '<p>Text</p>', 1, "createdAt"
    ${from('id uuid, "postId" uuid, "authorId" uuid, "parentId" uuid, "createdAt" timestamptz')}`,
    rows.comments,
  );
  await send(
    `insert into follows (follower_id, followee_id, created_at) select "followerId", "followeeId", "createdAt"
    ${from('"followerId" uuid, "followeeId" uuid, "createdAt" timestamptz')}`,
    rows.follows,
  );
}

/** Deletes rows, past the program. */
export async function remove(driver: Driver, rows: Rows): Promise<void> {
  for (const table of ['comments', 'posts', 'tags', 'users'] as const) {
    const ids = rows[table].map(({ id }) => id);
    await driver.query({
      name: null,
      text: `delete from ${table} where id = any($1::uuid[])`,
      values: [ids],
    });
  }
  for (const { followerId, followeeId } of rows.follows) {
    const text = 'delete from follows where follower_id = $1::uuid and followee_id = $2::uuid';
    await driver.query({ name: null, text, values: [followerId, followeeId] });
  }
}
