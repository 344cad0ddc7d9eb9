import slugify from '@sindresorhus/slugify';
import { type AfterCommit, type Transaction, UniqueViolation } from '../../db/index.ts';
import { conflict, forbidden, notFound } from '../../shared/errors.ts';
import { newUuid } from '../../shared/ids.ts';
import { parseInput } from '../../shared/validation.ts';
import { isAtLeast, type Role } from '../../shared/viewer.ts';
import { recordSecurityEvent } from '../audit/index.ts';
import { enqueue } from '../outbox/index.ts';
import {
  lockAccount,
  type ServiceContext,
  username as usernameInput,
  usernameConflict,
  type UserRow,
} from '../users/index.ts';
import type { AccessTokens, KeyRing, TokenVerifier } from '../tokens/index.ts';
import { endAccess } from './access.ts';
import type { GuessingLimits } from './guessing-limits.ts';
import { newUser, password as passwordInput } from './input.ts';
import { messageOf } from './mail-orders.ts';
import { minPasswordLength, refuseOwnName, refuseWeakPassword } from './password-rules.ts';
import { hashPassword } from './passwords.ts';
import { createPassword, createUserRow, reserveUsername, setPasswordHash } from './repository.ts';

/** What the accounts module needs beside the database. */
export interface AccountServices {
  /** The keys of the server's own tokens. */
  readonly keys: KeyRing;
  readonly tokens: AccessTokens;
  /** Verifies own tokens and those of other issuers. */
  readonly verifier: TokenVerifier;
  readonly signUp: SignUpPolicy;
  readonly limits: GuessingLimits;
  /** How long a session lasts, in seconds. */
  readonly sessionTtl: number;
  /** The fewest characters of a new password. */
  readonly minPasswordLength: number;
  /** Whether the server sends mail at all. */
  readonly sendsMail: boolean;
  readonly afterCommit: AfterCommit;
}

/** Whether strangers can sign up, and what they are then. */
export interface SignUpPolicy {
  readonly open: boolean;
  readonly role: Role;
}

/** How an account is made. */
type AccountRules = Pick<AccountServices, 'sendsMail' | 'minPasswordLength'>;

/**
 * Signs a new user up, and mails them a link: one that proves the address, or, without a password, one that sets it.
 *
 * @throws {AppError} `FORBIDDEN` when sign-up is closed, `CONFLICT` when the address or the username is taken,
 * `RATE_LIMITED`.
 */
export async function signUp(
  context: ServiceContext,
  services: AccountServices,
  input: { readonly email: string },
): Promise<UserRow> {
  const { signUp: policy, limits } = services;
  if (!policy.open && !isAtLeast(context.viewer, 'ADMIN')) throw forbidden('Sign-up is closed.');
  return limits.signUp(context, input.email, () => createUser(context, input, policy.role, services));
}

/**
 * Makes a user with a role, without asking who wants it, and without a mail unless that is asked for.
 *
 * @throws {AppError} `CONFLICT` when the address or the username is taken.
 */
export async function createUser(
  context: ServiceContext,
  input: unknown,
  role: Role,
  { sendsMail, minPasswordLength: minLength }: AccountRules = { sendsMail: false, minPasswordLength },
): Promise<UserRow> {
  const { password, username, ...profile } = parseInput(newUser, input);
  const id = newUuid();
  const wanted = username ?? usernameFrom(profile.name, id);
  if (password != null) {
    refuseOwnName(password, { ...profile, username: wanted }, ['input', 'password']);
    await refuseWeakPassword(password, minLength, ['input', 'password']);
  }
  // Hashing takes long, so it is done before the transaction begins.
  const passwordHash = password == null ? null : await hashPassword(password);
  try {
    return await context.db.transaction(async (tx) => {
      // Asked for also where the username is chosen: nobody can derive the same one meanwhile.
      const free = await reserveUsername(tx, wanted, id);
      const user = await createUserRow(tx, {
        id,
        username: username ?? free,
        name: profile.name,
        email: profile.email,
        bio: profile.bio ?? null,
        avatarUrl: profile.avatarUrl ?? null,
        role,
      });
      if (passwordHash !== null) await createPassword(tx, id, passwordHash);
      await recordSecurityEvent(tx, context, { type: 'SIGNED_UP', userId: id, details: { role } });
      if (sendsMail) {
        const mail = passwordHash === null ? 'CHOOSE_PASSWORD' : 'VERIFY_EMAIL';
        await enqueue(tx, [messageOf({ mail, userId: id, email: profile.email })]);
      }
      tx.record({ type: 'user', action: 'created', id });
      return user;
    });
  } catch (error) {
    throw usernameConflict(emailConflict(error));
  }
}

/** Somebody who wrote before there was an account. */
export interface AuthorProfile {
  readonly name: string;
  /** What the username is made from; null makes it from the name. */
  readonly handle: string | null;
  readonly bio: string | null;
  readonly avatarUrl: string | null;
}

/** Makes an author without address and password, who cannot sign in until one is set, and answers the identifier. */
export async function createAuthor(tx: Transaction, author: AuthorProfile): Promise<string> {
  const { name, handle, bio, avatarUrl } = author;
  const id = newUuid();
  const isUsername = handle !== null && usernameInput.safeParse(handle).success;
  const base = isUsername ? handle : usernameFrom(handle ?? name, id);
  const username = await reserveUsername(tx, base, id);
  await createUserRow(tx, { id, username, name, email: null, bio, avatarUrl, role: 'AUTHOR' });
  tx.record({ type: 'user', action: 'created', id });
  return id;
}

/**
 * Sets a user's password and ends their sessions and links, without a check of the caller.
 *
 * @throws {AppError} `NOT_FOUND` when there is no such user, `BAD_USER_INPUT` when the password cannot be one.
 */
export async function setPassword(
  context: ServiceContext,
  userId: string,
  password: string,
  minLength: number = minPasswordLength,
): Promise<void> {
  const newPassword = parseInput(passwordInput, password, ['password']);
  await refuseWeakPassword(newPassword, minLength, ['password']);
  const passwordHash = await hashPassword(newPassword);
  await context.db.transaction(async (tx) => {
    const account = await lockAccount(tx, userId);
    if (account === null) throw notFound('user');
    await setPasswordHash(tx, account, passwordHash);
    const endedSessions = await endAccess(tx, account, null);
    await recordSecurityEvent(tx, context, { type: 'PASSWORD_CHANGED', userId, details: { endedSessions } });
  });
}

/** A username from a name: its letters and digits in Latin script, or one that stands for the identifier. */
export function usernameFrom(name: string, id: string): string {
  const slug = slugify(name, { decamelize: false }).slice(0, 32).replace(/-+$/, '');
  return slug.length >= 2 ? slug : `user-${id.slice(-12)}`;
}

function emailConflict(error: unknown): unknown {
  if (!(error instanceof UniqueViolation) || error.constraint !== 'users_email_key') return error;
  const message = 'There is an account with this e-mail address already.';
  return conflict(message, [{ path: ['input', 'email'], code: 'taken', message }]);
}
