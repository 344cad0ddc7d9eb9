import type { MailTransport } from '../../mail/mail.ts';
import type { Database } from '../../db/index.ts';
import type { OutboxMessage } from '../outbox/index.ts';
import { lockAccount, type UserRow } from '../users/index.ts';
import { isSameAddress } from './input.ts';
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
  db: Database,
  { transport, webUrl }: { readonly transport: MailTransport; readonly webUrl: string },
  message: OutboxMessage,
): Promise<void> {
  const order = mailOrder.parse(message.payload);
  const userId = order.userId ?? (await findUserByEmail(db, order.email))?.id ?? null;
  if (userId === null) return;
  const purpose = mailPurposes[order.mail];
  const token = purpose === null ? null : newLinkToken();
  const recipient = await db.transaction(async (tx) => {
    const account = await lockAccount(tx, userId);
    if (account === null || !isWanted(order, account.user)) return null;
    const { user } = account;
    // A reset is ordered for what somebody typed; it goes to the address of the account.
    const to = order.userId === null && user.email !== null ? user.email : order.email;
    if (purpose !== null && token !== null) {
      const isFirst = message.attempts === 1;
      const link = { hash: linkTokenHash(token), purpose, email: to, isFirst, messageId: message.id };
      if (!(await createLink(tx, account, link))) return null;
    }
    return { user, to };
  });
  if (recipient === null) return;
  const { user, to } = recipient;
  // What a stranger signed up with must not reach the owner of the address: a name can be an advertisement.
  const isProved = user.emailVerifiedAt !== null && isSameAddress(user.email, to);
  const text = textOfMail(order.mail, isProved ? user.name : null, webUrl, token);
  await transport.send({ id: message.id, to, ...text });
}

/** Whether a mail about a user still makes sense. */
function isWanted({ mail, userId, email }: MailOrder, user: UserRow): boolean {
  if (user.suspendedAt !== null) return false;
  const isAboutOwnAddress = mail === 'VERIFY_EMAIL' || mail === 'CHOOSE_PASSWORD';
  if (isAboutOwnAddress && user.emailVerifiedAt !== null) return false;
  return (userId !== null && !isAboutOwnAddress) || isSameAddress(user.email, email);
}
