import { isIP } from 'node:net';
import { createTransport } from 'nodemailer';
import { type Sender, type MailTransport, messageIdOf } from './mail.ts';

/** How to reach a mail server, and who sends. */
export interface SmtpOptions {
  /** `smtps://user:password@host:465` for TLS from the start, `smtp://…:587` for TLS by STARTTLS. */
  readonly url: string;
  readonly from: Sender;
}

/** How long a mail may take in all, in milliseconds: less than the outbox lends it for. */
const patience = 60_000;

/** How long single steps may take, in milliseconds. */
const timeouts = {
  dnsTimeout: 10_000,
  connectionTimeout: 10_000,
  greetingTimeout: 10_000,
  socketTimeout: 30_000,
};

/**
 * Sends over SMTP, each mail over a connection of its own: mails are few, and servers close idle connections. Without
 * TLS nothing is sent, except to this machine, or where the address of the server ends with `?tls=off`.
 */
export function smtpTransport({ url, from }: SmtpOptions): MailTransport {
  const { protocol, hostname, port, username, password, searchParams } = new URL(url);
  const host = hostname.replace(/^\[|\]$/g, '');
  const secure = protocol === 'smtps:';
  const withoutTls = searchParams.get('tls') === 'off';
  const transport = createTransport({
    host,
    port: port === '' ? (secure ? 465 : 587) : Number(port),
    secure,
    requireTLS: !secure && !withoutTls && !isLoopback(host),
    ignoreTLS: withoutTls,
    ...(username !== '' && {
      auth: { user: decodeURIComponent(username), pass: decodeURIComponent(password) },
    }),
    disableFileAccess: true,
    disableUrlAccess: true,
    ...timeouts,
  });
  return {
    async send(mail) {
      try {
        await transport.sendMail({
          messageId: messageIdOf(mail, from),
          from,
          // As an object it is one address, and never read as a list of several.
          to: { name: '', address: mail.to },
          subject: mail.subject,
          text: mail.text,
          html: mail.html,
          headers: { 'Auto-Submitted': 'auto-generated' },
          signal: AbortSignal.timeout(patience),
        });
      } catch (error) {
        throw new MailNotSent(error);
      }
    },
  };
}

/** A mail that was not sent. It says codes alone: what servers answer repeats addresses. */
export class MailNotSent extends Error {
  override readonly name = 'MailNotSent';
  /** What failed, the SMTP command and the code of the answer, as far as they are known. */
  readonly code: string;

  constructor(error: unknown) {
    const { code, originalCode, command, responseCode } = error as Record<string, unknown>;
    const facts = [code, originalCode, command, responseCode].filter(
      (fact) => typeof fact === 'string' || typeof fact === 'number',
    );
    super('The mail server did not take a mail.');
    this.code = facts.join(' ');
  }
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}
