import { type Database, type Transaction, UniqueViolation } from '../../db/index.ts';
import { conflict, forbidden, notFound } from '../../shared/errors.ts';
import { parseInput } from '../../shared/validation.ts';
import { type Role, type RoleDecision, signedIn, type Viewer } from '../../shared/viewer.ts';
import { type Actor, recordSecurityEvent } from '../audit/index.ts';
import type { UserRow } from './columns.ts';
import { userChanges } from './input.ts';
import { mayWithUser, type UserAction } from './policy.ts';
import {
  deleteUserById,
  lockActiveAdmins,
  lockUserById,
  updateUserProfile,
  updateUserRole,
  updateUserRoleAsOf,
  updateUserSuspension,
} from './repository-write.ts';

/** Who asks, and the database. */
export interface ServiceContext extends Actor {
  readonly db: Database;
}

export async function updateUser(context: ServiceContext, id: string, input: unknown): Promise<UserRow> {
  const changes = parseInput(userChanges, input);
  try {
    return await changeUser(context, 'update', id, async (tx, user) =>
      updateUserProfile(tx, {
        id,
        name: changes.name ?? user.name,
        username: changes.username ?? user.username,
        bio: changes.bio === undefined ? user.bio : changes.bio,
        avatarUrl: changes.avatarUrl === undefined ? user.avatarUrl : changes.avatarUrl,
      }),
    );
  } catch (error) {
    throw usernameConflict(error);
  }
}

/** @throws {AppError} `CONFLICT` when no administrator would be left. */
export function setUserRole(context: ServiceContext, id: string, role: Role): Promise<UserRow> {
  const change = async (tx: Transaction, user: UserRow): Promise<UserRow> => {
    const details = { from: user.role, to: role };
    await recordSecurityEvent(tx, context, { type: 'ROLE_CHANGED', userId: id, details });
    return updateUserRole(tx, id, role);
  };
  return changeUser(context, 'manage', id, change, role === 'ADMIN' ? allowedUser : spareableUser);
}

/**
 * Gives a user the role that another issuer decided. A newer decision stays, and so does the last administrator.
 *
 * @returns the role that the user has then; null when there is no such user.
 */
export function applyRoleDecision(
  context: ServiceContext,
  id: string,
  decision: RoleDecision,
): Promise<Role | null> {
  return context.db.transaction(async (tx) => {
    const admins = await lockActiveAdmins(tx);
    const user = await lockUserById(tx, id);
    if (user === null) return null;
    if (decision.role !== 'ADMIN' && isOnly(admins, id)) return user.role;
    const decided = await updateUserRoleAsOf(tx, id, decision);
    if (decided === null || decided.role === user.role) return user.role;
    const details = { from: user.role, to: decided.role };
    await recordSecurityEvent(tx, context, { type: 'ROLE_CHANGED', userId: id, details });
    tx.record({ type: 'user', action: 'updated', id });
    return decided.role;
  });
}

/** @throws {AppError} `CONFLICT` when no administrator would be left. */
export function suspendUser(context: ServiceContext, id: string): Promise<UserRow> {
  const change = async (tx: Transaction): Promise<UserRow> => {
    await recordSecurityEvent(tx, context, { type: 'USER_SUSPENDED', userId: id, details: {} });
    return updateUserSuspension(tx, id, true);
  };
  return changeUser(context, 'manage', id, change, spareableUser);
}

export function reinstateUser(context: ServiceContext, id: string): Promise<UserRow> {
  return changeUser(context, 'manage', id, async (tx) => {
    await recordSecurityEvent(tx, context, { type: 'USER_REINSTATED', userId: id, details: {} });
    return updateUserSuspension(tx, id, false);
  });
}

/**
 * Erases the user and all they made. The answer is the row as it was.
 *
 * @throws {AppError} `CONFLICT` when no administrator would be left.
 */
export async function deleteUser(context: ServiceContext, id: string): Promise<UserRow> {
  const { db, viewer } = context;
  return db.transaction(async (tx) => {
    const user = await spareableUser(tx, viewer, 'delete', id);
    await recordSecurityEvent(tx, context, { type: 'USER_DELETED', userId: id, details: {} });
    await deleteUserById(tx, id);
    tx.record({ type: 'user', action: 'deleted', id });
    return user;
  });
}

/** A username that is taken, as a conflict; any other error stays as it is. */
export function usernameConflict(error: unknown): unknown {
  if (!(error instanceof UniqueViolation) || error.constraint !== 'users_username_key') return error;
  const message = 'This username is taken.';
  return conflict(message, [{ path: ['input', 'username'], code: 'taken', message }]);
}

function changeUser(
  { db, viewer }: ServiceContext,
  action: UserAction,
  id: string,
  change: (tx: Transaction, user: UserRow) => Promise<UserRow>,
  lock = allowedUser,
): Promise<UserRow> {
  return db.transaction(async (tx) => {
    const changed = await change(tx, await lock(tx, viewer, action, id));
    tx.record({ type: 'user', action: 'updated', id });
    return changed;
  });
}

/** The user, kept from changing until the transaction ends, to whom the viewer may do this. */
async function allowedUser(
  tx: Transaction,
  viewer: Viewer,
  action: UserAction,
  id: string,
): Promise<UserRow> {
  const user = await lockUserById(tx, id);
  if (user === null) throw notFound('user');
  if (!mayWithUser(signedIn(viewer), action, user)) {
    throw forbidden('Only the user and administrators may do this.');
  }
  return user;
}

/**
 * The same for what costs a user the rights of an administrator. Administrators are locked before the user and in one
 * order, or those who do this to each other at once would wait for each other.
 *
 * @throws {AppError} `CONFLICT` when no administrator would be left.
 */
async function spareableUser(
  tx: Transaction,
  viewer: Viewer,
  action: UserAction,
  id: string,
): Promise<UserRow> {
  const admins = await lockActiveAdmins(tx);
  const user = await allowedUser(tx, viewer, action, id);
  if (isOnly(admins, user.id)) {
    throw conflict('This is the last administrator. Make another one first.');
  }
  return user;
}

function isOnly(ids: readonly string[], id: string): boolean {
  return ids.length === 1 && ids[0] === id;
}
