import { and, asc, eq, gt, lt, or, sql } from 'drizzle-orm';
import { build, type Queryable, type RowOf, statement, type Transaction } from '../../db/index.ts';
import { comments, posts } from '../../db/tables/index.ts';
import { rendererVersion } from '../../shared/markdown/index.ts';

const staleCount = statement({
  name: 'rerender_count',
  parameters: {},
  selection: { count: sql<number>`count`.as('count') },
  query: () => sql`
    select (select count(*) from posts where renderer_version < ${rendererVersion}::smallint)::integer +
      (select count(*) from comments where renderer_version < ${rendererVersion}::smallint)::integer`,
});

/** How many posts and comments were rendered by an older version. */
export async function countStale(db: Queryable): Promise<number> {
  const [row] = await db.run(staleCount, {});
  return row?.count ?? 0;
}

const postColumns = { id: posts.id, version: posts.version, body: posts.body };

export type StalePost = RowOf<typeof postColumns>;

const stalePosts = statement({
  name: 'rerender_posts',
  parameters: { after: 'uuid', rows: 'integer' },
  selection: postColumns,
  query: ({ after }, columns) =>
    build
      .select(columns)
      .from(posts)
      .where(and(or(sql`${after} is null`, gt(posts.id, after)), lt(posts.rendererVersion, rendererVersion)))
      .orderBy(asc(posts.id))
      .limit(sql.placeholder('rows')),
});

/** The next posts after an identifier that an older version rendered; null begins with the first. */
export function listStalePosts(db: Queryable, after: string | null, rows: number): Promise<StalePost[]> {
  return db.run(stalePosts, { after, rows });
}

const updatePost = statement({
  name: 'rerender_post',
  parameters: {
    id: 'uuid',
    version: 'integer',
    html: 'text',
    excerpt: 'text',
    searchText: 'text',
    readingTimeMinutes: 'integer',
  },
  selection: { id: posts.id },
  query: ({ id, version, excerpt, ...values }, columns) =>
    build
      .update(posts)
      .set({
        ...values,
        excerpt: sql`case when ${posts.hasOwnExcerpt} then ${posts.excerpt} else ${excerpt} end`,
        rendererVersion,
      })
      .where(and(eq(posts.id, id), eq(posts.version, version), lt(posts.rendererVersion, rendererVersion)))
      .returning(columns),
});

/** What rendering makes of a post. */
export interface RerenderedPost {
  readonly id: string;
  /** The version of the post that was rendered. */
  readonly version: number;
  readonly html: string;
  readonly excerpt: string;
  readonly searchText: string;
  readonly readingTimeMinutes: number;
}

/** Stores what was rendered. @returns False when the post has been changed or deleted since it was read. */
export async function saveRerenderedPost(tx: Transaction, post: RerenderedPost): Promise<boolean> {
  return (await tx.run(updatePost, post)).length > 0;
}

const commentColumns = { id: comments.id, body: comments.body };

export type StaleComment = RowOf<typeof commentColumns>;

const staleComments = statement({
  name: 'rerender_comments',
  parameters: { after: 'uuid', rows: 'integer' },
  selection: commentColumns,
  query: ({ after }, columns) =>
    build
      .select(columns)
      .from(comments)
      .where(
        and(or(sql`${after} is null`, gt(comments.id, after)), lt(comments.rendererVersion, rendererVersion)),
      )
      .orderBy(asc(comments.id))
      .limit(sql.placeholder('rows')),
});

/** The next comments after an identifier that an older version rendered; null begins with the first. */
export function listStaleComments(
  db: Queryable,
  after: string | null,
  rows: number,
): Promise<StaleComment[]> {
  return db.run(staleComments, { after, rows });
}

const updateComment = statement({
  name: 'rerender_comment',
  parameters: { id: 'uuid', body: 'text', html: 'text' },
  selection: { id: comments.id },
  query: ({ id, body, html }, columns) =>
    build
      .update(comments)
      .set({ html, rendererVersion })
      .where(and(eq(comments.id, id), eq(comments.body, body), lt(comments.rendererVersion, rendererVersion)))
      .returning(columns),
});

/** Stores what was rendered. @returns False when the comment has been changed or deleted since it was read. */
export async function saveRerenderedComment(
  tx: Transaction,
  comment: StaleComment & { readonly html: string },
): Promise<boolean> {
  return (await tx.run(updateComment, comment)).length > 0;
}
