import { and, eq, gt, sql } from 'drizzle-orm';
import { build, type Queryable, statement, type Transaction, uniqueName } from '../../db/index.ts';
import { auditEvents, credentials, users } from '../../db/tables/index.ts';
import type { Role } from '../../shared/viewer.ts';
import { userColumns, type UserRow } from '../users/index.ts';

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

const signedInFrom = statement({
  name: 'signed_in_from',
  parameters: { email: 'text', network: 'text' },
  selection: { at: auditEvents.at },
  query: ({ email, network }, columns) =>
    build
      .select(columns)
      .from(auditEvents)
      .innerJoin(users, eq(users.id, auditEvents.userId))
      .where(
        and(
          sql`lower(${users.email}) = lower(${email})`,
          eq(auditEvents.type, 'SIGNED_IN'),
          gt(auditEvents.at, sql`now() - interval '90 days'`),
          sql`${auditEvents.clientAddress}::inet <<= ${network}::inet`,
        ),
      )
      .limit(1),
});

/** Whether the user with this address has signed in from a network in the last 90 days. */
export async function hasSignedInFrom(db: Queryable, email: string, network: string): Promise<boolean> {
  return (await db.run(signedInFrom, { email, network })).length > 0;
}

/** A username that nobody has, beginning with the base. */
export const reserveUsername = uniqueName(users.username, 40);

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
    roleDecidedAt: 'timestamptz',
  },
  selection: userColumns,
  query: ({ roleDecidedAt, ...values }, columns) =>
    build
      .insert(users)
      .values({ ...values, roleDecidedAt: sql`coalesce(${roleDecidedAt}, now())` })
      .returning(columns),
});

export interface NewUser extends Pick<UserRow, 'id' | 'username' | 'name' | 'bio' | 'avatarUrl' | 'email'> {
  readonly role: Role;
  /** When another issuer decided the role; now if it is left out. */
  readonly roleDecidedAt?: string | null;
}

/** @throws {UniqueViolation} when the username or the e-mail address is taken. */
export async function createUserRow(tx: Transaction, user: NewUser): Promise<UserRow> {
  const [row] = await tx.run(insertUser, { ...user, roleDecidedAt: user.roleDecidedAt ?? null });
  return row as UserRow;
}

const upsertPassword = statement({
  name: 'password_upsert',
  parameters: { userId: 'uuid', passwordHash: 'text', isReset: 'boolean' },
  selection: { userId: credentials.userId },
  query: ({ userId, passwordHash, isReset }, columns) =>
    build
      .insert(credentials)
      .values({ userId, passwordHash, resetAt: sql`case when ${isReset} then now() end` })
      .onConflictDoUpdate({
        target: credentials.userId,
        set: {
          passwordHash: sql`excluded.password_hash`,
          updatedAt: sql`now()`,
          resetAt: sql`excluded.reset_at`,
        },
      })
      .returning(columns),
});

/** Sets the hash of a user's password; `isReset` says that a mailed link was the proof of who sets it. */
export async function setPasswordHash(
  tx: Transaction,
  userId: string,
  passwordHash: string,
  isReset: boolean = false,
): Promise<void> {
  await tx.run(upsertPassword, { userId, passwordHash, isReset });
}

const renewPassword = statement({
  name: 'password_renew',
  parameters: { userId: 'uuid', old: 'text', renewed: 'text' },
  selection: { userId: credentials.userId },
  query: ({ userId, old, renewed }, columns) =>
    build
      .update(credentials)
      .set({ passwordHash: sql`${renewed}` })
      .where(and(eq(credentials.userId, userId), eq(credentials.passwordHash, old)))
      .returning(columns),
});

/** Stores another hash of the same password, unless the password was changed meanwhile. */
export async function renewPasswordHash(
  db: Queryable,
  userId: string,
  old: string,
  renewed: string,
): Promise<void> {
  await db.run(renewPassword, { userId, old, renewed });
}

const passwordHashOf = statement({
  name: 'password_hash',
  parameters: { userId: 'uuid' },
  selection: { passwordHash: credentials.passwordHash },
  query: ({ userId }, columns) =>
    build.select(columns).from(credentials).where(eq(credentials.userId, userId)),
});

/** The hash of a user's password; null when they have none. */
export async function findPasswordHash(db: Queryable, userId: string): Promise<string | null> {
  const [row] = await db.run(passwordHashOf, { userId });
  return row?.passwordHash ?? null;
}
