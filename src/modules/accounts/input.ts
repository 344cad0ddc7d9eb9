import { z } from 'zod';
import { isStorable, lineOf, rule } from '../../shared/validation.ts';
import { minPasswordLength } from './password-rules.ts';
import { avatarUrl, bio, userName, username } from '../users/index.ts';

const emailMessage = 'This is not an e-mail address.';

/** An address as people type it; its case is kept, and does not count. */
export const email = lineOf('The e-mail address', { min: 3, max: 254 }).pipe(
  z.email({ pattern: z.regexes.html5Email, message: emailMessage }),
);

/**
 * Whether a text can be the address of an account, which are in ASCII. Others are never looked up: they might be the same
 * to the database, and would be counted apart.
 */
export function canBeEmail(text: string): boolean {
  return /^\s*[!-~]{1,254}\s*$/.test(text);
}

/** Whether two addresses are one, whatever their case. */
export function isSameAddress(address: string | null, other: string): boolean {
  return address?.toLowerCase() === other.toLowerCase();
}

/** In characters (code points). */
export const maxPasswordLength = 128;

/** A password by NIST SP 800-63B: long enough, bounded before it is hashed, otherwise free. It is not trimmed. */
export const password = z
  .string()
  .refine(
    (text) => [...text].length >= minPasswordLength,
    rule('too_small', `The password must have at least ${minPasswordLength} characters.`),
  )
  .refine(
    (text) => text.length <= 2 * maxPasswordLength && [...text].length <= maxPasswordLength,
    rule('too_big', `The password must have at most ${maxPasswordLength} characters.`),
  )
  .refine(isStorable, rule('invalid_character', 'The password has a character that cannot be used.'));

/** The password that somebody has. What cannot be one is not compared either. */
export const enteredPassword = z.string().max(2 * maxPasswordLength, 'The password is too long.');

/** The old password and the new one. */
export const passwordChange = z.object({
  currentPassword: enteredPassword,
  newPassword: password,
});

/** What a mailed link sets a password with. */
export const passwordReset = z.object({ token: z.string(), newPassword: password });

/** Another address, and the password. */
export const emailChange = z.object({ newEmail: email, password: enteredPassword });

/** What signed in, by its `User-Agent`: on one line, cut to 200 characters; null when nothing is left. */
export function deviceOf(userAgent: string | null): string | null {
  return (
    userAgent
      ?.replace(/\p{Cc}/gu, ' ')
      .trim()
      .slice(0, 200) || null
  );
}

export const newUser = z.object({
  name: userName,
  email,
  password: password.nullish(),
  username: username.nullish(),
  bio: bio.nullish(),
  avatarUrl: avatarUrl.nullish(),
});
