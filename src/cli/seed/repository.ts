import { sql } from 'drizzle-orm';
import { type Queryable, type Statement, statement, type Transaction } from '../../db/index.ts';
import { posts, tags } from '../../db/tables/index.ts';
import { rendererVersion } from '../../shared/markdown/index.ts';
import type { SeedComment, SeedFollow, SeedLike } from './reactions.ts';
import type { SeedPost, SeedTag, SeedUser } from './rows.ts';

// Every insert leaves alone what is there already, and answers how many rows it wrote.
const selection = { count: sql<number>`count`.as('count') };

/**
 * Settings of one transaction. A commit that a crash of the server loses is made again by the next run, so that it
 * need not wait for the disk; and long texts are compressed with what is quickest, where the server has it.
 */
const settings = statement({
  name: 'seed_settings',
  parameters: {},
  selection: {},
  query: () => sql`
    select set_config(name, value, true)
    from (values ('synchronous_commit', 'off'), ('default_toast_compression', 'lz4')) as wanted(name, value)
      join pg_settings using (name)
    where enumvals is null or value = any(enumvals)`,
});

export async function hurry(tx: Transaction): Promise<void> {
  await tx.run(settings, {});
}

const insertUsers = statement({
  name: 'seed_users',
  parameters: {
    ids: 'uuid[]',
    usernames: 'text[]',
    names: 'text[]',
    bios: 'text[]',
    roles: 'text[]',
    emails: 'text[]',
    times: 'text[]',
  },
  selection,
  query: ({ ids, usernames, names, bios, roles, emails, times }) => sql`
    with written as (
      insert into users (id, username, name, bio, role, email, role_decided_at, created_at, updated_at)
      select id, username, name, nullif(bio, ''), role, email, at, at, at
      from unnest(${ids}, ${usernames}, ${names}, ${bios}, ${roles}, ${emails}, ${times}::timestamptz[])
        as new(id, username, name, bio, role, email, at)
      on conflict (id) do nothing
      returning 1
    )
    select count(*)::integer from written`,
});

export function insertUserRows(tx: Transaction, rows: readonly SeedUser[]): Promise<number> {
  return count(tx, insertUsers, {
    ids: rows.map(({ id }) => id),
    usernames: rows.map(({ username }) => username),
    names: rows.map(({ name }) => name),
    bios: rows.map(({ bio }) => bio),
    roles: rows.map(({ role }) => role),
    emails: rows.map(({ email }) => email),
    times: rows.map(({ createdAt }) => createdAt),
  });
}

const insertTags = statement({
  name: 'seed_tags',
  parameters: { ids: 'uuid[]', slugs: 'text[]', names: 'text[]', times: 'text[]' },
  selection: { id: tags.id },
  query: ({ ids, slugs, names, times }) => sql`
    insert into tags (id, slug, name, created_at, uncarried_since)
    select id, slug, name, at, at
    from unnest(${ids}, ${slugs}, ${names}, ${times}::timestamptz[]) as new(id, slug, name, at)
    on conflict (slug) do nothing
    returning id`,
});

/** Makes the tags whose slugs no tag has yet, in the order of the slugs, as everybody who makes tags does. */
export async function insertTagRows(tx: Transaction, rows: readonly SeedTag[]): Promise<void> {
  const sorted = rows.toSorted((a, b) => (a.slug < b.slug ? -1 : 1));
  await tx.run(insertTags, {
    ids: sorted.map(({ id }) => id),
    slugs: sorted.map(({ slug }) => slug),
    names: sorted.map(({ name }) => name),
    times: sorted.map(({ createdAt }) => createdAt),
  });
}

const postsByIds = statement({
  name: 'seed_posts_by_ids',
  parameters: { ids: 'uuid[]' },
  selection: { id: posts.id },
  query: ({ ids }) => sql`select id from posts where id = any(${ids})`,
});

/** Which of these posts there are already. */
export async function findPostIds(db: Queryable, ids: readonly string[]): Promise<Set<string>> {
  return new Set((await db.run(postsByIds, { ids })).map(({ id }) => id));
}

const insertPosts = statement({
  name: 'seed_posts',
  parameters: {
    ids: 'uuid[]',
    authorIds: 'uuid[]',
    slugs: 'text[]',
    titles: 'text[]',
    bodies: 'text[]',
    htmls: 'text[]',
    excerpts: 'text[]',
    searchTexts: 'text[]',
    minutes: 'integer[]',
    statuses: 'text[]',
    versions: 'integer[]',
    created: 'text[]',
    updated: 'text[]',
    published: 'text[]',
  },
  selection,
  query: (p) => sql`
    with written as (
      insert into posts (id, author_id, slug, title, body, html, excerpt, search_text, reading_time_minutes,
        renderer_version, status, version, created_at, updated_at, published_at)
      select id, author_id, slug, title, body, html, excerpt, search_text, minutes,
        ${rendererVersion}::smallint, status, version, created_at, updated_at, nullif(published_at, '')::timestamptz
      from unnest(${p.ids}, ${p.authorIds}, ${p.slugs}, ${p.titles}, ${p.bodies}, ${p.htmls}, ${p.excerpts},
        ${p.searchTexts}, ${p.minutes}, ${p.statuses}, ${p.versions}, ${p.created}::timestamptz[],
        ${p.updated}::timestamptz[], ${p.published})
        as new(id, author_id, slug, title, body, html, excerpt, search_text, minutes, status, version, created_at,
          updated_at, published_at)
      on conflict (id) do nothing
      returning 1
    )
    select count(*)::integer from written`,
});

export function insertPostRows(tx: Transaction, rows: readonly SeedPost[]): Promise<number> {
  return count(tx, insertPosts, {
    ids: rows.map(({ id }) => id),
    authorIds: rows.map(({ authorId }) => authorId),
    slugs: rows.map(({ slug }) => slug),
    titles: rows.map(({ title }) => title),
    bodies: rows.map(({ body }) => body),
    htmls: rows.map(({ html }) => html),
    excerpts: rows.map(({ excerpt }) => excerpt),
    searchTexts: rows.map(({ searchText }) => searchText),
    minutes: rows.map(({ readingTimeMinutes }) => readingTimeMinutes),
    statuses: rows.map(({ status }) => status),
    versions: rows.map(({ version }) => version),
    created: rows.map(({ createdAt }) => createdAt),
    updated: rows.map(({ updatedAt }) => updatedAt),
    published: rows.map(({ publishedAt }) => publishedAt),
  });
}

const insertPostTags = statement({
  name: 'seed_post_tags',
  parameters: { postIds: 'uuid[]', slugs: 'text[]' },
  selection,
  query: ({ postIds, slugs }) => sql`
    with written as (
      insert into post_tags (post_id, tag_id, author_id, status, listed_at)
      select posts.id, tags.id, posts.author_id, posts.status, posts.listed_at
      from unnest(${postIds}, ${slugs}) as new(post_id, slug)
        join posts on posts.id = new.post_id
        join tags on tags.slug = new.slug
      on conflict (post_id, tag_id) do nothing
      returning 1
    )
    select count(*)::integer from written`,
});

/** Gives the posts their tags. Author, status and order key come from the row, as it is now. */
export function insertPostTagRows(tx: Transaction, rows: readonly SeedPost[]): Promise<number> {
  const pairs = rows.flatMap(({ id, tags: slugs }) => slugs.map((slug) => ({ id, slug })));
  return count(tx, insertPostTags, {
    postIds: pairs.map(({ id }) => id),
    slugs: pairs.map(({ slug }) => slug),
  });
}

const insertComments = statement({
  name: 'seed_comments',
  parameters: {
    ids: 'uuid[]',
    postIds: 'uuid[]',
    authorIds: 'uuid[]',
    parentIds: 'text[]',
    bodies: 'text[]',
    htmls: 'text[]',
    times: 'text[]',
  },
  selection,
  query: ({ ids, postIds, authorIds, parentIds, bodies, htmls, times }) => sql`
    with written as (
      insert into comments (id, post_id, author_id, parent_id, body, html, renderer_version, created_at, updated_at)
      select id, post_id, author_id, nullif(parent_id, '')::uuid, body, html, ${rendererVersion}::smallint, at, at
      from unnest(${ids}, ${postIds}, ${authorIds}, ${parentIds}, ${bodies}, ${htmls}, ${times}::timestamptz[])
        as new(id, post_id, author_id, parent_id, body, html, at)
      on conflict (id) do nothing
      returning 1
    )
    select count(*)::integer from written`,
});

export function insertCommentRows(tx: Transaction, rows: readonly SeedComment[]): Promise<number> {
  return count(tx, insertComments, {
    ids: rows.map(({ id }) => id),
    postIds: rows.map(({ postId }) => postId),
    authorIds: rows.map(({ authorId }) => authorId),
    parentIds: rows.map(({ parentId }) => parentId),
    bodies: rows.map(({ body }) => body),
    htmls: rows.map(({ html }) => html),
    times: rows.map(({ createdAt }) => createdAt),
  });
}

const insertLikes = statement({
  name: 'seed_likes',
  parameters: { postIds: 'uuid[]', userIds: 'uuid[]', times: 'text[]' },
  selection,
  query: ({ postIds, userIds, times }) => sql`
    with written as (
      insert into likes (post_id, user_id, created_at)
      select * from unnest(${postIds}, ${userIds}, ${times}::timestamptz[])
      on conflict (post_id, user_id) do nothing
      returning 1
    )
    select count(*)::integer from written`,
});

export function insertLikeRows(tx: Transaction, rows: readonly SeedLike[]): Promise<number> {
  return count(tx, insertLikes, {
    postIds: rows.map(({ postId }) => postId),
    userIds: rows.map(({ userId }) => userId),
    times: rows.map(({ createdAt }) => createdAt),
  });
}

const insertFollows = statement({
  name: 'seed_follows',
  parameters: { followerIds: 'uuid[]', followeeIds: 'uuid[]', times: 'text[]' },
  selection,
  query: ({ followerIds, followeeIds, times }) => sql`
    with written as (
      insert into follows (follower_id, followee_id, created_at)
      select * from unnest(${followerIds}, ${followeeIds}, ${times}::timestamptz[])
      on conflict (follower_id, followee_id) do nothing
      returning 1
    )
    select count(*)::integer from written`,
});

export function insertFollowRows(tx: Transaction, rows: readonly SeedFollow[]): Promise<number> {
  return count(tx, insertFollows, {
    followerIds: rows.map(({ followerId }) => followerId),
    followeeIds: rows.map(({ followeeId }) => followeeId),
    times: rows.map(({ createdAt }) => createdAt),
  });
}

const mergeSearchIndex = statement({
  name: 'seed_merge_index',
  parameters: {},
  selection: {},
  query: () => sql`select gin_clean_pending_list('posts_search_index')`,
});

const analyzeTables = statement({
  name: 'seed_analyze',
  parameters: {},
  selection: {},
  query: () => sql`analyze users, tags, follows, posts, post_tags, comments, likes`,
});

/** Merges what is left for the full-text index, and tells the planner what the tables hold now. */
export async function settle(db: Queryable): Promise<void> {
  await db.run(mergeSearchIndex, {});
  await db.run(analyzeTables, {});
}

async function count<Values>(
  tx: Transaction,
  insert: Statement<Values, { count: number }>,
  values: Values,
): Promise<number> {
  const [row] = await tx.run(insert, values);
  return row?.count ?? 0;
}
