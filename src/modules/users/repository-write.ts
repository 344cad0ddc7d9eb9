import { and, eq, lt, sql } from 'drizzle-orm';
import { build, statement, type Transaction } from '../../db/index.ts';
import { users } from '../../db/tables/index.ts';
import type { Role, RoleDecision } from '../../shared/viewer.ts';
import { userColumns, type UserRow } from './columns.ts';
import type { Account } from './repository-write-lock.ts';

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

export type UserProfile = Pick<UserRow, 'username' | 'name' | 'bio' | 'avatarUrl'>;

/** @throws {UniqueViolation} when the username is taken. */
export async function updateUserProfile(
  tx: Transaction,
  { user: { id } }: Account,
  profile: UserProfile,
): Promise<UserRow> {
  const [user] = await tx.run(updateUser, { ...profile, id });
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

export async function updateUserRole(
  tx: Transaction,
  { user: { id } }: Account,
  role: Role,
): Promise<UserRow> {
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
  { user: { id } }: Account,
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
  { user: { id } }: Account,
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
export async function deleteUserRow(tx: Transaction, { user: { id } }: Account): Promise<void> {
  await tx.run(deleteById, { id });
}
