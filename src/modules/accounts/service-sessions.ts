import type { Transaction } from '../../db/index.ts';
import { AppError, forbidden, notFound } from '../../shared/errors.ts';
import { newUuid } from '../../shared/ids.ts';
import { isStorable, parseInput } from '../../shared/validation.ts';
import { signedIn } from '../../shared/viewer.ts';
import { recordSecurityEvent } from '../audit/index.ts';
import { enqueue } from '../outbox/index.ts';
import { type Account, lockAccount, lockViewer, type ServiceContext, type UserRow } from '../users/index.ts';
import type { AccessTokens } from '../tokens/index.ts';
import { endAccess, provePassword, refuseOtherPassword } from './access.ts';
import { canBeEmail, deviceOf, isSameAddress, maxPasswordLength, passwordChange } from './input.ts';
import { type MailOrder, messageOf } from './mail-orders.ts';
import { refuseOwnName, refuseWeakPassword } from './password-rules.ts';
import { checkPassword, hashPassword } from './passwords.ts';
import { isRefreshToken, newRefreshToken, newSalt, refreshTokenHash, successorOf } from './refresh-tokens.ts';
import { findUserForSignIn, setPasswordHash } from './repository.ts';
import type { SessionRow } from './repository-sessions.ts';
import {
  createSession,
  findActiveRefreshToken,
  findUnusedTokenExpiry,
  findUserOfRefreshToken,
  type NewSession,
  revokeSessionOfUser,
  revokeSessionsOfUser,
  rotateRefreshToken,
} from './repository-write.ts';
import type { AccountServices } from './service.ts';

/** What a client gets that signs in, or goes on being signed in. Times are RFC 3339. */
export interface SignedIn {
  readonly user: UserRow;
  readonly accessToken: string;
  readonly accessTokenExpiresAt: string;
  readonly refreshToken: string;
  readonly refreshTokenExpiresAt: string;
}

/**
 * Signs a user in. Whatever is wrong, the answer is the same and takes the same time.
 *
 * @throws {AppError} `UNAUTHENTICATED`, or `RATE_LIMITED` before the password is looked at.
 */
export async function signIn(
  context: ServiceContext,
  services: AccountServices,
  credentials: Credentials,
): Promise<SignedIn> {
  const { tokens, limits } = services;
  const { sessionId, ...signedIn } = await limits.signIn(context, credentials.email, async () => {
    const outcome = await trySignIn(context, services, credentials);
    if ('session' in outcome) return outcome.session;
    const { userId, reason } = outcome;
    await context.db.transaction((tx) =>
      recordSecurityEvent(tx, context, { type: 'SIGN_IN_FAILED', userId, details: { reason } }),
    );
    throw new AppError('UNAUTHENTICATED', 'The e-mail address or the password is wrong.');
  });
  return { ...signedIn, ...(await accessTokenFor(tokens, signedIn.user.id, sessionId)) };
}

/** What somebody says that they are. */
interface Credentials {
  readonly email: string;
  readonly password: string;
}

/** A session that began or goes on. */
type Refreshable = Pick<SignedIn, 'user' | 'refreshToken' | 'refreshTokenExpiresAt'> & {
  readonly sessionId: string;
};

interface SignInFailure {
  readonly userId: string | null;
  readonly reason: 'UNKNOWN_ACCOUNT' | 'WRONG_PASSWORD' | 'SUSPENDED';
}

async function trySignIn(
  context: ServiceContext,
  { sessionTtl, sendsMail }: AccountServices,
  { email, password }: Credentials,
): Promise<{ readonly session: Refreshable } | SignInFailure> {
  const { db } = context;
  // What cannot be an address or a password is not looked up or hashed as it is, but answered like any other.
  const plausible = canBeEmail(email) && isStorable(password) && password.length <= 2 * maxPasswordLength;
  const address = plausible ? email.trim() : '';
  const found = await findUserForSignIn(db, address);
  const checked = await checkPassword(found?.passwordHash ?? null, plausible ? password : '');
  if (found === null) return { userId: null, reason: 'UNKNOWN_ACCOUNT' };
  const { id: userId, passwordSetAt, suspendedAt } = found;
  if (!checked.matches) return { userId, reason: 'WRONG_PASSWORD' };
  if (suspendedAt !== null) return { userId, reason: 'SUSPENDED' };
  return db.transaction(async (tx) => {
    const account = await lockAccount(tx, userId);
    if (account === null) return { userId: null, reason: 'UNKNOWN_ACCOUNT' };
    const { user } = account;
    if (account.passwordSetAt !== passwordSetAt) return { userId, reason: 'WRONG_PASSWORD' };
    if (user.suspendedAt !== null) return { userId, reason: 'SUSPENDED' };
    if (!isSameAddress(user.email, address)) return { userId, reason: 'UNKNOWN_ACCOUNT' };
    const refreshToken = newRefreshToken();
    const sessionId = newUuid();
    const refreshTokenExpiresAt = await beginSession(tx, context, account, {
      id: sessionId,
      device: deviceOf(context.origin?.userAgent ?? null),
      seconds: sessionTtl,
      refreshHash: refreshTokenHash(refreshToken),
      renewedHash: checked.renewedHash,
    });
    const told = account.isPasswordReset && sendsMail ? user.email : null;
    const orders: MailOrder[] = told === null ? [] : [{ mail: 'SIGNED_IN_AFTER_RESET', userId, email: told }];
    await enqueue(tx, orders.map(messageOf));
    return { session: { user, sessionId, refreshToken, refreshTokenExpiresAt } };
  });
}

/**
 * Begins a session that cannot be refreshed, and answers an access token for it; `tokenTtl` (seconds) overrides the
 * usual time.
 *
 * @throws {AppError} `NOT_FOUND` when there is no such user, or they are suspended.
 */
export async function startSession(
  context: ServiceContext,
  tokens: AccessTokens,
  userId: string,
  seconds: number,
  tokenTtl?: number,
): Promise<{ token: string; expiresAt: string }> {
  const sessionId = newUuid();
  const session = { id: sessionId, device: null, seconds, refreshHash: null, renewedHash: null };
  await context.db.transaction(async (tx) => {
    const account = await lockAccount(tx, userId);
    if (account === null || account.user.suspendedAt !== null) throw notFound('user');
    await beginSession(tx, context, account, session);
  });
  return tokens.sign({ userId, sessionId }, tokenTtl);
}

async function beginSession(
  tx: Transaction,
  context: ServiceContext,
  account: Account,
  session: NewSession,
): Promise<string> {
  const details = { sessionId: session.id };
  await recordSecurityEvent(tx, context, { type: 'SIGNED_IN', userId: account.user.id, details });
  return createSession(tx, account, session);
}

/**
 * Changes a refresh token for the next one (RFC 9700, section 4.14.2). One that was used before ends its session, but
 * for the last one within a few seconds, which is answered as before: the client did not get the answer.
 *
 * @throws {AppError} `UNAUTHENTICATED`, whatever is wrong; `RATE_LIMITED`.
 */
export function refreshSession(
  context: ServiceContext,
  services: AccountServices,
  refreshToken: string,
): Promise<SignedIn> {
  return services.limits.refresh(context, () => exchange(context, services, refreshToken));
}

async function exchange(
  context: ServiceContext,
  { tokens, sessionTtl, limits }: AccountServices,
  refreshToken: string,
): Promise<SignedIn> {
  if (!isRefreshToken(refreshToken)) throw badRefreshToken();
  const hash = refreshTokenHash(refreshToken);
  const userId = await findUserOfRefreshToken(context.db, hash);
  if (userId === null) throw badRefreshToken();
  await limits.refreshOf(context, userId);
  // A session that is ended here must stay ended, so the refusal comes after the commit.
  const refreshed = await context.db.transaction(async (tx): Promise<Refreshable | null> => {
    const account = await lockAccount(tx, userId);
    if (account === null || account.user.suspendedAt !== null) return null;
    const found = await findActiveRefreshToken(tx, account, hash);
    if (found === null) return null;
    const { user } = account;
    const { sessionId } = found;
    const salt = found.salt ?? newSalt();
    const next = successorOf(refreshToken, salt);
    const nextHash = refreshTokenHash(next);
    const isFirstUse = found.salt === null;
    const expiresAt = isFirstUse
      ? await rotateRefreshToken(tx, { hash, salt, next: nextHash, sessionId, seconds: sessionTtl })
      : found.isRecent
        ? await findUnusedTokenExpiry(tx, nextHash)
        : null;
    if (expiresAt !== null) return { user, sessionId, refreshToken: next, refreshTokenExpiresAt: expiresAt };
    await revokeSessionOfUser(tx, account, sessionId);
    const details = { sessionId };
    await recordSecurityEvent(tx, context, { type: 'REFRESH_TOKEN_REUSED', userId, details });
    return null;
  });
  if (refreshed === null) throw badRefreshToken();
  const { sessionId, ...signedInAgain } = refreshed;
  return { ...signedInAgain, ...(await accessTokenFor(tokens, refreshed.user.id, sessionId)) };
}

/** Ends the session that asks. @throws {AppError} `FORBIDDEN` when the viewer has none here. */
export async function signOut(context: ServiceContext): Promise<SessionRow> {
  const { sessionId } = signedIn(context.viewer);
  if (sessionId === null) throw forbidden('You are signed in by another issuer: sign out there.');
  return endSession(context, 'SIGNED_OUT', sessionId);
}

/** Ends all sessions of the viewer. */
export function signOutEverywhere(context: ServiceContext): Promise<SessionRow[]> {
  return context.db.transaction(async (tx) => {
    const account = await lockViewer(tx, context.viewer);
    const ended = await revokeSessionsOfUser(tx, account, null);
    const details = { sessions: ended.length };
    const userId = account.user.id;
    await recordSecurityEvent(tx, context, { type: 'SIGNED_OUT_EVERYWHERE', userId, details });
    return ended;
  });
}

/** Ends one of the viewer's sessions. @throws {AppError} `NOT_FOUND` when they have no such session. */
export function revokeSession(context: ServiceContext, id: string): Promise<SessionRow> {
  return endSession(context, 'SESSION_REVOKED', id);
}

async function endSession(
  context: ServiceContext,
  type: 'SIGNED_OUT' | 'SESSION_REVOKED',
  sessionId: string,
): Promise<SessionRow> {
  return context.db.transaction(async (tx) => {
    const account = await lockViewer(tx, context.viewer);
    const session = await revokeSessionOfUser(tx, account, sessionId);
    if (session === null) throw notFound('session');
    await recordSecurityEvent(tx, context, { type, userId: account.user.id, details: { sessionId } });
    return session;
  });
}

/**
 * Gives the viewer another password and ends their links and their other sessions.
 *
 * @throws {AppError} `BAD_USER_INPUT` when the old password is wrong, or the new one cannot be one; `RATE_LIMITED`.
 */
export async function changePassword(
  context: ServiceContext,
  { limits, minPasswordLength }: AccountServices,
  input: unknown,
): Promise<UserRow> {
  const { db, viewer } = context;
  const { id, sessionId } = signedIn(viewer);
  const { currentPassword, newPassword } = parseInput(passwordChange, input);
  const path = ['input', 'currentPassword'];
  const provedSetAt = await limits.password(context, () => provePassword(db, id, currentPassword, path));
  await refuseWeakPassword(newPassword, minPasswordLength, ['input', 'newPassword']);
  const passwordHash = await hashPassword(newPassword);
  return db.transaction(async (tx) => {
    const account = await lockViewer(tx, viewer);
    refuseOtherPassword(account, provedSetAt, path);
    refuseOwnName(newPassword, account.user, ['input', 'newPassword']);
    await setPasswordHash(tx, account, passwordHash);
    const endedSessions = await endAccess(tx, account, sessionId);
    await recordSecurityEvent(tx, context, {
      type: 'PASSWORD_CHANGED',
      userId: id,
      details: { endedSessions },
    });
    return account.user;
  });
}

async function accessTokenFor(tokens: AccessTokens, userId: string, sessionId: string) {
  const { token, expiresAt } = await tokens.sign({ userId, sessionId });
  return { accessToken: token, accessTokenExpiresAt: expiresAt };
}

/** The one answer to all that is wrong with a refresh token. */
function badRefreshToken(): AppError {
  return new AppError('UNAUTHENTICATED', 'The refresh token is not valid. Sign in again.');
}
