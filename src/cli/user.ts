import {
  createUser,
  linkIdentity,
  setPassword as setAccountPassword,
  unlinkIdentity,
} from '../modules/accounts/index.ts';
import {
  parseUserList,
  pageOfUsers,
  setUserRole,
  userProjections,
  type UserRow,
} from '../modules/users/index.ts';
import { toGlobalId } from '../shared/ids.ts';
import { listRequest } from '../shared/pagination/index.ts';
import type { Role } from '../shared/viewer.ts';
import { asOperator, getUser } from './accounts.ts';
import { withDatabase } from './database.ts';
import { CommandError, UsageError } from './failure.ts';
import { type PasswordOptions, readPassword } from './password.ts';
import { alignColumns } from './table.ts';

export interface CreateOptions extends PasswordOptions {
  readonly name: string;
  readonly email: string;
  readonly username?: string;
  readonly role?: Role;
}

/** Somebody known to another issuer. */
export interface IdentityOptions {
  readonly issuer: string;
  readonly subject: string;
}

export interface ListOptions {
  readonly role?: Role;
  readonly limit: number;
}

/** Makes an account and prints its identifier and username. */
export async function createAccount({ role, name, email, username, ...given }: CreateOptions): Promise<void> {
  const password = await readPassword(given, 'Password (empty for none): ');
  const input = { name, email, username, password: password === '' ? null : password };
  const user = await withDatabase((db, config) =>
    createUser(asOperator(db), input, role ?? config.signUp.role, { ...config, sendsMail: false }),
  );
  console.log(`${toGlobalId('user', user.id)} ${user.username}`);
}

/** Prints a table of accounts, the newest first. */
export async function listAccounts({
  role = null,
  limit,
}: {
  role?: Role | null;
  limit: number;
}): Promise<void> {
  const list = parseUserList({ role }, 'CREATED_AT_DESC', listRequest(limit), userProjections.all);
  const users = await withDatabase((db) => pageOfUsers(db, list));
  const rows = users.map(describe);
  for (const line of alignColumns([['ID', 'USERNAME', 'ROLE', 'STATE', 'E-MAIL', 'NAME'], ...rows])) {
    console.log(line);
  }
}

/** @throws {AppError} `CONFLICT` when no administrator would be left. */
export async function setRole(idOrUsername: string, role: Role): Promise<void> {
  const changed = await withDatabase(async (db) => {
    const { id } = await getUser(db, idOrUsername);
    return setUserRole(asOperator(db), id, role);
  });
  console.log(`${toGlobalId('user', changed.id)} ${changed.username} ${changed.role}`);
}

/**
 * Sets the password of an account, and ends its sessions and mailed links.
 *
 * @throws {UsageError} when no password is given and there is no terminal to ask for one.
 */
export async function setPassword(idOrUsername: string, options: PasswordOptions): Promise<void> {
  const password = await readPassword(options, 'New password: ');
  if (password === null) throw new UsageError('Give the password with --password-stdin or --password.');
  const user = await withDatabase(async (db, { minPasswordLength }) => {
    const found = await getUser(db, idOrUsername);
    await setAccountPassword(asOperator(db), found.id, password, minPasswordLength);
    return found;
  });
  console.log(`${toGlobalId('user', user.id)} ${user.username}`);
}

/**
 * Lets tokens of another issuer act as a user.
 *
 * @throws {CommandError} when the issuer is not one of `TRUSTED_ISSUERS`.
 */
export async function linkAccount(idOrUsername: string, identity: IdentityOptions): Promise<void> {
  const user = await withDatabase(async (db, { tokens }) => {
    const trusted = tokens.trustedIssuers.map(({ issuer }) => issuer);
    if (!trusted.includes(identity.issuer)) {
      const those = trusted.length === 0 ? 'It is empty.' : `It has ${trusted.join(', ')}.`;
      throw new CommandError(`TRUSTED_ISSUERS has no issuer ${identity.issuer}. ${those}`);
    }
    const found = await getUser(db, idOrUsername);
    await linkIdentity(asOperator(db), found.id, identity);
    return found;
  });
  console.log(`${toGlobalId('user', user.id)} ${user.username}`);
}

/** Ends that, and prints the user, or that the user was deleted. */
export async function unlinkAccount(identity: IdentityOptions): Promise<void> {
  const userId = await withDatabase((db) => unlinkIdentity(asOperator(db), identity));
  console.log(userId === null ? 'The user was deleted.' : toGlobalId('user', userId));
}

function describe({ id, username, role, suspendedAt, email, name }: UserRow): string[] {
  return [
    toGlobalId('user', id),
    username,
    role,
    suspendedAt === null ? 'active' : 'suspended',
    email ?? '-',
    name,
  ];
}
