import { UniqueViolation } from '../../db/index.ts';
import { type AppError, badInputAt, conflict, forbidden, type Issue } from '../../shared/errors.ts';
import { parseInput } from '../../shared/validation.ts';
import { signedIn } from '../../shared/viewer.ts';
import { recordSecurityEvent } from '../audit/index.ts';
import { enqueue } from '../outbox/index.ts';
import { lockAccount, lockViewer, type ServiceContext, type UserRow } from '../users/index.ts';
import { endAccess, provePassword, refuseOtherPassword, withdrawLinks } from './access.ts';
import { email as emailInput, emailChange, passwordReset } from './input.ts';
import { isLinkToken, linkTokenHash } from './link-tokens.ts';
import { type MailOrder, messageOf } from './mail-orders.ts';
import { refuseOwnName, refuseWeakPassword } from './password-rules.ts';
import { hashPassword } from './passwords.ts';
import { setPasswordHash } from './repository.ts';
import {
  deleteUnprovedIdentities,
  findUserOfLink,
  moveEmail,
  proveEmail,
  takeLink,
} from './repository-write-links.ts';
import type { AccountServices } from './service.ts';

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
      const { user } = await lockViewer(tx, context.viewer);
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
  const path = ['token'];
  const hash = hashOf(token, path);
  return context.db.transaction(async (tx) => {
    const account = await lockViewer(tx, context.viewer);
    const email = await takeLink(tx, account, { hash, purpose: 'VERIFY_EMAIL' });
    const user = email === null ? null : await proveEmail(tx, account, email);
    if (user === null) throw badLink(path);
    await recordSecurityEvent(tx, context, { type: 'EMAIL_VERIFIED', userId: user.id, details: {} });
    tx.record({ type: 'user', action: 'updated', id: user.id });
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
  const { hash, userId } = await limits.link(context, async () => {
    const linkHash = hashOf(token, path);
    const ownerId = await findUserOfLink(db, linkHash, purpose);
    if (ownerId === null) throw badLink(path);
    return { hash: linkHash, userId: ownerId };
  });
  await refuseWeakPassword(newPassword, minPasswordLength, ['input', 'newPassword']);
  const passwordHash = await hashPassword(newPassword);
  return db.transaction(async (tx) => {
    const account = await lockAccount(tx, userId);
    const email = account === null ? null : await takeLink(tx, account, { hash, purpose });
    if (account === null || email === null) throw badLink(path);
    await deleteUnprovedIdentities(tx, account);
    const user = await proveEmail(tx, account, email);
    if (user === null) throw badLink(path);
    refuseOwnName(newPassword, user, ['input', 'newPassword']);
    await setPasswordHash(tx, account, passwordHash, true);
    const endedSessions = await endAccess(tx, account, null);
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
  const path = ['input', 'password'];
  const provedSetAt = await services.limits.password(context, () => provePassword(db, id, password, path));
  return services.limits.mail(context, newEmail, () =>
    db.transaction(async (tx) => {
      const account = await lockViewer(tx, viewer);
      refuseOtherPassword(account, provedSetAt, path);
      const { user } = account;
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
  const path = ['token'];
  const hash = hashOf(token, path);
  try {
    return await context.db.transaction(async (tx) => {
      const account = await lockViewer(tx, context.viewer);
      const email = await takeLink(tx, account, { hash, purpose: 'CHANGE_EMAIL' });
      if (email === null) throw badLink(path);
      await withdrawLinks(tx, account);
      const { user, loserId } = await moveEmail(tx, account, email);
      const { id } = user;
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
