import { and, eq, or, type SQL, sql } from 'drizzle-orm';
import {
  build,
  byId,
  byParent,
  isAnyOf,
  type Queryable,
  statement,
  statementVariants,
} from '../../db/index.ts';
import { postContributors, posts, postTags, tags, users } from '../../db/tables/index.ts';
import type { Projection } from '../../shared/projection.ts';
import { tagColumns, type TagRow } from '../tags/index.ts';
import { userColumns, type UserRow } from '../users/index.ts';
import { isShort, postColumns, type PostRow } from './columns.ts';
import type { PostScope } from './policy.ts';

/** The condition that keeps a viewer from what they may not see. */
export function isVisible(kind: PostScope['kind'], viewerId: SQL): SQL | undefined {
  const published = sql`${posts.status} = 'PUBLISHED'`;
  if (kind === 'all') return undefined;
  return kind === 'published' ? published : or(published, sql`${posts.authorId} = ${viewerId}`);
}

interface PostShape {
  readonly projection: Projection;
  readonly scope: PostScope['kind'];
}

const postsByIds = statementVariants(({ projection, scope }: PostShape) =>
  statement({
    name: 'posts_by_ids',
    parameters: { ids: 'uuid[]', viewerId: 'uuid' },
    selection: postColumns,
    projection,
    byKeys: isShort(projection),
    query: ({ ids, viewerId }, columns) =>
      build
        .select(columns)
        .from(posts)
        .where(and(isAnyOf(posts.id, ids), isVisible(scope, viewerId))),
  }),
);

/** The posts with these identifiers that the viewer sees, in their order; null in the place of others. */
export async function findPostsByIds(
  db: Queryable,
  ids: readonly string[],
  scope: PostScope,
  projection: Projection,
): Promise<(PostRow | null)[]> {
  const { kind, viewerId } = scope;
  return byId(ids, await db.run(postsByIds({ projection, scope: kind }), { ids, viewerId }));
}

const postBySlug = statementVariants(({ projection, scope }: PostShape) =>
  statement({
    name: 'post_by_slug',
    parameters: { slug: 'text', viewerId: 'uuid' },
    selection: postColumns,
    projection,
    byKeys: true,
    query: ({ slug, viewerId }, columns) =>
      build
        .select(columns)
        .from(posts)
        .where(and(eq(posts.slug, slug), isVisible(scope, viewerId))),
  }),
);

export async function findPostBySlug(
  db: Queryable,
  slug: string,
  scope: PostScope,
  projection: Projection,
): Promise<PostRow | null> {
  const { kind, viewerId } = scope;
  const [post = null] = await db.run(postBySlug({ projection, scope: kind }), { slug, viewerId });
  return post;
}

const contributorsByPosts = statementVariants(({ projection }: { projection: Projection }) =>
  statement({
    name: 'contributors_by_posts',
    parameters: { ids: 'uuid[]' },
    selection: { parentId: postContributors.postId, ...userColumns },
    projection,
    byKeys: true,
    query: ({ ids }, columns) =>
      build
        .select(columns)
        .from(postContributors)
        .innerJoin(users, eq(users.id, postContributors.userId))
        .where(isAnyOf(postContributors.postId, ids))
        .orderBy(postContributors.postId, postContributors.position),
  }),
);

/** Who is named beside the authors of these posts. */
export async function contributorsOfPosts(
  db: Queryable,
  ids: readonly string[],
  projection: Projection,
): Promise<UserRow[][]> {
  return byParent(ids, await db.run(contributorsByPosts({ projection }), { ids }));
}

const tagsByPosts = statementVariants(({ projection }: { projection: Projection }) =>
  statement({
    name: 'tags_by_posts',
    parameters: { ids: 'uuid[]' },
    selection: { parentId: postTags.postId, ...tagColumns },
    projection,
    byKeys: true,
    query: ({ ids }, columns) =>
      build
        .select(columns)
        .from(postTags)
        .innerJoin(tags, eq(tags.id, postTags.tagId))
        .where(isAnyOf(postTags.postId, ids))
        .orderBy(postTags.postId, tags.slug),
  }),
);

/** The tags of these posts, by slug. */
export async function tagsOfPosts(
  db: Queryable,
  ids: readonly string[],
  projection: Projection,
): Promise<TagRow[][]> {
  return byParent(ids, await db.run(tagsByPosts({ projection }), { ids }));
}

const postCountsByTags = statement({
  name: 'post_counts_by_tags',
  parameters: { ids: 'uuid[]' },
  selection: { id: postTags.tagId, count: sql<number>`count(*)::integer`.as('count') },
  byIndexes: true,
  query: ({ ids }, columns) =>
    build
      .select(columns)
      .from(postTags)
      .where(and(isAnyOf(postTags.tagId, ids), sql`${postTags.status} = 'PUBLISHED'`))
      .groupBy(postTags.tagId),
});

/** How many published posts carry each of these tags. */
export async function postCountsOfTags(db: Queryable, ids: readonly string[]): Promise<number[]> {
  return byId(ids, await db.run(postCountsByTags, { ids })).map((row) => row?.count ?? 0);
}
