import { z } from 'zod';
import type { NewMessage } from '../outbox/index.ts';
import type { UserRow } from '../users/index.ts';

/** The outbox's topic for what this module mails. */
export const mailTopic = 'mail';

/** Every mail that there is, with what its link is for; null for a notice, which has none. */
export const mailPurposes = {
  VERIFY_EMAIL: 'VERIFY_EMAIL',
  CHOOSE_PASSWORD: 'RESET_PASSWORD',
  RESET_PASSWORD: 'RESET_PASSWORD',
  CHANGE_EMAIL: 'CHANGE_EMAIL',
  EMAIL_CHANGE_ASKED: null,
  PASSWORD_WAS_RESET: null,
  SIGNED_IN_AFTER_RESET: null,
} as const;

export type MailName = keyof typeof mailPurposes;

export const mailOrder = z.object({
  mail: z.enum(Object.keys(mailPurposes) as [MailName, ...MailName[]]),
  /** The account that it is about; null where only the address is known, and perhaps no account has it. */
  userId: z.string().nullable(),
  email: z.string(),
});

/**
 * What is noted of a mail to be sent. It holds no link: that is made when the mail is, so that neither the database nor
 * its backups ever have one.
 */
export type MailOrder = z.infer<typeof mailOrder>;

/** The message that orders a mail. One with a link replaces an earlier one that was not sent yet. */
export function messageOf(order: MailOrder): NewMessage {
  return { topic: mailTopic, payload: order, key: mailPurposes[order.mail] === null ? null : keyOf(order) };
}

/** The keys that orders of mails with a link for a user have. */
export function linkOrderKeys({ id, email }: Pick<UserRow, 'id' | 'email'>): string[] {
  const names = Object.keys(mailPurposes) as MailName[];
  const orders = names.map((mail) => ({ mail, userId: id, email: email ?? '' }));
  // A reset is ordered before anybody knows whether an account has the address.
  const reset = { mail: 'RESET_PASSWORD', userId: null, email: email ?? '' } as const;
  return [...orders, reset].map(keyOf);
}

/** What tells orders apart that replace each other. */
function keyOf({ mail, userId, email }: MailOrder): string {
  return `${mail} ${userId ?? email.toLowerCase()}`;
}
