import { and, eq, isNull, lt, sql } from 'drizzle-orm';
import { build, statement, type Transaction } from '../../db/index.ts';
import { users } from '../../db/tables/index.ts';
import type { Role, RoleDecision } from '../../shared/viewer.ts';
import { userColumns, type UserRow } from './columns.ts';

const lockUser = statement({
  name: 'user_lock',
  parameters: { id: 'uuid' },
  selection: userColumns,
  query: ({ id }, columns) => build.select(columns).from(users).where(eq(users.id, id)).for('update'),
});

/** The user, kept from changing until the transaction ends; null when there is none. */
export async function lockUserById(tx: Transaction, id: string): Promise<UserRow | null> {
  const [user = null] = await tx.run(lockUser, { id });
  return user;
}

const activeAdmins = statement({
  name: 'users_lock_admins',
  parameters: {},
  selection: { id: users.id },
  query: (_, columns) =>
    build
      .select(columns)
      .from(users)
      .where(and(eq(users.role, sql`'ADMIN'`), isNull(users.suspendedAt)))
      .orderBy(users.id)
      .for('update'),
});

/** The identifiers of the administrators who can act, kept from changing until the transaction ends. */
export async function lockActiveAdmins(tx: Transaction): Promise<string[]> {
  return (await tx.run(activeAdmins, {})).map(({ id }) => id);
}

const updateUser = statement({
  name: 'user_update',
  parameters: { id: 'uuid', username: 'text', name: 'text', bio: 'text', avatarUrl: 'text' },
  selection: userColumns,
  query: ({ id, ...values }, columns) =>
    build
      .update(users)
      .set({ ...values, updatedAt: sql`now()` })
      .where(eq(users.id, id))
      .returning(columns),
});

export type UserProfile = Pick<UserRow, 'id' | 'username' | 'name' | 'bio' | 'avatarUrl'>;

/** @throws {UniqueViolation} when the username is taken. */
export async function updateUserProfile(tx: Transaction, profile: UserProfile): Promise<UserRow> {
  const { id, username, name, bio, avatarUrl } = profile;
  const [user] = await tx.run(updateUser, { id, username, name, bio, avatarUrl });
  return user as UserRow;
}

const setRole = statement({
  name: 'user_set_role',
  parameters: { id: 'uuid', role: 'text' },
  selection: userColumns,
  query: ({ id, role }, columns) =>
    build
      .update(users)
      .set({ role, roleDecidedAt: sql`now()`, updatedAt: sql`now()` })
      .where(eq(users.id, id))
      .returning(columns),
});

export async function updateUserRole(tx: Transaction, id: string, role: Role): Promise<UserRow> {
  const [user] = await tx.run(setRole, { id, role });
  return user as UserRow;
}

const setRoleDecidedAt = statement({
  name: 'user_set_role_decided_at',
  parameters: { id: 'uuid', role: 'text', decidedAt: 'timestamptz' },
  selection: userColumns,
  query: ({ id, role, decidedAt }, columns) =>
    build
      .update(users)
      .set({
        role,
        roleDecidedAt: sql`${decidedAt}`,
        updatedAt: sql`case when ${users.role} = ${role} then ${users.updatedAt} else now() end`,
      })
      .where(and(eq(users.id, id), lt(users.roleDecidedAt, decidedAt)))
      .returning(columns),
});

/** Sets the role that was decided at that time; null when a newer decision is stored. */
export async function updateUserRoleAsOf(
  tx: Transaction,
  id: string,
  { role, decidedAt }: RoleDecision,
): Promise<UserRow | null> {
  const [user = null] = await tx.run(setRoleDecidedAt, { id, role, decidedAt });
  return user;
}

const setSuspended = statement({
  name: 'user_set_suspended',
  parameters: { id: 'uuid', suspended: 'boolean' },
  selection: userColumns,
  query: ({ id, suspended }, columns) =>
    build
      .update(users)
      .set({
        suspendedAt: sql`case when ${suspended} then coalesce(${users.suspendedAt}, now()) end`,
        updatedAt: sql`now()`,
      })
      .where(eq(users.id, id))
      .returning(columns),
});

/** A user who is suspended already keeps the time of it. */
export async function updateUserSuspension(
  tx: Transaction,
  id: string,
  suspended: boolean,
): Promise<UserRow> {
  const [user] = await tx.run(setSuspended, { id, suspended });
  return user as UserRow;
}

const deleteById = statement({
  name: 'user_delete',
  parameters: { id: 'uuid' },
  selection: { id: users.id },
  query: ({ id }, columns) => build.delete(users).where(eq(users.id, id)).returning(columns),
});

/** Deletes the user; foreign keys delete what hangs on them. */
export async function deleteUserById(tx: Transaction, id: string): Promise<void> {
  await tx.run(deleteById, { id });
}
