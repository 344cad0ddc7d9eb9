import { badInputAt } from '../../shared/errors.ts';
import { parseInput } from '../../shared/validation.ts';
import { signedIn } from '../../shared/viewer.ts';
import { recordSecurityEvent } from '../audit/index.ts';
import {
  type Account,
  changeUser,
  deleteUserRow,
  lockUser,
  type ServiceContext,
  updateUserSuspension,
  type UserRow,
} from '../users/index.ts';
import { endAccess, provePassword, refuseOtherPassword } from './access.ts';
import { enteredPassword } from './input.ts';
import type { AccountServices } from './service.ts';

/**
 * Ends all sessions and links of a user, who cannot sign in until they are reinstated.
 *
 * @throws {AppError} `CONFLICT` when no administrator would be left.
 */
export function suspendUser(context: ServiceContext, id: string): Promise<UserRow> {
  return changeUser(context, { action: 'manage', id, sparesLastAdmin: true }, async (tx, account) => {
    await endAccess(tx, account, null);
    await recordSecurityEvent(tx, context, { type: 'USER_SUSPENDED', userId: id, details: {} });
    return updateUserSuspension(tx, account, true);
  });
}

/** Lets a user sign in again. */
export function reinstateUser(context: ServiceContext, id: string): Promise<UserRow> {
  return changeUser(context, { action: 'manage', id }, async (tx, account) => {
    await recordSecurityEvent(tx, context, { type: 'USER_REINSTATED', userId: id, details: {} });
    return updateUserSuspension(tx, account, false);
  });
}

/**
 * Erases the user and all they made. The answer is the row as it was. Users erase themselves with their password or soon
 * after they signed in: a session that somebody found open is not enough.
 *
 * @throws {AppError} `BAD_USER_INPUT` when the password is wrong, or needed and not there; `CONFLICT` when no
 * administrator would be left; `RATE_LIMITED`.
 */
export async function deleteUser(
  context: ServiceContext,
  { limits }: AccountServices,
  id: string,
  password: string | null,
): Promise<UserRow> {
  const { db, viewer } = context;
  const isOwn = signedIn(viewer).id === id;
  const path = ['password'];
  const entered = isOwn && password !== null ? parseInput(enteredPassword, password, path) : null;
  const provedSetAt =
    entered === null ? null : await limits.password(context, () => provePassword(db, id, entered, path));
  return db.transaction(async (tx) => {
    const account = await lockUser(tx, viewer, { action: 'delete', id, sparesLastAdmin: true });
    if (provedSetAt !== null) refuseOtherPassword(account, provedSetAt, path);
    else if (isOwn) refuseStale(account, path);
    await endAccess(tx, account, null);
    await recordSecurityEvent(tx, context, { type: 'USER_DELETED', userId: id, details: {} });
    await deleteUserRow(tx, account);
    tx.record({ type: 'user', action: 'deleted', id });
    return account.user;
  });
}

/** @throws {AppError} `BAD_USER_INPUT` when the account has a password, and its viewer signed in a while ago. */
function refuseStale({ passwordSetAt, isFresh }: Account, path: string[]): void {
  if (passwordSetAt === null || isFresh) return;
  throw badInputAt(path, 'required', 'Give the password of the account, or sign in again first.');
}
