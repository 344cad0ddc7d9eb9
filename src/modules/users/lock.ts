import type { Transaction } from '../../db/index.ts';
import { AppError, conflict, forbidden, notFound } from '../../shared/errors.ts';
import { operator, signedIn, type Viewer } from '../../shared/viewer.ts';
import { mayWithUser, type UserAction } from './policy.ts';
import { type Account, lockAccounts } from './repository-write-lock.ts';

/** Locks a user's account without a viewer; null if there is no such user. */
export async function lockAccount(tx: Transaction, userId: string): Promise<Account | null> {
  const { accounts } = await lockAccounts(tx, [userId]);
  return accounts[0] ?? null;
}

/**
 * Locks the viewer's account. Their session was read when the request began, and may have ended since.
 *
 * @throws {AppError} `UNAUTHENTICATED` when the viewer may no longer act.
 */
export async function lockViewer(tx: Transaction, viewer: Viewer): Promise<Account> {
  const { accounts } = await lockAccounts(tx, [signedIn(viewer).id], { viewer });
  return current(accounts[0]);
}

/** What is done to a user. */
export interface UserChange {
  readonly action: UserAction;
  readonly id: string;
  /** Whether it may cost them the rights of an administrator, which the last one keeps. */
  readonly sparesLastAdmin?: boolean;
}

/**
 * Locks the account of a user whom the viewer may do this to. The viewer's is locked with it, so that nobody acts with
 * rights that they have just lost.
 *
 * @throws {AppError} `UNAUTHENTICATED`, `NOT_FOUND`, `FORBIDDEN`, or `CONFLICT` when no administrator would be left.
 */
export async function lockUser(
  tx: Transaction,
  viewer: Viewer,
  { action, id, sparesLastAdmin = false }: UserChange,
): Promise<Account> {
  const asker = signedIn(viewer);
  const { accounts, activeAdmins } = await lockAccounts(tx, [id, asker.id], {
    viewer,
    withAdmins: sparesLastAdmin,
  });
  const [account, own] = accounts;
  const role = asker.id === operator.id ? operator.role : current(own).user.role;
  if (account == null) throw notFound('user');
  if (!mayWithUser({ ...asker, role }, action, account.user)) {
    throw forbidden('Only the user and administrators may do this.');
  }
  if (sparesLastAdmin && isLastAdmin(activeAdmins, id)) {
    throw conflict('This is the last administrator. Make another one first.');
  }
  return account;
}

/** Whether a user is the only one of the administrators who can act. */
export function isLastAdmin(activeAdmins: readonly string[], id: string): boolean {
  return activeAdmins.length === 1 && activeAdmins[0] === id;
}

function current(account: Account | null | undefined): Account {
  if (account?.isViewer !== true) throw new AppError('UNAUTHENTICATED', 'The session has ended.');
  return account;
}
