import { UniqueViolation } from '../../db/index.ts';
import { type AppError, badInputAt, conflict, forbidden, type Issue, notFound } from '../../shared/errors.ts';
import { parseInput } from '../../shared/validation.ts';
import { signedIn } from '../../shared/viewer.ts';
import { recordSecurityEvent } from '../audit/index.ts';
import { enqueue, withdraw } from '../outbox/index.ts';
import { findUsersByIds, type ServiceContext, type UserRow } from '../users/index.ts';
import { email as emailInput, emailChange, passwordReset } from './input.ts';
import { isLinkToken, linkTokenHash } from './link-tokens.ts';
import { keyOf, type MailOrder, messageOf } from './mail-orders.ts';
import { refuseOwnName, refuseWeakPassword } from './password-rules.ts';
import { hashPassword } from './passwords.ts';
import { setPasswordHash } from './repository.ts';
import { revokeSessionsOfUser } from './repository-write.ts';
import {
  deleteUnprovedIdentities,
  isGoodLink,
  moveEmail,
  proveEmail,
  takeLink,
} from './repository-write-links.ts';
import type { AccountServices } from './service.ts';
import { provePassword } from './service-sessions.ts';

/**
 * Mails the viewer a link that proves their address, unless it is proved.
 *
 * @throws {AppError} `FORBIDDEN` where no mail is sent, `CONFLICT` when the viewer has no address, `RATE_LIMITED`.
 */
export async function requestEmailVerification(
  context: ServiceContext,
  services: AccountServices,
): Promise<UserRow> {
  refuseWithoutMail(services);
  const { id } = signedIn(context.viewer);
  return services.limits.mailToViewer(context, () =>
    context.db.transaction(async (tx) => {
      const [user = null] = await findUsersByIds(tx, [id]);
      if (user === null) throw notFound('user');
      const { email, emailVerifiedAt } = user;
      if (email === null) throw conflict('The account has no e-mail address.');
      const orders: MailOrder[] =
        emailVerifiedAt === null ? [{ mail: 'VERIFY_EMAIL', userId: id, email }] : [];
      await enqueue(tx, orders.map(messageOf));
      return user;
    }),
  );
}

/**
 * Proves the viewer's address with a link that was mailed to them.
 *
 * @throws {AppError} `BAD_USER_INPUT`, the same whatever is wrong with the link.
 */
export async function verifyEmail(context: ServiceContext, token: string): Promise<UserRow> {
  const { id } = signedIn(context.viewer);
  const path = ['token'];
  const hash = hashOf(token, path);
  return context.db.transaction(async (tx) => {
    const link = await takeLink(tx, { hash, purpose: 'VERIFY_EMAIL', userId: id, all: false });
    const user = link === null ? null : await proveEmail(tx, link);
    if (user === null) throw badLink(path);
    await recordSecurityEvent(tx, context, { type: 'EMAIL_VERIFIED', userId: id, details: {} });
    tx.record({ type: 'user', action: 'updated', id });
    return user;
  });
}

/**
 * Mails a link that sets a new password, if there is an account with this address. Whether there is one is looked up
 * when the mail is sent: what is done here is the same for every address, so that neither the answer nor its time tells.
 *
 * @throws {AppError} `FORBIDDEN` where no mail is sent, `BAD_USER_INPUT` when the text is no address, `RATE_LIMITED`.
 */
export async function requestPasswordReset(
  context: ServiceContext,
  services: AccountServices,
  text: string,
): Promise<void> {
  refuseWithoutMail(services);
  const email = parseInput(emailInput, text, ['email']);
  await services.limits.mail(context, email, () =>
    context.db.transaction(async (tx) => {
      await enqueue(tx, [messageOf({ mail: 'RESET_PASSWORD', userId: null, email })]);
      await recordSecurityEvent(tx, context, { type: 'PASSWORD_RESET_REQUESTED', userId: null, details: {} });
    }),
  );
}

/**
 * Sets a password with a mailed link, which proves the address as well, and ends all sessions. Whoever never proved the
 * address loses the account to the one who does.
 *
 * @throws {AppError} `BAD_USER_INPUT`, the same whatever is wrong with the link; `RATE_LIMITED`.
 */
export async function resetPassword(
  context: ServiceContext,
  { sendsMail, limits, minPasswordLength }: AccountServices,
  input: unknown,
): Promise<UserRow> {
  const { db } = context;
  const { token, newPassword } = parseInput(passwordReset, input);
  const path = ['input', 'token'];
  const purpose = 'RESET_PASSWORD';
  // Asked for before, so that nobody makes the server hash passwords without a link.
  const hash = await limits.link(context, async () => {
    const linkHash = hashOf(token, path);
    if (!(await isGoodLink(db, linkHash, purpose))) throw badLink(path);
    return linkHash;
  });
  await refuseWeakPassword(newPassword, minPasswordLength, ['input', 'newPassword']);
  const passwordHash = await hashPassword(newPassword);
  return db.transaction(async (tx) => {
    const link = await takeLink(tx, { hash, purpose, userId: null, all: true });
    if (link === null) throw badLink(path);
    const { userId, email } = link;
    await deleteUnprovedIdentities(tx, userId);
    const user = await proveEmail(tx, link);
    if (user === null) throw badLink(path);
    refuseOwnName(newPassword, user, ['input', 'newPassword']);
    await setPasswordHash(tx, userId, passwordHash, true);
    const { length: endedSessions } = await revokeSessionsOfUser(tx, userId, null);
    await withdraw(tx, keyOf({ mail: 'CHANGE_EMAIL', userId, email }));
    await enqueue(tx, sendsMail ? [messageOf({ mail: 'PASSWORD_WAS_RESET', userId, email })] : []);
    await recordSecurityEvent(tx, context, { type: 'PASSWORD_RESET', userId, details: { endedSessions } });
    tx.record({ type: 'user', action: 'updated', id: userId });
    return user;
  });
}

/**
 * Mails a link to an address that the viewer wants, and a notice to the one that they have. Whether somebody has the
 * wanted one is not told here, but to whoever follows the link.
 *
 * @throws {AppError} `FORBIDDEN` where no mail is sent, `BAD_USER_INPUT` when the password is wrong, `RATE_LIMITED`.
 */
export async function changeEmail(
  context: ServiceContext,
  services: AccountServices,
  input: unknown,
): Promise<UserRow> {
  refuseWithoutMail(services);
  const { db, viewer } = context;
  const { id } = signedIn(viewer);
  const { newEmail, password } = parseInput(emailChange, input);
  await services.limits.password(context, () => provePassword(db, id, password, ['input', 'password']));
  return services.limits.mail(context, newEmail, () =>
    db.transaction(async (tx) => {
      const [user = null] = await findUsersByIds(tx, [id]);
      if (user === null) throw notFound('user');
      const orders: MailOrder[] = [{ mail: 'CHANGE_EMAIL', userId: id, email: newEmail }];
      if (user.email !== null) orders.push({ mail: 'EMAIL_CHANGE_ASKED', userId: id, email: user.email });
      await enqueue(tx, orders.map(messageOf));
      await recordSecurityEvent(tx, context, { type: 'EMAIL_CHANGE_REQUESTED', userId: id, details: {} });
      return user;
    }),
  );
}

/**
 * Gives the viewer the address that a mailed link proves; all other links of theirs are good for nothing then. Only the
 * account itself can do it: otherwise a wrong address would let a stranger take the account with one click.
 *
 * @throws {AppError} `BAD_USER_INPUT`, the same whatever is wrong with the link; `CONFLICT` when another account has
 * proved the address.
 */
export async function confirmEmailChange(context: ServiceContext, token: string): Promise<UserRow> {
  const { id } = signedIn(context.viewer);
  const path = ['token'];
  const hash = hashOf(token, path);
  try {
    return await context.db.transaction(async (tx) => {
      const link = await takeLink(tx, { hash, purpose: 'CHANGE_EMAIL', userId: id, all: true });
      if (link === null) throw badLink(path);
      const { user, loserId } = await moveEmail(tx, link);
      if (user === null) throw notFound('user');
      await recordSecurityEvent(tx, context, { type: 'EMAIL_CHANGED', userId: id, details: {} });
      for (const changed of loserId === null ? [id] : [id, loserId]) {
        tx.record({ type: 'user', action: 'updated', id: changed });
      }
      return user;
    });
  } catch (error) {
    if (!(error instanceof UniqueViolation)) throw error;
    throw conflict('There is an account with this e-mail address already.');
  }
}

function refuseWithoutMail({ sendsMail }: AccountServices): void {
  if (!sendsMail) throw forbidden('This server sends no mail.');
}

/** What is stored of a link's token. @throws {AppError} `BAD_USER_INPUT` when it cannot be one. */
function hashOf(token: string, path: Issue['path']): string {
  if (!isLinkToken(token)) throw badLink(path);
  return linkTokenHash(token);
}

/** The one answer to all that is wrong with a link. */
function badLink(path: Issue['path']): AppError {
  return badInputAt(path, 'invalid_link', 'The link is not valid any more. Ask for another one.');
}
