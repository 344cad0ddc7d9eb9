/** A mail as it is handed to a transport. */
export interface Mail {
  /** The same for all attempts to send it, so that whoever gets it twice can tell. */
  readonly id: string;
  /** One e-mail address, without a name. */
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

/** Who sends: an e-mail address, and a name that may be empty. */
export interface Sender {
  readonly name: string;
  readonly address: string;
}

/** What sends mails. */
export interface MailTransport {
  /** Sends a mail. It is sent when this ends. @throws {Error} when it was not sent, or may not have been. */
  send(mail: Mail): Promise<void>;
}

/** The `Message-ID` of a mail (RFC 5322, section 3.6.4), made by the host of the sender's address. */
export function messageIdOf({ id }: Mail, from: Sender): string {
  return `<${id}@${from.address.slice(from.address.lastIndexOf('@') + 1)}>`;
}
