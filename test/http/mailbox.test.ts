import { describe, expect, it } from 'vitest';
import { DevelopmentMailbox } from '../../src/mail/development-mailbox.ts';
import { tokenIn } from '../helpers/mails.ts';
import { startServer, useServer } from '../helpers/server.ts';

const server = useServer();

const page = async (path: string) => {
  const response = await fetch(`${server.url}${path}`);
  return { status: response.status, headers: response.headers, text: await response.text() };
};

describe('the development mailbox', () => {
  it('shows what would have been sent, the newest first', async () => {
    expect((await page('/mailbox')).text).toContain('There is none yet.');
    expect((await page('/mailbox/latest')).status).toBe(404);
    for (const email of ['ada@example.org', 'bob@example.org']) {
      await server.query(`mutation { createUser(input: { name: "Somebody", email: "${email}" }) { id } }`);
      await server.mails();
    }
    const { status, headers, text } = await page('/mailbox');
    expect(status).toBe(200);
    expect(headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(headers.get('cache-control')).toBe('no-store');
    expect(text.indexOf('bob@example.org')).toBeLessThan(text.indexOf('ada@example.org'));
    const [, path = ''] = /href="(\/mailbox\/[\w-]{36})"/.exec(text) ?? [];
    const [newest] = await server.mails();
    const mail = await page(path);
    expect(mail.text).toBe((await page('/mailbox/latest')).text);
    expect(mail.text).toContain('Choose your password');
    expect(mail.text).toContain(tokenIn(newest));
    expect((await page(`${path}/html`)).text).toBe(newest?.html);
  });

  it('lets pages run and load nothing, and mails not even leave their frame', async () => {
    const [newest] = await server.mails();
    const policies = await Promise.all(
      ['/mailbox', `/mailbox/${newest?.id}`, `/mailbox/${newest?.id}/html`].map(async (path) =>
        (await page(path)).headers.get('content-security-policy')?.split('; '),
      ),
    );
    for (const policy of policies) {
      expect(policy).toEqual(
        expect.arrayContaining(["default-src 'none'", "base-uri 'none'", "form-action 'none'"]),
      );
      expect(policy?.join()).not.toContain('script-src');
    }
    expect(policies[1]).toEqual(expect.arrayContaining(["frame-src 'self'", "frame-ancestors 'none'"]));
    expect(policies[2]).toEqual(expect.arrayContaining(['sandbox', "frame-ancestors 'self'"]));
    expect((await page(`/mailbox/${newest?.id}`)).text).toMatch(/<iframe [^>]*sandbox src=/);
  });

  it('takes nothing in a mail for markup', async () => {
    const hostile = '"><script>alert(1)</script>';
    const person = await server.person('READER', hostile);
    await server.driver.execute(`update users set email_verified_at = now() where id = '${person.uuid}'`);
    await server.query(`mutation { requestPasswordReset(email: "${person.email}") }`);
    const [mail] = await server.mails();
    expect(mail?.text).toContain(hostile);
    for (const path of ['/mailbox', `/mailbox/${mail?.id}`, `/mailbox/${mail?.id}/html`]) {
      expect((await page(path)).text).not.toContain('<script');
    }
  });

  it.each([
    '/mailbox/nonsense',
    '/mailbox/nonsense/html',
    '/mailbox/__proto__',
    '/mailbox/%00',
    '/mailbox/../x',
  ])('has nothing at %s', async (path) => {
    const { status, text } = await page(path);
    expect(status).toBe(404);
    expect(JSON.parse(text)).toMatchObject({ errors: [{ extensions: { code: 'NOT_FOUND' } }] });
  });

  it('keeps the last hundred, each once', async () => {
    const mailbox = new DevelopmentMailbox();
    const mail = { to: 'ada@example.org', subject: 'Subject', text: 'Text', html: '<p>Text</p>' };
    for (let n = 0; n < 120; n += 1) await mailbox.send({ ...mail, id: String(n) });
    await mailbox.send({ ...mail, id: '50', subject: 'Again' });
    const kept = mailbox.list();
    expect(kept).toHaveLength(100);
    expect(kept.slice(0, 2)).toMatchObject([{ id: '50', subject: 'Again' }, { id: '119' }]);
    expect(kept.at(-1)?.id).toBe('20');
    expect(mailbox.find('19')).toBeNull();
  });

  it.each([
    ['where mails are sent', { SMTP_URL: 'smtp://127.0.0.1:1' }],
    ['in production', { NODE_ENV: 'production' }],
    ['off the loopback', { HOST: '0.0.0.0' }],
    ['where it is not wanted', { MAILBOX: 'false' }],
    [
      'in production where mails are sent',
      {
        NODE_ENV: 'production',
        SMTP_URL: 'smtp://127.0.0.1:1',
        MAIL_FROM: 'a@lantern.example',
        WEB_URL: 'https://lantern.example',
      },
    ],
  ])('is not there %s', async (_, variables) => {
    const other = await startServer(variables);
    try {
      for (const path of ['/mailbox', '/mailbox/latest']) {
        expect((await fetch(`${other.url}${path}`)).status).toBe(404);
      }
    } finally {
      await other.close();
    }
  });
});
