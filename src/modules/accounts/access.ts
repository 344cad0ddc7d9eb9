import type { Queryable, Transaction } from '../../db/index.ts';
import { type AppError, badInputAt, type Issue } from '../../shared/errors.ts';
import { withdraw } from '../outbox/index.ts';
import type { Account } from '../users/index.ts';
import { linkOrderKeys } from './mail-orders.ts';
import { verifyPassword } from './passwords.ts';
import { findPassword } from './repository.ts';
import { revokeSessionsOfUser } from './repository-write.ts';
import { deleteLinks } from './repository-write-links.ts';

/** Withdraws the links that were mailed for an account, and the mails that would bring another one. */
export async function withdrawLinks(tx: Transaction, account: Account): Promise<void> {
  await withdraw(tx, linkOrderKeys(account.user));
  await deleteLinks(tx, account);
}

/**
 * Ends every way into an account that was opened before: its links and its sessions, but for one session that is kept.
 * Answers how many sessions ended.
 */
export async function endAccess(tx: Transaction, account: Account, kept: string | null): Promise<number> {
  await withdrawLinks(tx, account);
  return (await revokeSessionsOfUser(tx, account, kept)).length;
}

/**
 * Answers when the password that somebody knows was set. `refuseOtherPassword` compares it where they act: hashing takes
 * long, and the password may change meanwhile.
 *
 * @throws {AppError} `BAD_USER_INPUT` when this is not the user's password.
 */
export async function provePassword(
  db: Queryable,
  userId: string,
  password: string,
  path: Issue['path'],
): Promise<string> {
  const stored = await findPassword(db, userId);
  if (!(await verifyPassword(stored?.passwordHash ?? null, password)) || stored === null) {
    throw wrongPassword(path);
  }
  return stored.passwordSetAt;
}

/** @throws {AppError} `BAD_USER_INPUT` when the password that was proved is not the account's any more. */
export function refuseOtherPassword(account: Account, provedSetAt: string, path: Issue['path']): void {
  if (account.passwordSetAt !== provedSetAt) throw wrongPassword(path);
}

function wrongPassword(path: Issue['path']): AppError {
  return badInputAt(path, 'wrong', 'This is not the password of the account.');
}
