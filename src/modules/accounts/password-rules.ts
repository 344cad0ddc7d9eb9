import { badInputAt, type Issue } from '../../shared/errors.ts';
import type { UserRow } from '../users/index.ts';

/** What the contract promises; a server may ask for more. In characters (code points). */
export const minPasswordLength = 8;

let commonPasswords: Promise<ReadonlySet<string>> | undefined;

/**
 * Refuses a password by NIST SP 800-63B (section 3.1.1.2): one that is shorter than this server asks for, or that is
 * among the most common ones, in upper or lower case.
 *
 * @throws {AppError} `BAD_USER_INPUT` that says which.
 */
export async function refuseWeakPassword(
  password: string,
  minLength: number,
  path: Issue['path'],
): Promise<void> {
  if ([...password].length < minLength) {
    throw badInputAt(path, 'too_small', `The password must have at least ${minLength} characters.`);
  }
  commonPasswords ??= loadCommonPasswords();
  if ((await commonPasswords).has(password.toLowerCase())) {
    const message = 'This password is among the most common ones, which are tried first. Choose another one.';
    throw badInputAt(path, 'too_common', message);
  }
}

/** @throws {AppError} `BAD_USER_INPUT` when a password is what everybody knows of its user. */
export function refuseOwnName(
  password: string,
  user: Pick<UserRow, 'name' | 'username' | 'email'>,
  path: Issue['path'],
): void {
  const { name, username, email } = user;
  const known = [name, username, email, email?.split('@')[0]].map((text) => text?.toLowerCase());
  if (!known.includes(password.toLowerCase())) return;
  throw badInputAt(path, 'too_personal', 'The password must not be your name or your e-mail address.');
}

/** Loaded when a password is set for the first time: the list takes some 50 ms, and 4 MB. */
async function loadCommonPasswords(): Promise<ReadonlySet<string>> {
  const { dictionary } = await import('@zxcvbn-ts/language-common');
  const passwords = dictionary['passwords-common'].map((password) => password.toLowerCase());
  return new Set(passwords.filter((password) => password.length >= minPasswordLength));
}
