import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MailNotSent, smtpTransport } from '../../src/mail/smtp.ts';
import { type MailServer, startMailServer } from '../helpers/smtp-server.ts';

const from = { name: 'The Lantern', address: 'news@lantern.example' };
const mail = { id: 'a-1', to: 'ada@example.org', subject: 'Subject', text: 'Text\n', html: '<p>HTML</p>' };

let smtp: MailServer;

beforeAll(async () => {
  smtp = await startMailServer();
});
afterAll(() => smtp.close());

const failure = (url: string, changes: Partial<typeof mail> = {}) =>
  smtpTransport({ url, from })
    .send({ ...mail, ...changes })
    .then(
      () => null,
      (error: unknown) => error as MailNotSent,
    );

describe('the transport to a mail server', () => {
  it('sends to one recipient, whatever stands in the address', async () => {
    const hostile = [
      'ada@example.org,eve@example.org',
      'ada@example.org\r\nBcc: eve@example.org',
      'ada@example.org> RCPT TO:<eve@example.org',
      '"ada@example.org eve"@example.org',
    ];
    for (const to of hostile) await failure(smtp.url, { to });
    for (const taken of await smtp.mails()) {
      expect(JSON.stringify(taken.headers.get('x-recipients'))).not.toMatch(/"eve@|, /);
      expect(taken.bcc).toBeUndefined();
    }
  });

  it('lets nothing but the subject into the subject', async () => {
    await failure(smtp.url, { id: 'a-2', subject: 'Subject\r\nBcc: eve@example.org\r\n\r\nBody' });
    const taken = (await smtp.mails()).find(({ messageId }) => messageId === '<a-2@lantern.example>');
    expect(taken?.bcc).toBeUndefined();
    expect(taken?.text).toBe('Text\n');
  });

  it('says what failed in codes, without the address or the password', async () => {
    await smtp.tell(553);
    const error = await failure(smtp.url);
    await smtp.tell('accept');
    expect(error).toBeInstanceOf(MailNotSent);
    expect(error?.code).toBe('EENVELOPE RCPT TO 553');
    expect(`${error?.message} ${error?.stack} ${String(error?.cause)}`).not.toContain('ada@');
    const refused = await failure(smtp.url.replace('//', '//news:hunter2@'));
    expect(refused?.code).toMatch(/^E/);
    expect(JSON.stringify([refused, refused?.message])).not.toContain('hunter2');
  });

  it('sends nothing without TLS, except to this machine or where it is told to', async () => {
    // The same server under an address that does not say that it is this machine.
    const elsewhere = smtp.url.replace('127.0.0.1', '0.0.0.0');
    expect((await failure(elsewhere))?.code).toMatch(/^(ETLS|ESOCKET CERT)/);
    expect((await failure(elsewhere.replace('smtp:', 'smtps:')))?.code).toMatch(
      /^(ESOCKET|ETLS|ECONNECTION)/,
    );
    expect(await failure(`${elsewhere}?tls=off`)).toBeNull();
    expect(await failure(smtp.url)).toBeNull();
  });
});
