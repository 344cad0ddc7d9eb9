import { type MailContent, renderMail } from '../../mail/template.ts';
import type { MailName } from './mail-orders.ts';

type Words = Pick<MailContent, 'subject' | 'paragraphs'> & {
  /** What the link says, and where it leads below the address of the front end. */
  readonly link?: { readonly label: string; readonly path: string };
};

const onlyOnce = 'The link works once, for one hour.';
const notMine = 'If you did not ask for this, do nothing: without the link nothing happens.';
const resetAgain =
  'If that was not you, somebody else may read your mail: secure your mailbox, and ask for a new password again.';

const words: Record<MailName, Words> = {
  VERIFY_EMAIL: {
    subject: 'Confirm your e-mail address',
    paragraphs: [
      'An account was made with this e-mail address. If it is yours, sign in and follow this link to confirm the address:',
      onlyOnce,
      'If you made no account, do nothing. Should you ever want one, ask for a new password with this address: the account is yours then, and whoever made it is locked out.',
    ],
    link: { label: 'Confirm the address', path: '/verify-email' },
  },
  CHOOSE_PASSWORD: {
    subject: 'Choose your password',
    paragraphs: [
      'An account was made for you with this e-mail address. To sign in to it, choose a password:',
      onlyOnce,
      'If you want no account, do nothing.',
    ],
    link: { label: 'Choose a password', path: '/reset-password' },
  },
  RESET_PASSWORD: {
    subject: 'Set a new password',
    paragraphs: [
      'Somebody asked for a new password for the account with this e-mail address. To set one, follow this link:',
      `${onlyOnce} When the password is set, you are signed out everywhere.`,
      notMine,
    ],
    link: { label: 'Set a new password', path: '/reset-password' },
  },
  CHANGE_EMAIL: {
    subject: 'Confirm your new e-mail address',
    paragraphs: [
      'Somebody wants to use this e-mail address for their account. If that is you, follow this link while you are signed in:',
      onlyOnce,
      notMine,
    ],
    link: { label: 'Confirm the new address', path: '/confirm-email' },
  },
  EMAIL_CHANGE_ASKED: {
    subject: 'Your account is to get another e-mail address',
    paragraphs: [
      'Somebody who knows your password asked to give your account another e-mail address. It changes when they confirm the new one.',
      'If that was not you, change your password now.',
    ],
  },
  PASSWORD_WAS_RESET: {
    subject: 'Your password was reset',
    paragraphs: [
      'The password of your account was set anew with a link that was mailed to this address. You are signed out everywhere.',
      resetAgain,
    ],
  },
  SIGNED_IN_AFTER_RESET: {
    subject: 'New sign-in to your account',
    paragraphs: ['Somebody signed in to your account with the password that was set anew.', resetAgain],
  },
};

/**
 * The words of a mail.
 *
 * @param name Whom it greets; null for nobody by name.
 * @param webUrl Where the front end is, without a slash at the end.
 * @param token What the link gives the front end, behind `#`, which browsers send to no server; null for a notice.
 */
export function textOfMail(
  mail: MailName,
  name: string | null,
  webUrl: string,
  token: string | null,
): { readonly subject: string; readonly text: string; readonly html: string } {
  const { subject, paragraphs, link } = words[mail];
  return renderMail({
    subject,
    name,
    paragraphs: [...paragraphs, `This mail is about an account at ${webUrl}.`],
    link:
      link === undefined || token === null
        ? null
        : { label: link.label, url: `${webUrl}${link.path}#token=${token}` },
  });
}
