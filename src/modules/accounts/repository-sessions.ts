import { and, eq, isNull, type SQL, sql } from 'drizzle-orm';
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
  type RowOf,
  type SortOrder,
  statement,
  statementVariants,
} from '../../db/index.ts';
import { sessions, users } from '../../db/tables/index.ts';
import type { PageRequest } from '../../shared/pagination/index.ts';
import type { SignedInViewer } from '../../shared/viewer.ts';
import type { AccessClaims } from '../tokens/index.ts';
import { isActiveSession } from '../users/index.ts';

/** The columns of a session. */
export const sessionColumns = {
  id: sessions.id,
  device: sessions.device,
  createdAt: sessions.createdAt,
  lastUsedAt: sessions.lastUsedAt,
  expiresAt: sessions.expiresAt,
};

export type SessionRow = RowOf<typeof sessionColumns>;

const sessionViewer = statement({
  name: 'session_viewer',
  parameters: { sessionId: 'uuid', userId: 'uuid' },
  selection: { id: users.id, role: users.role, sessionId: sessions.id },
  byKeys: true,
  query: ({ sessionId, userId }, columns) =>
    build
      .select(columns)
      .from(sessions)
      .innerJoin(users, eq(users.id, sessions.userId))
      .where(
        and(
          eq(sessions.id, sessionId),
          eq(sessions.userId, userId),
          isActiveSession,
          isNull(users.suspendedAt),
        ),
      ),
});

/** Who acts in a session; null when it is over, or the user is suspended or gone. */
export async function findSessionViewer(db: Queryable, claims: AccessClaims): Promise<SignedInViewer | null> {
  const [viewer = null] = await db.run(sessionViewer, claims);
  return viewer;
}

const sessionsByIds = statement({
  name: 'sessions_by_ids',
  parameters: { ids: 'uuid[]', viewerId: 'uuid' },
  selection: sessionColumns,
  byKeys: true,
  query: ({ ids, viewerId }, columns) =>
    build
      .select(columns)
      .from(sessions)
      .where(and(isAnyOf(sessions.id, ids), eq(sessions.userId, viewerId), isActiveSession)),
});

/** The viewer's sessions with these identifiers, in their order; null where there is none. */
export async function findSessionsByIds(
  db: Queryable,
  viewerId: string,
  ids: readonly string[],
): Promise<(SessionRow | null)[]> {
  return byId(ids, await db.run(sessionsByIds, { ids, viewerId }));
}

const newestFirst: SortOrder = {
  key: sessions.createdAt,
  keyType: 'timestamptz',
  id: sessions.id,
  descending: true,
};

/** The sessions of a parent that its viewer sees: their own. */
const isOwn = (viewerId: SQL) =>
  and(sql`${sessions.userId} = parent.id`, sql`parent.id = ${viewerId}`, isActiveSession);

const sessionPage = statementVariants((shape: PageShape) =>
  statement({
    name: 'sessions_page',
    parameters: { parents: 'uuid[]', viewerId: 'uuid', ...pageParameters },
    selection: { parentId, ...sessionColumns },
    byKeys: true,
    query(parameters) {
      const { range, orderBy, limit } = keyset(newestFirst, shape, parameters);
      const page = build
        .select(sessionColumns)
        .from(sessions)
        .where(and(isOwn(parameters.viewerId), range))
        .orderBy(...orderBy)
        .limit(limit);
      return perParent(parameters.parents, page);
    },
  }),
);

/** One page of sessions for each user, the newest first: those of the viewer, and none of others. */
export async function pageOfSessions(
  db: Queryable,
  viewerId: string,
  ids: readonly string[],
  page: PageRequest,
): Promise<SessionRow[][]> {
  const values = Object.assign({ parents: ids, viewerId }, pageValues(page));
  return byParent(ids, await db.run(sessionPage(pageShape(page)), values));
}

const sessionCount = statement({
  name: 'sessions_count',
  parameters: { parents: 'uuid[]', viewerId: 'uuid' },
  selection: { id: sql<string>`id`.as('id'), ...countSelection },
  query: ({ parents, viewerId }) =>
    perParent(parents, cappedCount(build.select({ one: sql`1` }).from(sessions).where(isOwn(viewerId)))),
});

/** The number of sessions of each user that the viewer sees, up to one more than a list ever shows. */
export async function countsOfSessions(
  db: Queryable,
  viewerId: string,
  ids: readonly string[],
): Promise<number[]> {
  return byId(ids, await db.run(sessionCount, { parents: ids, viewerId })).map((row) => row?.count ?? 0);
}
