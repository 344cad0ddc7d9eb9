import { asc, eq, gt, or, sql } from 'drizzle-orm';
import { build, type Queryable, type RowOf, statement } from '../../db/index.ts';
import { postContributors, posts, postTags, tags, users } from '../../db/tables/index.ts';

const postCount = statement({
  name: 'export_count',
  parameters: {},
  selection: { count: sql<number>`count(*)::int`.as('count') },
  query: (_, columns) => build.select(columns).from(posts),
});

export async function countPosts(db: Queryable): Promise<number> {
  const [row] = await db.run(postCount, {});
  return row?.count ?? 0;
}

const postColumns = {
  id: posts.id,
  slug: posts.slug,
  title: posts.title,
  body: posts.body,
  excerpt: posts.excerpt,
  hasOwnExcerpt: posts.hasOwnExcerpt,
  status: posts.status,
  createdAt: posts.createdAt,
  updatedAt: posts.updatedAt,
  publishedAt: posts.publishedAt,
  author: users.username,
  contributors: sql<string[]>`array(
    select contributor.username
    from ${postContributors} join ${users} as contributor on contributor.id = ${postContributors.userId}
    where ${postContributors.postId} = ${posts.id}
    order by ${postContributors.position})`.as('contributors'),
  tags: sql<string[]>`array(
    select ${tags.name}
    from ${postTags} join ${tags} on ${tags.id} = ${postTags.tagId}
    where ${postTags.postId} = ${posts.id}
    order by ${tags.slug})`.as('tags'),
};

/** A post with all that its file says. Authors and contributors are usernames. */
export type ExportedPost = RowOf<typeof postColumns>;

const postsAfter = statement({
  name: 'export_posts',
  parameters: { after: 'uuid', rows: 'integer' },
  selection: postColumns,
  query: ({ after }, columns) =>
    build
      .select(columns)
      .from(posts)
      .innerJoin(users, eq(users.id, posts.authorId))
      .where(or(sql`${after} is null`, gt(posts.id, after)))
      .orderBy(asc(posts.id))
      .limit(sql.placeholder('rows')),
});

/** The next posts after an identifier, in the order of identifiers; null begins with the first. */
export function listPostsAfter(db: Queryable, after: string | null, rows: number): Promise<ExportedPost[]> {
  return db.run(postsAfter, { after, rows });
}

const authorColumns = {
  username: users.username,
  name: users.name,
  bio: users.bio,
  avatarUrl: users.avatarUrl,
};

/** What is said of an author beside their posts. */
export type ExportedAuthor = RowOf<typeof authorColumns>;

const authorsAfter = statement({
  name: 'export_authors',
  parameters: { after: 'text', rows: 'integer' },
  selection: authorColumns,
  query: ({ after }, columns) =>
    build
      .select(columns)
      .from(users)
      .where(sql`${users.username} > ${after} and (
        exists (select from ${posts} where ${posts.authorId} = ${users.id})
        or exists (select from ${postContributors} where ${postContributors.userId} = ${users.id}))`)
      .orderBy(asc(users.username))
      .limit(sql.placeholder('rows')),
});

/** The next users who wrote a post or are named beside its author, in the order of usernames. */
export function listAuthorsAfter(db: Queryable, after: string, rows: number): Promise<ExportedAuthor[]> {
  return db.run(authorsAfter, { after, rows });
}
