import { and, eq, gt, type SQL, sql } from 'drizzle-orm';
import { build, type Queryable, statement, type Transaction, uniqueName } from '../../db/index.ts';
import { auditEvents, credentials, users } from '../../db/tables/index.ts';
import type { Role } from '../../shared/viewer.ts';
import { type Account, userColumns, type UserRow } from '../users/index.ts';

const userForSignIn = statement({
  name: 'user_for_sign_in',
  parameters: { email: 'text' },
  selection: {
    id: users.id,
    suspendedAt: users.suspendedAt,
    passwordHash: credentials.passwordHash,
    passwordSetAt: credentials.updatedAt,
  },
  query: ({ email }, columns) =>
    build
      .select(columns)
      .from(users)
      .innerJoin(credentials, eq(credentials.userId, users.id))
      .where(sql`lower(${users.email}) = lower(${email})`),
});

/** A user with a password. */
export interface UserForSignIn extends StoredPassword {
  readonly id: string;
  readonly suspendedAt: string | null;
}

/** A password as it is stored. */
export interface StoredPassword {
  readonly passwordHash: string;
  /** When it was set, a different time for each password of an account. Hashing it again keeps the time. */
  readonly passwordSetAt: string;
}

/** Who can sign in with an address, and the hash of their password; null when there is nobody, or no password. */
export async function findUserForSignIn(db: Queryable, email: string): Promise<UserForSignIn | null> {
  const [user = null] = await db.run(userForSignIn, { email });
  return user;
}

const isSignInFrom = (network: SQL) =>
  and(
    eq(auditEvents.type, 'SIGNED_IN'),
    gt(auditEvents.at, sql`now() - interval '90 days'`),
    sql`${auditEvents.clientAddress}::inet <<= ${network}::inet`,
  );

const emailSignedInFrom = statement({
  name: 'email_signed_in_from',
  parameters: { email: 'text', network: 'text' },
  selection: { at: auditEvents.at },
  query: ({ email, network }, columns) =>
    build
      .select(columns)
      .from(auditEvents)
      .innerJoin(users, eq(users.id, auditEvents.userId))
      .where(and(sql`lower(${users.email}) = lower(${email})`, isSignInFrom(network)))
      .limit(1),
});

/** Whether the user with this e-mail address has signed in from a network in the last 90 days. */
export async function emailHasSignedInFrom(db: Queryable, email: string, network: string): Promise<boolean> {
  return (await db.run(emailSignedInFrom, { email, network })).length > 0;
}

const userSignedInFrom = statement({
  name: 'user_signed_in_from',
  parameters: { userId: 'uuid', network: 'text' },
  selection: { at: auditEvents.at },
  query: ({ userId, network }, columns) =>
    build
      .select(columns)
      .from(auditEvents)
      .where(and(eq(auditEvents.userId, userId), isSignInFrom(network)))
      .limit(1),
});

/** Whether a user has signed in from a network in the last 90 days. */
export async function userHasSignedInFrom(db: Queryable, userId: string, network: string): Promise<boolean> {
  return (await db.run(userSignedInFrom, { userId, network })).length > 0;
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

const insertPassword = statement({
  name: 'password_insert',
  parameters: { userId: 'uuid', passwordHash: 'text' },
  selection: { userId: credentials.userId },
  query: (values, columns) => build.insert(credentials).values(values).returning(columns),
});

/** Gives a user their first password. @throws {UniqueViolation} when they have one. */
export async function createPassword(tx: Transaction, userId: string, passwordHash: string): Promise<void> {
  await tx.run(insertPassword, { userId, passwordHash });
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
          // Passwords that are set within a millisecond must differ in it.
          updatedAt: sql`greatest(now(), ${credentials.updatedAt} + interval '1 millisecond')`,
          resetAt: sql`excluded.reset_at`,
        },
      })
      .returning(columns),
});

/** Sets the hash of a user's password; `isReset` says that a mailed link was the proof of who sets it. */
export async function setPasswordHash(
  tx: Transaction,
  { user: { id: userId } }: Account,
  passwordHash: string,
  isReset: boolean = false,
): Promise<void> {
  await tx.run(upsertPassword, { userId, passwordHash, isReset });
}

const passwordOf = statement({
  name: 'password_hash',
  parameters: { userId: 'uuid' },
  selection: { passwordHash: credentials.passwordHash, passwordSetAt: credentials.updatedAt },
  query: ({ userId }, columns) =>
    build.select(columns).from(credentials).where(eq(credentials.userId, userId)),
});

/** A user's password; null when they have none. */
export async function findPassword(db: Queryable, userId: string): Promise<StoredPassword | null> {
  const [password = null] = await db.run(passwordOf, { userId });
  return password;
}
