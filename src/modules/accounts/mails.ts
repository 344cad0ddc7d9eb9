import type { MailTransport } from '../../mail/mail.ts';
import { ForeignKeyViolation, type Queryable } from '../../db/index.ts';
import type { OutboxMessage } from '../outbox/index.ts';
import { findUsersByIds, type UserRow } from '../users/index.ts';
import { linkTokenHash, newLinkToken } from './link-tokens.ts';
import { mailOrder, type MailOrder, mailPurposes } from './mail-orders.ts';
import { textOfMail } from './mail-texts.ts';
import { createLink, findUserByEmail } from './repository-write-links.ts';

/**
 * Sends the mail that a message of the outbox orders, or nothing where there is nobody to send it to any more. Its link
 * is made here, at each attempt anew, and stored as a hash before the mail leaves.
 *
 * @param webUrl Where the front end is, without a slash at the end.
 */
export async function sendOrderedMail(
  db: Queryable,
  { transport, webUrl }: { readonly transport: MailTransport; readonly webUrl: string },
  message: OutboxMessage,
): Promise<void> {
  const order = mailOrder.parse(message.payload);
  const user = await recipientOf(db, order);
  if (user === null) return;
  // A reset is ordered for what somebody typed; it goes to the address of the account.
  const to = order.userId === null && user.email !== null ? user.email : order.email;
  const purpose = mailPurposes[order.mail];
  const token = purpose === null ? null : newLinkToken();
  if (purpose !== null && token !== null) {
    const isFirst = message.attempts === 1;
    const link = { hash: linkTokenHash(token), userId: user.id, purpose, email: to, isFirst };
    if (!(await isLinkMade(db, { ...link, messageId: message.id }))) return;
  }
  // What a stranger signed up with must not reach the owner of the address: a name can be an advertisement.
  const isProved = user.emailVerifiedAt !== null && isSame(user.email, to);
  const text = textOfMail(order.mail, isProved ? user.name : null, webUrl, token);
  await transport.send({ id: message.id, to, ...text });
}

/** Whom a mail is about, if it still makes sense. */
async function recipientOf(db: Queryable, { mail, userId, email }: MailOrder): Promise<UserRow | null> {
  const [user = null] =
    userId === null ? [await findUserByEmail(db, email)] : await findUsersByIds(db, [userId]);
  if (user === null || user.suspendedAt !== null) return null;
  const isAboutOwnAddress = mail === 'VERIFY_EMAIL' || mail === 'CHOOSE_PASSWORD';
  if (isAboutOwnAddress && (user.emailVerifiedAt !== null || !isSame(user.email, email))) return null;
  return user;
}

async function isLinkMade(...args: Parameters<typeof createLink>): Promise<boolean> {
  try {
    return await createLink(...args);
  } catch (error) {
    if (error instanceof ForeignKeyViolation) return false;
    throw error;
  }
}

function isSame(address: string | null, other: string): boolean {
  return address?.toLowerCase() === other.toLowerCase();
}
