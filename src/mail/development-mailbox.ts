import type { Mail, MailTransport } from './mail.ts';

/** A mail that was kept instead of being sent. */
export interface KeptMail extends Mail {
  readonly sentAt: Date;
}

/** How many mails are kept. */
const capacity = 100;

/** Keeps the last mails in memory, for whoever tries the server out. Nothing leaves the process. */
export class DevelopmentMailbox implements MailTransport {
  readonly #mails = new Map<string, KeptMail>();

  async send(mail: Mail): Promise<void> {
    // A mail that is sent again takes the place of the first one.
    this.#mails.delete(mail.id);
    this.#mails.set(mail.id, { ...mail, sentAt: new Date() });
    const [oldest] = this.#mails.keys();
    if (this.#mails.size > capacity && oldest !== undefined) this.#mails.delete(oldest);
  }

  /** The mails, the newest first. */
  list(): KeptMail[] {
    return [...this.#mails.values()].toReversed();
  }

  /** The mail with this identifier; null when there is none. */
  find(id: string): KeptMail | null {
    return this.#mails.get(id) ?? null;
  }
}
