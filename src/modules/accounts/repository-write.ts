import { and, eq, isNull, sql } from 'drizzle-orm';
import { build, type Queryable, statement, type Transaction } from '../../db/index.ts';
import { refreshTokens, sessions } from '../../db/tables/index.ts';
import { type Account, isActiveSession } from '../users/index.ts';
import { sessionColumns, type SessionRow } from './repository-sessions.ts';

const insertSession = statement({
  name: 'session_insert',
  parameters: {
    id: 'uuid',
    userId: 'uuid',
    device: 'text',
    seconds: 'integer',
    refreshHash: 'text',
    renewedHash: 'text',
  },
  selection: { expiresAt: sessions.expiresAt },
  query: ({ id, userId, device, seconds, refreshHash, renewedHash }) => sql`
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
      used as (
        update credentials set reset_at = null, password_hash = coalesce(${renewedHash}, password_hash)
        where user_id = ${userId} and ${refreshHash} is not null
          and (reset_at is not null or ${renewedHash} is not null)
      )
    select expires_at from made`,
});

/** A session that begins, and ends after so many seconds. */
export interface NewSession {
  readonly id: string;
  readonly device: string | null;
  readonly seconds: number;
  /** Null for a session that cannot be refreshed. */
  readonly refreshHash: string | null;
  /** Another hash of the same password, stored in place of the old one; null keeps that. */
  readonly renewedHash: string | null;
}

/** Begins a session, forgets the user's sessions that have ended, and answers when it ends. */
export async function createSession(
  tx: Transaction,
  { user: { id: userId } }: Account,
  session: NewSession,
): Promise<string> {
  const [row] = await tx.run(insertSession, { ...session, userId });
  return (row as { expiresAt: string }).expiresAt;
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

const activeToken = statement({
  name: 'refresh_token_active',
  parameters: { hash: 'text', userId: 'uuid' },
  selection: {
    sessionId: sessions.id,
    salt: refreshTokens.salt,
    isRecent:
      sql<boolean>`coalesce(used_at > now() - interval '${sql.raw(String(grace))} seconds', false)`.as(
        'is_recent',
      ),
  },
  query: ({ hash, userId }, columns) =>
    build
      .select(columns)
      .from(refreshTokens)
      .innerJoin(sessions, eq(sessions.id, refreshTokens.sessionId))
      .where(and(eq(refreshTokens.hash, hash), eq(sessions.userId, userId), isActiveSession)),
});

/** A refresh token of a session that has not ended. */
export interface ActiveRefreshToken {
  readonly sessionId: string;
  /** What its successor was made with; null when it was not used yet. */
  readonly salt: string | null;
  /** Whether it was used only just now. */
  readonly isRecent: boolean;
}

/** Finds the token of an active session; null if the token is unknown or the session has ended. */
export async function findActiveRefreshToken(
  tx: Transaction,
  { user: { id: userId } }: Account,
  hash: string,
): Promise<ActiveRefreshToken | null> {
  const [token = null] = await tx.run(activeToken, { hash, userId });
  return token;
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
      .where(and(eq(sessions.userId, userId), eq(sessions.id, sessionId), isActiveSession))
      .returning(columns),
});

/** Ends a session of a user; null when it has ended, or is not theirs. */
export async function revokeSessionOfUser(
  tx: Transaction,
  { user: { id: userId } }: Account,
  sessionId: string,
): Promise<SessionRow | null> {
  const [session = null] = await tx.run(revokeOne, { userId, sessionId });
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
      .where(and(eq(sessions.userId, userId), sql`${sessions.id} is distinct from ${kept}`, isActiveSession))
      .returning(columns),
});

/** Ends the sessions of a user, but for one that is kept, and answers them; null keeps none. */
export function revokeSessionsOfUser(
  tx: Transaction,
  { user: { id: userId } }: Account,
  kept: string | null,
): Promise<SessionRow[]> {
  return tx.run(revokeAll, { userId, kept });
}
