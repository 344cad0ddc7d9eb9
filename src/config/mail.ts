import { z } from 'zod';
import { isEncoded } from './is-encoded.ts';

const address = /^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*$/;

/** A sender as people write it, `Broadsheet <news@example.org>` or the address alone. */
export const mailSender = z
  .string()
  .max(320)
  .transform((text, context) => {
    const [, name = '', inBrackets] = /^([^<>"\p{Cc}]*)<([^<>]+)>$/u.exec(text) ?? [];
    const sender = { name: name.trim(), address: inBrackets ?? text };
    if (address.test(sender.address)) return sender;
    context.addIssue('must be an e-mail address, or a name and an address: Broadsheet <news@example.org>');
    return z.NEVER;
  });

/** Where a mail server is. */
export const mailServer = z.string().refine((text) => {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, username, password } = new URL(text);
  return /^smtps?:$/.test(protocol) && hostname !== '' && isEncoded(username) && isEncoded(password);
}, 'must be an smtp:// or smtps:// address');

/** Where a front end is, without a slash at the end. */
export const frontEnd = z
  .string()
  .refine(
    (text) => URL.canParse(text) && /^https?:\/\/[^?#@]+$/.test(text),
    'must be an http or https address, without ? and #',
  )
  .transform((text) => text.replace(/\/+$/, ''));

/** Where mail goes. */
export interface MailConfig {
  /** The mail server; null for the development mailbox. */
  readonly smtpUrl: string | null;
  readonly from: z.infer<typeof mailSender>;
  /** Where the front end is, without a slash at the end. */
  readonly webUrl: string;
}

/** The variables that mail depends on. */
export interface MailEnvironment {
  readonly PORT: number;
  readonly SMTP_URL?: string | undefined;
  readonly MAIL_FROM?: z.infer<typeof mailSender> | undefined;
  readonly WEB_URL?: string | undefined;
}

/** What mail needs in production and has not got: pairs of a variable and what is wrong with it. */
export function missingForMail(env: MailEnvironment): (readonly [variable: string, fault: string])[] {
  if (env.SMTP_URL === undefined) return [];
  return (['MAIL_FROM', 'WEB_URL'] as const)
    .filter((name) => env[name] === undefined)
    .map((name) => [name, 'must be set in production where SMTP_URL is']);
}

/** Where mail goes; null where none is sent, which is where there is neither a mail server nor the mailbox. */
export function mailFrom(env: MailEnvironment, hasMailbox: boolean): MailConfig | null {
  if (env.SMTP_URL === undefined && !hasMailbox) return null;
  return {
    smtpUrl: env.SMTP_URL ?? null,
    from: env.MAIL_FROM ?? { name: 'Broadsheet', address: 'broadsheet@localhost' },
    webUrl: env.WEB_URL ?? `http://localhost:${env.PORT}`,
  };
}
