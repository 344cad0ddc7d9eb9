import { and, eq, sql } from 'drizzle-orm';
import {
  build,
  byId,
  isAnyOf,
  parentId,
  perParent,
  type Queryable,
  statement,
  type Transaction,
} from '../../db/index.ts';
import { likes } from '../../db/tables/index.ts';

/** Who likes which post. */
export interface Like {
  readonly postId: string;
  readonly userId: string;
}

const likeCountsByPosts = statement({
  name: 'like_counts_by_posts',
  parameters: { ids: 'uuid[]' },
  selection: { id: likes.postId, count: sql<number>`count(*)::integer`.as('count') },
  byIndexes: true,
  query: ({ ids }, columns) =>
    build.select(columns).from(likes).where(isAnyOf(likes.postId, ids)).groupBy(likes.postId),
});

/** How many users like each of these posts. */
export async function likeCountsOfPosts(db: Queryable, ids: readonly string[]): Promise<number[]> {
  return byId(ids, await db.run(likeCountsByPosts, { ids })).map((row) => row?.count ?? 0);
}

const likedPosts = statement({
  name: 'liked_posts',
  parameters: { userId: 'uuid', ids: 'uuid[]' },
  selection: { parentId, id: likes.postId },
  // One look for each post, however many posts the user likes.
  byKeys: true,
  query: ({ userId, ids }, { id }) =>
    perParent(
      ids,
      build
        .select({ id })
        .from(likes)
        .where(and(sql`${likes.postId} = parent.id`, eq(likes.userId, userId)))
        .limit(1),
    ),
});

/** Whether a user likes each of these posts. */
export async function areLiked(db: Queryable, userId: string, ids: readonly string[]): Promise<boolean[]> {
  return byId(ids, await db.run(likedPosts, { userId, ids })).map((row) => row !== null);
}

const insertLike = statement({
  name: 'like_insert',
  parameters: { postId: 'uuid', userId: 'uuid' },
  selection: { postId: likes.postId },
  query: (values, columns) => build.insert(likes).values(values).onConflictDoNothing().returning(columns),
});

/** Whether the like is new. */
export async function createLikeRow(tx: Transaction, like: Like): Promise<boolean> {
  const inserted = await tx.run(insertLike, like);
  return inserted.length > 0;
}

const deleteLike = statement({
  name: 'like_delete',
  parameters: { postId: 'uuid', userId: 'uuid' },
  selection: { postId: likes.postId },
  query: ({ postId, userId }, columns) =>
    build
      .delete(likes)
      .where(and(eq(likes.postId, postId), eq(likes.userId, userId)))
      .returning(columns),
});

/** Whether there was such a like. */
export async function deleteLikeRow(tx: Transaction, like: Like): Promise<boolean> {
  const deleted = await tx.run(deleteLike, like);
  return deleted.length > 0;
}
