import type { Queryable, Transaction } from '../../db/index.ts';
import { AppError, badInputAt, forbidden, type Issue, notFound } from '../../shared/errors.ts';
import { newUuid } from '../../shared/ids.ts';
import { isStorable, parseInput } from '../../shared/validation.ts';
import { signedIn } from '../../shared/viewer.ts';
import { recordSecurityEvent } from '../audit/index.ts';
import { enqueue } from '../outbox/index.ts';
import { findUsersByIds, type ServiceContext, type UserRow } from '../users/index.ts';
import type { AccessTokens } from '../tokens/index.ts';
import { canBeEmail, deviceOf, maxPasswordLength, passwordChange } from './input.ts';
import { type MailOrder, messageOf } from './mail-orders.ts';
import { refuseOwnName, refuseWeakPassword } from './password-rules.ts';
import { checkPassword, hashPassword, verifyPassword } from './passwords.ts';
import { isRefreshToken, newRefreshToken, newSalt, refreshTokenHash, successorOf } from './refresh-tokens.ts';
import { findPasswordHash, findUserForSignIn, renewPasswordHash, setPasswordHash } from './repository.ts';
import type { SessionRow } from './repository-sessions.ts';
import {
  createSession,
  type NewSession,
  findUnusedTokenExpiry,
  findUserOfRefreshToken,
  lockRefreshToken,
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
  { tokens, sessionTtl, sendsMail, limits }: AccountServices,
  proof: Proof,
): Promise<SignedIn> {
  const user = await limits.signIn(context, proof.email, () => proveUser(context, proof));
  const id = newUuid();
  const refreshToken = newRefreshToken();
  const session = {
    id,
    userId: user.id,
    device: deviceOf(context.origin?.userAgent ?? null),
    seconds: sessionTtl,
    refreshHash: refreshTokenHash(refreshToken),
  };
  const refreshTokenExpiresAt = await context.db.transaction(async (tx) => {
    const { expiresAt, isFirstAfterReset } = await beginSession(tx, context, session);
    const told = isFirstAfterReset && sendsMail ? user.email : null;
    const orders: MailOrder[] =
      told === null ? [] : [{ mail: 'SIGNED_IN_AFTER_RESET', userId: user.id, email: told }];
    await enqueue(tx, orders.map(messageOf));
    return expiresAt;
  });
  return { user, refreshToken, refreshTokenExpiresAt, ...(await accessTokenFor(tokens, user.id, id)) };
}

/** What somebody says that they are. */
interface Proof {
  readonly email: string;
  readonly password: string;
}

/** @throws {AppError} `UNAUTHENTICATED` */
async function proveUser(context: ServiceContext, { email, password }: Proof): Promise<UserRow> {
  const { db } = context;
  // What cannot be an address or a password is not looked up or hashed as it is, but answered like any other.
  const plausible = canBeEmail(email) && isStorable(password) && password.length <= 2 * maxPasswordLength;
  const found = await findUserForSignIn(db, plausible ? email.trim() : '');
  const { matches, renewedHash } = await checkPassword(
    found?.passwordHash ?? null,
    plausible ? password : '',
  );
  if (found === null || !matches || found.suspendedAt !== null) {
    const reason = found === null ? 'UNKNOWN_ACCOUNT' : matches ? 'SUSPENDED' : 'WRONG_PASSWORD';
    const userId = found?.id ?? null;
    await db.transaction((tx) =>
      recordSecurityEvent(tx, context, { type: 'SIGN_IN_FAILED', userId, details: { reason } }),
    );
    throw new AppError('UNAUTHENTICATED', 'The e-mail address or the password is wrong.');
  }
  const { passwordHash, ...user } = found;
  if (renewedHash !== null) await renewPasswordHash(db, user.id, passwordHash, renewedHash);
  return user;
}

/**
 * Begins a session that cannot be refreshed, and answers an access token for it; `tokenTtl` (seconds) overrides the
 * usual time.
 */
export async function startSession(
  context: ServiceContext,
  tokens: AccessTokens,
  userId: string,
  seconds: number,
  tokenTtl?: number,
): Promise<{ token: string; expiresAt: string }> {
  const sessionId = newUuid();
  const session = { id: sessionId, userId, device: null, seconds, refreshHash: null };
  await context.db.transaction((tx) => beginSession(tx, context, session));
  return tokens.sign({ userId, sessionId }, tokenTtl);
}

async function beginSession(tx: Transaction, context: ServiceContext, session: NewSession) {
  const { id: sessionId, userId } = session;
  await recordSecurityEvent(tx, context, { type: 'SIGNED_IN', userId, details: { sessionId } });
  return createSession(tx, session);
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
  const refreshed = await context.db.transaction(async (tx) => {
    const found = await lockRefreshToken(tx, hash);
    if (found === null) return null;
    const { sessionId, user } = found;
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
    await revokeSessionOfUser(tx, user.id, sessionId);
    const details = { sessionId };
    await recordSecurityEvent(tx, context, { type: 'REFRESH_TOKEN_REUSED', userId: user.id, details });
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
  const { id: userId } = signedIn(context.viewer);
  return context.db.transaction(async (tx) => {
    const ended = await revokeSessionsOfUser(tx, userId, null);
    const details = { sessions: ended.length };
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
  const { id: userId } = signedIn(context.viewer);
  return context.db.transaction(async (tx) => {
    const session = await revokeSessionOfUser(tx, userId, sessionId);
    if (session === null) throw notFound('session');
    await recordSecurityEvent(tx, context, { type, userId, details: { sessionId } });
    return session;
  });
}

/**
 * Gives the viewer another password and ends their other sessions.
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
  await limits.password(context, () => provePassword(db, id, currentPassword, ['input', 'currentPassword']));
  await refuseWeakPassword(newPassword, minPasswordLength, ['input', 'newPassword']);
  const passwordHash = await hashPassword(newPassword);
  return db.transaction(async (tx) => {
    const [user = null] = await findUsersByIds(tx, [id]);
    if (user === null) throw notFound('user');
    refuseOwnName(newPassword, user, ['input', 'newPassword']);
    await setPasswordHash(tx, id, passwordHash);
    const { length: endedSessions } = await revokeSessionsOfUser(tx, id, sessionId);
    await recordSecurityEvent(tx, context, {
      type: 'PASSWORD_CHANGED',
      userId: id,
      details: { endedSessions },
    });
    return user;
  });
}

/** @throws {AppError} `BAD_USER_INPUT` when this is not the user's password. */
export async function provePassword(
  db: Queryable,
  userId: string,
  password: string,
  path: Issue['path'],
): Promise<void> {
  if (await verifyPassword(await findPasswordHash(db, userId), password)) return;
  throw badInputAt(path, 'wrong', 'This is not the password of the account.');
}

async function accessTokenFor(tokens: AccessTokens, userId: string, sessionId: string) {
  const { token, expiresAt } = await tokens.sign({ userId, sessionId });
  return { accessToken: token, accessTokenExpiresAt: expiresAt };
}

/** The one answer to all that is wrong with a refresh token. */
function badRefreshToken(): AppError {
  return new AppError('UNAUTHENTICATED', 'The refresh token is not valid. Sign in again.');
}
