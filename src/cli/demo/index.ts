import { randomInt } from 'node:crypto';
import { join } from 'node:path';
import type { Database } from '../../db/index.ts';
import { verifyPassword } from '../../modules/accounts/index.ts';
import { findText, keptText } from '../../shared/kept-file.ts';
import type { Role } from '../../shared/viewer.ts';
import { people } from './people.ts';
import { posts } from './posts/index.ts';
import { findUsersByEmails, hasUsers, insertDemo, keepUsersOut } from './repository.ts';
import { demoRows, emailOf } from './rows.ts';

/** The accounts of the demo publication that still have the password that they were made with. */
export interface DemoAccounts {
  readonly password: string;
  /** From the oldest account on. */
  readonly accounts: readonly DemoAccount[];
}

/** Somebody of the demo publication, as they are now. */
export interface DemoAccount {
  /** A UUID. */
  readonly id: string;
  readonly email: string | null;
  readonly name: string;
  readonly role: Role;
}

/**
 * Fills a database that has no users with a small publication, in one transaction. Its accounts share a password,
 * made by chance and kept in the data folder. Answers whether it was done.
 */
export async function fillWithDemo(db: Database, dataFolder: string): Promise<boolean> {
  if (await hasUsers(db)) return false;
  const password = await keptText(passwordFile(dataFolder), makePassword);
  const rows = await demoRows(people, posts, password, Date.now());
  return db.transaction(async (tx) => {
    await keepUsersOut(tx);
    if (await hasUsers(tx)) return false;
    await insertDemo(tx, rows);
    return true;
  });
}

/** The demo accounts of a database; null when there is none that the password in the data folder opens. */
export async function findDemoAccounts(db: Database, dataFolder: string): Promise<DemoAccounts | null> {
  const password = await findText(passwordFile(dataFolder));
  if (password === null) return null;
  const users = await findUsersByEmails(db, people.map(emailOf));
  const open = await Promise.all(users.map(({ passwordHash }) => verifyPassword(passwordHash, password)));
  const accounts = users.filter((_, position) => open[position]);
  return accounts.length === 0 ? null : { password, accounts };
}

function passwordFile(dataFolder: string): string {
  return join(dataFolder, 'demo-password');
}

/** Letters and digits that nobody takes for each other. */
const signs = 'abcdefghjkmnpqrstuvwxyz23456789';

/** Twelve random signs in three groups: 59 bits. */
function makePassword(): string {
  const group = () => Array.from({ length: 4 }, () => signs.charAt(randomInt(signs.length))).join('');
  return [group(), group(), group()].join('-');
}
