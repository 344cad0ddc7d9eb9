import { type Database, type Transaction, UniqueViolation } from '../../db/index.ts';
import { conflict } from '../../shared/errors.ts';
import { parseInput } from '../../shared/validation.ts';
import type { Role, RoleDecision, SignedInViewer } from '../../shared/viewer.ts';
import { type Actor, recordSecurityEvent } from '../audit/index.ts';
import type { UserRow } from './columns.ts';
import { userChanges } from './input.ts';
import { isLastAdmin, lockUser, type UserChange } from './lock.ts';
import { type Account, lockAccounts } from './repository-write-lock.ts';
import { updateUserProfile, updateUserRole, updateUserRoleAsOf } from './repository-write.ts';

/** Who asks, and the database. */
export interface ServiceContext extends Actor {
  readonly db: Database;
}

export async function updateUser(context: ServiceContext, id: string, input: unknown): Promise<UserRow> {
  const changes = parseInput(userChanges, input);
  try {
    return await changeUser(context, { action: 'update', id }, (tx, account) => {
      const { user } = account;
      return updateUserProfile(tx, account, {
        name: changes.name ?? user.name,
        username: changes.username ?? user.username,
        bio: changes.bio === undefined ? user.bio : changes.bio,
        avatarUrl: changes.avatarUrl === undefined ? user.avatarUrl : changes.avatarUrl,
      });
    });
  } catch (error) {
    throw usernameConflict(error);
  }
}

/** @throws {AppError} `CONFLICT` when no administrator would be left. */
export function setUserRole(context: ServiceContext, id: string, role: Role): Promise<UserRow> {
  const change: UserChange = { action: 'manage', id, sparesLastAdmin: role !== 'ADMIN' };
  return changeUser(context, change, async (tx, account) => {
    const details = { from: account.user.role, to: role };
    await recordSecurityEvent(tx, context, { type: 'ROLE_CHANGED', userId: id, details });
    return updateUserRole(tx, account, role);
  });
}

/**
 * Gives the viewer the role that their issuer decided. A newer decision stays, and so does the last administrator.
 *
 * @returns the role that the viewer has then; null when they may no longer act.
 */
export function applyRoleDecision(
  context: ServiceContext,
  viewer: SignedInViewer,
  decision: RoleDecision,
): Promise<Role | null> {
  const { id } = viewer;
  return context.db.transaction(async (tx) => {
    const { accounts, activeAdmins } = await lockAccounts(tx, [id], { viewer, withAdmins: true });
    const [account] = accounts;
    if (account?.isViewer !== true) return null;
    const from = account.user.role;
    if (decision.role !== 'ADMIN' && isLastAdmin(activeAdmins, id)) return from;
    const decided = await updateUserRoleAsOf(tx, account, decision);
    if (decided === null || decided.role === from) return from;
    const details = { from, to: decided.role };
    await recordSecurityEvent(tx, context, { type: 'ROLE_CHANGED', userId: id, details });
    tx.record({ type: 'user', action: 'updated', id });
    return decided.role;
  });
}

/** A username that is taken, as a conflict; any other error stays as it is. */
export function usernameConflict(error: unknown): unknown {
  if (!(error instanceof UniqueViolation) || error.constraint !== 'users_username_key') return error;
  const message = 'This username is taken.';
  return conflict(message, [{ path: ['input', 'username'], code: 'taken', message }]);
}

/** Changes a user whom the viewer may do this to, in a transaction. */
export function changeUser(
  { db, viewer }: ServiceContext,
  change: UserChange,
  write: (tx: Transaction, account: Account) => Promise<UserRow>,
): Promise<UserRow> {
  return db.transaction(async (tx) => {
    const changed = await write(tx, await lockUser(tx, viewer, change));
    tx.record({ type: 'user', action: 'updated', id: change.id });
    return changed;
  });
}
