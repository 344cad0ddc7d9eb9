import { and, eq, isNull, sql } from 'drizzle-orm';
import { build, type Queryable, statement, type Transaction } from '../../db/index.ts';
import { refreshTokens, sessions, users } from '../../db/tables/index.ts';
import { userColumns, type UserRow } from '../users/index.ts';
import { isActive, sessionColumns, type SessionRow } from './repository-sessions.ts';

const insertSession = statement({
  name: 'session_insert',
  parameters: { id: 'uuid', userId: 'uuid', device: 'text', seconds: 'integer', refreshHash: 'text' },
  selection: {
    expiresAt: sessions.expiresAt,
    isFirstAfterReset: sql<boolean>`is_first_after_reset`.as('is_first_after_reset'),
  },
  query: ({ id, userId, device, seconds, refreshHash }) => sql`
    with ended as (
        delete from sessions where user_id = ${userId} and (expires_at <= now() or revoked_at is not null)
      ),
      made as (
        insert into sessions (id, user_id, device, expires_at)
        values (${id}, ${userId}, ${device}, now() + make_interval(secs => ${seconds}))
        returning expires_at
      ),
      token as (
        insert into refresh_tokens (hash, session_id)
        select ${refreshHash}, ${id} where ${refreshHash} is not null
      ),
      first as (
        update credentials set reset_at = null
        where user_id = ${userId} and reset_at is not null and ${refreshHash} is not null
        returning user_id
      )
    select expires_at, exists (select from first) as is_first_after_reset from made`,
});

/** A session that begins, and ends after so many seconds. */
export interface NewSession {
  readonly id: string;
  readonly userId: string;
  readonly device: string | null;
  readonly seconds: number;
  /** Null for a session that cannot be refreshed. */
  readonly refreshHash: string | null;
}

/**
 * Begins a session, and forgets the user's sessions that have ended. Answers when it ends, and whether it is the first
 * sign-in with a password that was reset.
 */
export async function createSession(
  db: Queryable,
  session: NewSession,
): Promise<{ readonly expiresAt: string; readonly isFirstAfterReset: boolean }> {
  const [row] = await db.run(insertSession, session);
  return row as NonNullable<typeof row>;
}

/** For so long a used refresh token is answered as before, in seconds. */
const grace = 10;

const userOfToken = statement({
  name: 'refresh_token_user',
  parameters: { hash: 'text' },
  selection: { userId: sessions.userId },
  query: ({ hash }, columns) =>
    build
      .select(columns)
      .from(refreshTokens)
      .innerJoin(sessions, eq(sessions.id, refreshTokens.sessionId))
      .where(eq(refreshTokens.hash, hash)),
});

/** Whose a refresh token is, good or not; null when there is none. */
export async function findUserOfRefreshToken(db: Queryable, hash: string): Promise<string | null> {
  const [row] = await db.run(userOfToken, { hash });
  return row?.userId ?? null;
}

const lockToken = statement({
  name: 'refresh_token_lock',
  parameters: { hash: 'text' },
  selection: {
    ...userColumns,
    sessionId: sessions.id,
    salt: refreshTokens.salt,
    isRecent:
      sql<boolean>`coalesce(used_at > now() - interval '${sql.raw(String(grace))} seconds', false)`.as(
        'is_recent',
      ),
  },
  query: ({ hash }, columns) =>
    build
      .select(columns)
      .from(refreshTokens)
      .innerJoin(sessions, eq(sessions.id, refreshTokens.sessionId))
      .innerJoin(users, eq(users.id, sessions.userId))
      .where(and(eq(refreshTokens.hash, hash), isActive, isNull(users.suspendedAt)))
      // Two who come with the same token wait for each other, and the second sees what the first did.
      .for('update', { of: [refreshTokens, sessions] }),
});

/** A refresh token of a session that has not ended, with its user. */
export interface LockedRefreshToken {
  readonly sessionId: string;
  readonly user: UserRow;
  /** What its successor was made with; null when it was not used yet. */
  readonly salt: string | null;
  /** Whether it was used only just now. */
  readonly isRecent: boolean;
}

/** The token, kept from being used until the transaction ends; null when it is none, or good for nothing. */
export async function lockRefreshToken(tx: Transaction, hash: string): Promise<LockedRefreshToken | null> {
  const [row] = await tx.run(lockToken, { hash });
  if (row === undefined) return null;
  const { sessionId, salt, isRecent, ...user } = row;
  return { sessionId, salt, isRecent, user };
}

const rotateToken = statement({
  name: 'refresh_token_rotate',
  parameters: { hash: 'text', salt: 'text', next: 'text', sessionId: 'uuid', seconds: 'integer' },
  selection: { expiresAt: sessions.expiresAt },
  query: ({ hash, salt, next, sessionId, seconds }) => sql`
    with used as (update refresh_tokens set used_at = now(), salt = ${salt} where hash = ${hash}),
      made as (insert into refresh_tokens (hash, session_id) values (${next}, ${sessionId}))
    update sessions set last_used_at = now(), expires_at = now() + make_interval(secs => ${seconds})
    where id = ${sessionId}
    returning expires_at`,
});

/** Uses a token up, makes the next one, and answers when the session ends now. */
export async function rotateRefreshToken(
  tx: Transaction,
  rotation: {
    readonly hash: string;
    readonly salt: string;
    /** The hash of the next token. */
    readonly next: string;
    readonly sessionId: string;
    readonly seconds: number;
  },
): Promise<string> {
  const [row] = await tx.run(rotateToken, rotation);
  return (row as { expiresAt: string }).expiresAt;
}

const unusedToken = statement({
  name: 'refresh_token_unused',
  parameters: { hash: 'text' },
  selection: { expiresAt: sessions.expiresAt },
  query: ({ hash }, columns) =>
    build
      .select(columns)
      .from(refreshTokens)
      .innerJoin(sessions, eq(sessions.id, refreshTokens.sessionId))
      .where(and(eq(refreshTokens.hash, hash), isNull(refreshTokens.usedAt))),
});

/** When the session of an unused token ends; null when the token was used. */
export async function findUnusedTokenExpiry(tx: Transaction, hash: string): Promise<string | null> {
  const [row] = await tx.run(unusedToken, { hash });
  return row?.expiresAt ?? null;
}

const revokeOne = statement({
  name: 'session_revoke',
  parameters: { userId: 'uuid', sessionId: 'uuid' },
  selection: sessionColumns,
  query: ({ userId, sessionId }, columns) =>
    build
      .update(sessions)
      .set({ revokedAt: sql`now()` })
      .where(and(eq(sessions.userId, userId), eq(sessions.id, sessionId), isActive))
      .returning(columns),
});

/** Ends a session of a user; null when it has ended, or is not theirs. */
export async function revokeSessionOfUser(
  db: Queryable,
  userId: string,
  sessionId: string,
): Promise<SessionRow | null> {
  const [session = null] = await db.run(revokeOne, { userId, sessionId });
  return session;
}

const revokeAll = statement({
  name: 'sessions_revoke_by_user',
  parameters: { userId: 'uuid', kept: 'uuid' },
  selection: sessionColumns,
  query: ({ userId, kept }, columns) =>
    build
      .update(sessions)
      .set({ revokedAt: sql`now()` })
      .where(and(eq(sessions.userId, userId), sql`${sessions.id} is distinct from ${kept}`, isActive))
      .returning(columns),
});

/** Ends the sessions of a user, but for one that is kept, and answers them; null keeps none. */
export function revokeSessionsOfUser(
  db: Queryable,
  userId: string,
  kept: string | null,
): Promise<SessionRow[]> {
  return db.run(revokeAll, { userId, kept });
}
