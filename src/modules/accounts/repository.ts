import { and, eq, gt, isNull, sql } from 'drizzle-orm';
import { build, type Queryable, statement, type Transaction, uniqueName } from '../../db/index.ts';
import { credentials, sessions, users } from '../../db/tables/index.ts';
import type { Role, SignedInViewer } from '../../shared/viewer.ts';
import { userColumns, type UserRow } from '../users/index.ts';
import type { AccessClaims } from './access-tokens.ts';

const sessionViewer = statement({
  name: 'session_viewer',
  parameters: { sessionId: 'uuid', userId: 'uuid' },
  selection: { id: users.id, role: users.role, sessionId: sessions.id },
  query: ({ sessionId, userId }, columns) =>
    build
      .select(columns)
      .from(sessions)
      .innerJoin(users, eq(users.id, sessions.userId))
      .where(
        and(
          eq(sessions.id, sessionId),
          eq(sessions.userId, userId),
          isNull(sessions.revokedAt),
          gt(sessions.expiresAt, sql`now()`),
          isNull(users.suspendedAt),
        ),
      ),
});

/** Who acts in a session; null when it is over, or the user is suspended or gone. */
export async function findSessionViewer(db: Queryable, claims: AccessClaims): Promise<SignedInViewer | null> {
  const [viewer = null] = await db.run(sessionViewer, claims);
  return viewer;
}

const userForSignIn = statement({
  name: 'user_for_sign_in',
  parameters: { email: 'text' },
  selection: { ...userColumns, passwordHash: credentials.passwordHash },
  query: ({ email }, columns) =>
    build
      .select(columns)
      .from(users)
      .innerJoin(credentials, eq(credentials.userId, users.id))
      .where(sql`lower(${users.email}) = lower(${email})`),
});

/** The user with this address and the hash of their password; null when there is none, or no password. */
export async function findUserForSignIn(
  db: Queryable,
  email: string,
): Promise<(UserRow & { passwordHash: string }) | null> {
  const [user = null] = await db.run(userForSignIn, { email });
  return user;
}

const insertSession = statement({
  name: 'session_insert',
  parameters: { id: 'uuid', userId: 'uuid', seconds: 'integer' },
  selection: { id: sessions.id },
  query: ({ id, userId, seconds }, columns) =>
    build
      .insert(sessions)
      .values({ id, userId, expiresAt: sql`now() + make_interval(secs => ${seconds})` })
      .returning(columns),
});

/** Begins a session that ends after so many seconds. */
export async function createSession(
  db: Queryable,
  session: { id: string; userId: string; seconds: number },
): Promise<void> {
  await db.run(insertSession, session);
}

/** A username that nobody has, beginning with the base. */
export const reserveUsername = uniqueName(users.username);

const insertUser = statement({
  name: 'user_insert',
  parameters: {
    id: 'uuid',
    username: 'text',
    name: 'text',
    bio: 'text',
    avatarUrl: 'text',
    email: 'text',
    role: 'text',
  },
  selection: userColumns,
  query: (values, columns) => build.insert(users).values(values).returning(columns),
});

export type NewUser = Pick<UserRow, 'id' | 'username' | 'name' | 'bio' | 'avatarUrl' | 'email'> & {
  role: Role;
};

/** @throws {UniqueViolation} when the username or the e-mail address is taken. */
export async function createUserRow(tx: Transaction, user: NewUser): Promise<UserRow> {
  const [row] = await tx.run(insertUser, user);
  return row as UserRow;
}

const upsertPassword = statement({
  name: 'password_upsert',
  parameters: { userId: 'uuid', passwordHash: 'text' },
  selection: { userId: credentials.userId },
  query: ({ userId, passwordHash }, columns) =>
    build
      .insert(credentials)
      .values({ userId, passwordHash })
      .onConflictDoUpdate({
        target: credentials.userId,
        set: { passwordHash: sql`excluded.password_hash`, updatedAt: sql`now()` },
      })
      .returning(columns),
});

/** Sets the hash of a user's password. */
export async function setPasswordHash(tx: Transaction, userId: string, passwordHash: string): Promise<void> {
  await tx.run(upsertPassword, { userId, passwordHash });
}

const revokeSessions = statement({
  name: 'sessions_revoke_by_user',
  parameters: { userId: 'uuid' },
  selection: { id: sessions.id },
  query: ({ userId }, columns) =>
    build
      .update(sessions)
      .set({ revokedAt: sql`now()` })
      .where(and(eq(sessions.userId, userId), isNull(sessions.revokedAt)))
      .returning(columns),
});

/** Ends all sessions of a user. */
export async function revokeSessionsOfUser(tx: Transaction, userId: string): Promise<void> {
  await tx.run(revokeSessions, { userId });
}
