import { and, eq, sql } from 'drizzle-orm';
import {
  build,
  byId,
  byParent,
  cappedCount,
  countSelection,
  isAnyOf,
  keyset,
  pageParameters,
  type PageShape,
  pageShape,
  pageValues,
  parentId,
  perParent,
  type Queryable,
  statement,
  statementVariants,
} from '../../db/index.ts';
import { follows, users } from '../../db/tables/index.ts';
import type { PageRequest } from '../../shared/pagination/index.ts';
import type { Projection } from '../../shared/projection.ts';
import { userColumns, type UserRow } from '../users/index.ts';

/** A user in a list of followers or followed users, with the time of the follow. */
export type FollowUserRow = UserRow & { readonly followedAt: string };

/** The two sides of a follow, from a user: who follows them, and whom they follow. */
const sides = {
  followers: { own: follows.followeeId, other: follows.followerId },
  following: { own: follows.followerId, other: follows.followeeId },
};

/** Which side of a user's follows a list holds. */
export type FollowSide = keyof typeof sides;

const followUserColumns = { ...userColumns, followedAt: follows.createdAt };

interface FollowPageShape extends PageShape {
  readonly side: FollowSide;
  readonly projection: Projection;
}

const followPage = statementVariants(({ side, projection, ...shape }: FollowPageShape) =>
  statement({
    name: `${side}_page`,
    parameters: { parents: 'uuid[]', ...pageParameters },
    selection: { parentId, ...followUserColumns },
    projection,
    byKeys: true,
    query(parameters, { parentId: _, ...columns }) {
      const { own, other } = sides[side];
      const sort = { key: follows.createdAt, keyType: 'timestamptz', id: other, descending: true } as const;
      const { range, orderBy, limit } = keyset(sort, shape, parameters);
      const page = build
        .select(columns)
        .from(follows)
        .innerJoin(users, eq(users.id, other))
        .where(and(sql`${own} = parent.id`, range))
        .orderBy(...orderBy)
        .limit(limit);
      return perParent(parameters.parents, page);
    },
  }),
);

/** One page of followers, or followed users, for each user: the latest first. */
export async function pageOfFollows(
  db: Queryable,
  side: FollowSide,
  ids: readonly string[],
  page: PageRequest,
  projection: Projection,
): Promise<FollowUserRow[][]> {
  const shape = Object.assign({ side, projection }, pageShape(page));
  return byParent(ids, await db.run(followPage(shape), Object.assign({ parents: ids }, pageValues(page))));
}

const followListCount = statementVariants(({ side }: { side: FollowSide }) =>
  statement({
    name: `${side}_list_count`,
    parameters: { parents: 'uuid[]' },
    selection: { id: sql<string>`id`.as('id'), ...countSelection },
    byIndexes: true,
    query: ({ parents }) =>
      perParent(
        parents,
        cappedCount(build.select({ one: sql`1` }).from(follows).where(sql`${sides[side].own} = parent.id`)),
      ),
  }),
);

/** The number of followers, or followed users, of each user, up to one more than a list ever shows. */
export async function listCountsOfFollows(
  db: Queryable,
  side: FollowSide,
  ids: readonly string[],
): Promise<number[]> {
  return byId(ids, await db.run(followListCount({ side }), { parents: ids })).map((row) => row?.count ?? 0);
}

const followCount = statementVariants(({ side }: { side: FollowSide }) =>
  statement({
    name: `${side}_count`,
    parameters: { ids: 'uuid[]' },
    selection: { id: sides[side].own, count: sql<number>`count(*)::integer`.as('count') },
    byIndexes: true,
    query: ({ ids }, columns) =>
      build.select(columns).from(follows).where(isAnyOf(sides[side].own, ids)).groupBy(sides[side].own),
  }),
);

/** The number of followers, or followed users, of each user. */
export async function countsOfFollows(
  db: Queryable,
  side: FollowSide,
  ids: readonly string[],
): Promise<number[]> {
  return byId(ids, await db.run(followCount({ side }), { ids })).map((row) => row?.count ?? 0);
}

const followedUsers = statement({
  name: 'followed_users',
  parameters: { followerId: 'uuid', ids: 'uuid[]' },
  selection: { parentId, id: follows.followeeId },
  // One look for each user, however many users the follower follows.
  byKeys: true,
  query: ({ followerId, ids }, { id }) =>
    perParent(
      ids,
      build
        .select({ id })
        .from(follows)
        .where(and(eq(follows.followerId, followerId), sql`${follows.followeeId} = parent.id`))
        .limit(1),
    ),
});

/** Whether a user follows each of these users. */
export async function areFollowed(
  db: Queryable,
  followerId: string,
  ids: readonly string[],
): Promise<boolean[]> {
  return byId(ids, await db.run(followedUsers, { followerId, ids })).map((row) => row !== null);
}
