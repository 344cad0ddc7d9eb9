import { and, eq, sql } from 'drizzle-orm';
import {
  build,
  cappedCount,
  countSelection,
  keyset,
  pageParameters,
  type PageShape,
  pageShape,
  pageValues,
  type Queryable,
  statement,
  statementVariants,
} from '../../db/index.ts';
import { follows, posts } from '../../db/tables/index.ts';
import type { PageRequest } from '../../shared/pagination/index.ts';
import type { Projection } from '../../shared/projection.ts';
import { postColumns, type PostRow } from '../posts/index.ts';

/** Whose feed to read, and which page of it. */
export interface Feed {
  readonly followerId: string;
  readonly order: 'PUBLISHED_AT_DESC';
  readonly page: PageRequest;
  readonly projection: Projection;
}

const isPublishedByFollowee = sql`${posts.authorId} = ${follows.followeeId} and ${posts.status} = 'PUBLISHED'`;

/**
 * Reads the page of each followed user off the index, and the posts themselves only for the page that comes of them.
 */
const feedPage = statementVariants(({ projection, ...shape }: PageShape & { projection: Projection }) =>
  statement({
    name: 'feed_page',
    parameters: { followerId: 'uuid', ...pageParameters },
    selection: postColumns,
    projection,
    byIndexes: true,
    query({ followerId, ...parameters }, columns) {
      const { range, orderBy, limit } = keyset(
        { key: posts.listedAt, keyType: 'timestamptz', id: posts.id, descending: true },
        shape,
        parameters,
      );
      const ofFollowee = build
        .select({ id: posts.id, listedAt: posts.listedAt })
        .from(posts)
        .where(and(isPublishedByFollowee, range))
        .orderBy(...orderBy)
        .limit(limit);
      const direction = sql.raw(shape.backwards ? 'asc' : 'desc');
      const page = sql`(
        select listed.id from ${follows} cross join lateral (${ofFollowee}) as listed
        where ${follows.followerId} = ${followerId}
        order by listed.listed_at ${direction}, listed.id ${direction} limit ${limit}) as page`;
      return build
        .select(columns)
        .from(posts)
        .innerJoin(page, sql`page.id = ${posts.id}`)
        .orderBy(...orderBy);
    },
  }),
);

/** One page of the published posts of those whom a user follows. */
export function pageOfFeed(db: Queryable, { followerId, page, projection }: Feed): Promise<PostRow[]> {
  const shape = Object.assign({ projection }, pageShape(page));
  return db.run(feedPage(shape), Object.assign({ followerId }, pageValues(page)));
}

const feedCount = statement({
  name: 'feed_count',
  parameters: { followerId: 'uuid' },
  selection: countSelection,
  byIndexes: true,
  query: ({ followerId }) =>
    cappedCount(
      build
        .select({ one: sql`1` })
        .from(follows)
        .innerJoin(posts, isPublishedByFollowee)
        .where(eq(follows.followerId, followerId)),
    ),
});

/** The number of posts in a feed, up to one more than is ever shown. */
export async function countFeed(db: Queryable, { followerId }: Pick<Feed, 'followerId'>): Promise<number> {
  const [row] = await db.run(feedCount, { followerId });
  return row?.count ?? 0;
}
