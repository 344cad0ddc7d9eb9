import { and, eq, type SQL, sql } from 'drizzle-orm';
import { build, byId, isAnyOf, type Queryable, statement, statementVariants } from '../../db/index.ts';
import { comments, posts } from '../../db/tables/index.ts';
import type { Projection } from '../../shared/projection.ts';
import { isPostVisible, type PostScope } from '../posts/index.ts';
import { commentColumns, type CommentRow } from './columns.ts';

/** The condition that keeps a viewer from comments under posts that they may not see. */
export function isVisible(kind: PostScope['kind'], viewerId: SQL): SQL | undefined {
  const isPostSeen = isPostVisible(kind, viewerId);
  if (isPostSeen === undefined) return undefined;
  return sql`exists (select from ${posts} where ${eq(posts.id, comments.postId)} and ${isPostSeen})`;
}

const commentsByIds = statementVariants(
  ({ projection, scope }: { projection: Projection; scope: PostScope['kind'] }) =>
    statement({
      name: 'comments_by_ids',
      parameters: { ids: 'uuid[]', viewerId: 'uuid' },
      selection: commentColumns,
      projection,
      byKeys: true,
      query: ({ ids, viewerId }, columns) =>
        build
          .select(columns)
          .from(comments)
          .where(and(isAnyOf(comments.id, ids), isVisible(scope, viewerId))),
    }),
);

/** The comments with these identifiers that the viewer sees, in their order; null in the place of others. */
export async function findCommentsByIds(
  db: Queryable,
  ids: readonly string[],
  scope: PostScope,
  projection: Projection,
): Promise<(CommentRow | null)[]> {
  const { kind, viewerId } = scope;
  return byId(ids, await db.run(commentsByIds({ projection, scope: kind }), { ids, viewerId }));
}

const commentCountsByPosts = statement({
  name: 'comment_counts_by_posts',
  parameters: { ids: 'uuid[]' },
  selection: { id: comments.postId, count: sql<number>`count(*)::integer`.as('count') },
  byIndexes: true,
  query: ({ ids }, columns) =>
    build.select(columns).from(comments).where(isAnyOf(comments.postId, ids)).groupBy(comments.postId),
});

/** How many comments each of these posts has. */
export async function commentCountsOfPosts(db: Queryable, ids: readonly string[]): Promise<number[]> {
  return byId(ids, await db.run(commentCountsByPosts, { ids })).map((row) => row?.count ?? 0);
}
