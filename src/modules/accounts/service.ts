import slugify from '@sindresorhus/slugify';
import { type AfterCommit, type Database, ForeignKeyViolation, UniqueViolation } from '../../db/index.ts';
import { AppError, conflict, forbidden, notFound } from '../../shared/errors.ts';
import { newUuid } from '../../shared/ids.ts';
import { isStorable, parseInput } from '../../shared/validation.ts';
import { isAtLeast, type Role } from '../../shared/viewer.ts';
import { type ServiceContext, usernameConflict, type UserRow } from '../users/index.ts';
import type { AccessTokens } from './access-tokens.ts';
import { maxPasswordLength, newUser, password as passwordInput } from './input.ts';
import { hashPassword, verifyPassword } from './passwords.ts';
import {
  createSession,
  createUserRow,
  findUserForSignIn,
  reserveUsername,
  revokeSessionsOfUser,
  setPasswordHash,
} from './repository.ts';

/** What the accounts module needs beside the database. */
export interface AccountServices {
  readonly tokens: AccessTokens;
  readonly signUp: SignUpPolicy;
  /** How long a session lasts, in seconds. */
  readonly sessionTtl: number;
  readonly afterCommit: AfterCommit;
}

/** Whether strangers can sign up, and what they are then. */
export interface SignUpPolicy {
  readonly open: boolean;
  readonly role: Role;
}

/**
 * Signs a new user up.
 *
 * @throws {AppError} `FORBIDDEN` when sign-up is closed, `CONFLICT` when the address or the username is taken.
 */
export async function signUp(
  context: ServiceContext,
  signUp: SignUpPolicy,
  input: unknown,
): Promise<UserRow> {
  if (!signUp.open && !isAtLeast(context.viewer, 'ADMIN')) throw forbidden('Sign-up is closed.');
  return createUser(context.db, input, signUp.role);
}

/**
 * Makes a user with a role, without asking who wants it.
 *
 * @throws {AppError} `CONFLICT` when the address or the username is taken.
 */
export async function createUser(db: Database, input: unknown, role: Role): Promise<UserRow> {
  const { password, username, ...profile } = parseInput(newUser, input);
  // Hashing takes long, so it is done before the transaction begins.
  const passwordHash = password == null ? null : await hashPassword(password);
  const id = newUuid();
  try {
    return await db.transaction(async (tx) => {
      // Asked for also where the username is chosen: nobody can derive the same one meanwhile.
      const free = await reserveUsername(tx, username ?? usernameFrom(profile.name, id));
      const user = await createUserRow(tx, {
        id,
        username: username ?? free,
        name: profile.name,
        email: profile.email,
        bio: profile.bio ?? null,
        avatarUrl: profile.avatarUrl ?? null,
        role,
      });
      if (passwordHash !== null) await setPasswordHash(tx, id, passwordHash);
      tx.record({ type: 'user', action: 'created', id });
      return user;
    });
  } catch (error) {
    throw usernameConflict(emailConflict(error));
  }
}

/**
 * Sets a user's password and ends their sessions, without asking who wants it.
 *
 * @throws {AppError} `NOT_FOUND` when there is no such user.
 */
export async function setPassword(db: Database, userId: string, password: string): Promise<void> {
  const passwordHash = await hashPassword(parseInput(passwordInput, password, ['password']));
  try {
    await db.transaction(async (tx) => {
      await setPasswordHash(tx, userId, passwordHash);
      await revokeSessionsOfUser(tx, userId);
    });
  } catch (error) {
    throw error instanceof ForeignKeyViolation ? notFound('user') : error;
  }
}

/**
 * Signs a user in. Whatever is wrong, the answer is the same and takes the same time.
 *
 * @throws {AppError} `UNAUTHENTICATED`
 */
export async function signIn(
  db: Database,
  { tokens, sessionTtl }: AccountServices,
  { email, password }: { readonly email: string; readonly password: string },
): Promise<{ user: UserRow; token: string; expiresAt: string }> {
  // What cannot be an address or a password is not looked up or hashed as it is, but answered like any other.
  const plausible = email.length <= 254 && isStorable(email) && password.length <= 2 * maxPasswordLength;
  const user = await findUserForSignIn(db, plausible ? email.trim() : '');
  const matches = await verifyPassword(user?.passwordHash ?? null, plausible ? password : '');
  if (user === null || !matches || user.suspendedAt !== null) {
    throw new AppError('UNAUTHENTICATED', 'The e-mail address or the password is wrong.');
  }
  const { passwordHash: _, ...row } = user;
  return { user: row, ...(await startSession(db, tokens, row.id, sessionTtl)) };
}

/** Begins a session for a user and answers an access token for it; `tokenTtl` (seconds) overrides the usual time. */
export async function startSession(
  db: Database,
  tokens: AccessTokens,
  userId: string,
  sessionTtl: number,
  tokenTtl?: number,
): Promise<{ token: string; expiresAt: string }> {
  const sessionId = newUuid();
  await createSession(db, { id: sessionId, userId, seconds: sessionTtl });
  return tokens.sign({ userId, sessionId }, tokenTtl);
}

/** A username from a name: its letters and digits in Latin script, or one that stands for the identifier. */
function usernameFrom(name: string, id: string): string {
  const slug = slugify(name, { decamelize: false }).slice(0, 32).replace(/-+$/, '');
  return slug.length >= 2 ? slug : `user-${id.slice(-12)}`;
}

function emailConflict(error: unknown): unknown {
  if (!(error instanceof UniqueViolation) || error.constraint !== 'users_email_key') return error;
  const message = 'There is an account with this e-mail address already.';
  return conflict(message, [{ path: ['input', 'email'], code: 'taken', message }]);
}
