import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { createLog } from '../../src/app.ts';
import { claimMessages, enqueue, failMessage, type OutboxMessage } from '../../src/modules/outbox/index.ts';
import { type Deliver, OutboxWorker } from '../../src/workers/outbox.ts';
import { nowhere, openImpatientServer } from '../helpers/app.ts';
import { tokenIn } from '../helpers/mails.ts';
import { startServer, type TestServer } from '../helpers/server.ts';
import { type MailServer, startMailServer } from '../helpers/smtp-server.ts';

let smtp: MailServer;
let server: TestServer;

beforeAll(async () => {
  smtp = await startMailServer();
  server = await startServer({
    SMTP_URL: smtp.url,
    MAIL_FROM: 'The Lantern <news@lantern.example>',
    WEB_URL: 'https://lantern.example',
  });
});
beforeEach(() => smtp.tell('accept'));
afterAll(async () => {
  await server.close();
  await smtp.close();
});

const run = async (text: string, values: unknown[] = []) => server.driver.query({ name: null, text, values });

/** What is in the outbox. */
async function outbox() {
  const rows = await run(
    `select id, attempts, last_error, dead_at is not null, extract(epoch from due_at - now())::integer
     from outbox order by id`,
  );
  return rows.map(([id, attempts, lastError, isDead, dueIn]) => ({ id, attempts, lastError, isDead, dueIn }));
}

/** Lets the time come at which everything is tried again. */
const letTimePass = () => run('update outbox set due_at = now() where dead_at is null');

let number = 0;

async function signUp(): Promise<string> {
  const email = `subscriber-${(number += 1)}@example.org`;
  await server.query('mutation ($input: CreateUserInput!) { createUser(input: $input) { id } }', {
    variables: { input: { name: 'Ada', email } },
  });
  return email;
}

const mailsTo = async (address: string) =>
  (await smtp.mails()).filter(({ headers }) => headers.get('x-recipients') === address);

/** Notes messages that a test sends itself. */
async function note(count: number): Promise<void> {
  const messages = Array.from({ length: count }, (_, n) => ({ topic: 'test', payload: { n }, key: null }));
  await server.database().transaction((tx) => enqueue(tx, messages));
}

/** A worker on the same database that hands messages to a test, as another process would have it. */
const workerOf = (deliver: Deliver) =>
  new OutboxWorker({ driver: server.driver, deliver, log: createLog({ logLevel: 'silent' }) });

describe('a mail', () => {
  it('goes to the mail server as text and HTML, and leaves the outbox', async () => {
    const email = await signUp();
    const [{ id } = { id: '' }] = await outbox();
    await server.outbox.sendDue();
    const [mail, ...others] = await mailsTo(email);
    expect(others).toEqual([]);
    expect(mail).toMatchObject({
      subject: 'Choose your password',
      messageId: `<${String(id)}@lantern.example>`,
      from: { value: [{ name: 'The Lantern', address: 'news@lantern.example' }] },
      to: { value: [{ name: '', address: email }] },
    });
    expect(mail?.headers.get('auto-submitted')).toBe('auto-generated');
    const token = tokenIn({ text: mail?.text ?? '', html: mail?.html || '' });
    expect(mail?.text).toContain(`https://lantern.example/reset-password#token=${token}`);
    expect(await outbox()).toEqual([]);
  });

  it('is sent right after the commit that orders it, and others are not waited for', async () => {
    const other = await startServer({ SMTP_URL: smtp.url });
    try {
      other.outbox.start();
      const wake = vi.spyOn(other.outbox, 'wake');
      const taken = smtp.taken();
      await other.query('mutation { requestPasswordReset(email: "nobody@example.org") }');
      expect(wake).toHaveBeenCalledTimes(1);
      await other.query('{ users { id } }');
      await other.query('mutation { createUser(input: { name: "Ada", email: "eager@example.org" }) { id } }');
      expect(wake).toHaveBeenCalledTimes(2);
      await taken;
      expect(await mailsTo('eager@example.org')).toHaveLength(1);
    } finally {
      await other.close();
    }
  });

  it('that is refused for now is tried again, with another link and the same identifier', async () => {
    const email = await signUp();
    await smtp.tell(451);
    await server.outbox.sendDue();
    const [waiting] = await outbox();
    expect(waiting).toMatchObject({ attempts: 1, isDead: false, dueIn: 5 });
    expect(waiting?.lastError).toBe('MailNotSent EENVELOPE RCPT TO 451');
    // It is not due yet.
    await server.outbox.sendDue();
    expect(await outbox()).toMatchObject([{ attempts: 1 }]);
    await smtp.tell('accept');
    await letTimePass();
    await server.outbox.sendDue();
    expect(await mailsTo(email)).toHaveLength(1);
    expect(await outbox()).toEqual([]);
    const told = JSON.stringify(server.log.filter(({ msg }) => msg === 'could not send a message'));
    expect(told).toContain(String(waiting?.id));
    expect(told).not.toMatch(/bsl_|subscriber|not welcome/);
  });

  it('that is refused for good is given up after twelve attempts, each waiting longer', async () => {
    await signUp();
    await smtp.tell(550);
    const waits: unknown[] = [];
    for (let attempt = 1; attempt <= 12; attempt += 1) {
      await server.outbox.sendDue();
      const [row] = await outbox();
      expect(row).toMatchObject({ attempts: attempt, isDead: attempt === 12 });
      waits.push(row?.dueIn);
      await letTimePass();
    }
    expect(waits).toEqual([5, 15, 45, 135, 405, 1_215, 3_600, 3_600, 3_600, 3_600, 3_600, 3_600]);
    await smtp.tell('accept');
    const before = (await smtp.mails()).length;
    await server.outbox.sendDue();
    expect((await smtp.mails()).length).toBe(before);
    expect(await outbox()).toMatchObject([{ attempts: 12, isDead: true }]);
    expect(server.log.filter(({ msg }) => msg === 'gave a message up')).toHaveLength(1);
    await run('delete from outbox');
  });

  it('is ordered anew by whoever asks again, also after it was given up', async () => {
    const email = await signUp();
    await run('delete from outbox');
    const ask = () => server.query(`mutation { requestPasswordReset(email: "${email}") }`);
    await ask();
    await run('update outbox set attempts = 12, dead_at = now()');
    const [dead] = await outbox();
    await ask();
    const [fresh, ...others] = await outbox();
    expect(others).toEqual([]);
    expect(fresh).toMatchObject({ attempts: 0, isDead: false });
    expect(fresh?.id).not.toBe(dead?.id);
    await server.outbox.sendDue();
    expect(await mailsTo(email)).toHaveLength(1);
  });

  it('that was replaced while it was under way gets no link any more', async () => {
    const email = await signUp();
    await run('delete from outbox');
    await server.query(`mutation { requestPasswordReset(email: "${email}") }`);
    const [claimed] = await claimMessages(server.database(), 5);
    await server.query(`mutation { requestPasswordReset(email: "${email}") }`);
    // As a worker that claimed it before would go on.
    await run("update outbox set due_at = now() + interval '1 day'");
    const stale = { ...(claimed as OutboxMessage) };
    expect(await failMessage(server.database(), stale, 'too late')).toBe(false);
    expect(await outbox()).toMatchObject([{ attempts: 0, lastError: null }]);
    await letTimePass();
    await server.outbox.sendDue();
    expect(await mailsTo(email)).toHaveLength(1);
    expect((await run('select count(*)::integer from email_links where email = $1', [email]))[0]).toEqual([
      1,
    ]);
  });
});

describe('a mail server that is killed', () => {
  it('loses no mail, and gets none twice but under the same identifier', async () => {
    const emails: string[] = [];
    for (let round = 0; round < 4; round += 1) {
      for (const email of await Promise.all(Array.from({ length: 6 }, signUp))) emails.push(email);
      // It takes mails and dies before it says so, with others under way.
      await smtp.tell('hold');
      const taken = smtp.taken();
      const sending = server.outbox.sendDue();
      await taken;
      await smtp.kill();
      await sending;
      expect((await outbox()).length).toBeGreaterThan(0);
      await smtp.start();
      await letTimePass();
    }
    await server.outbox.sendDue();
    expect(await outbox()).toEqual([]);
    const mails = await smtp.mails();
    const idsOf = (email: string) =>
      mails
        .filter(({ headers }) => headers.get('x-recipients') === email)
        .map(({ messageId }) => String(messageId));
    const ids = emails.map(idsOf);
    expect(ids.filter(({ length }) => length === 0)).toEqual([]);
    expect(ids.filter((each) => new Set(each).size > 1)).toEqual([]);
    expect(new Set(ids.flat()).size).toBe(emails.length);
    // At least one was taken twice: the test would show nothing otherwise.
    expect(ids.flat().length).toBeGreaterThan(emails.length);
  }, 60_000);

  it('leaves every link good that has arrived, until one is used', async () => {
    const email = await signUp();
    await smtp.tell('hold');
    const taken = smtp.taken();
    const sending = server.outbox.sendDue();
    await taken;
    await smtp.kill();
    await sending;
    await smtp.start();
    await letTimePass();
    await server.outbox.sendDue();
    const tokens = (await mailsTo(email)).map(({ text, html }) =>
      tokenIn({ text: text ?? '', html: html || '' }),
    );
    expect(new Set(tokens).size).toBe(2);
    const reset = (token: string | undefined) =>
      server.send('mutation ($input: ResetPasswordInput!) { resetPassword(input: $input) { id } }', {
        variables: { input: { token, newPassword: 'a long enough password' } },
      });
    expect((await reset(tokens[0])).errors).toEqual([]);
    expect((await reset(tokens[1])).errors).toHaveLength(1);
    await server.outbox.sendDue();
  }, 60_000);

  it('is tried again while nothing listens', async () => {
    const email = await signUp();
    await smtp.kill();
    await server.outbox.sendDue();
    expect(await outbox()).toMatchObject([
      { attempts: 1, lastError: 'MailNotSent ESOCKET ECONNREFUSED CONN' },
    ]);
    await smtp.start();
    await letTimePass();
    await server.outbox.sendDue();
    expect(await mailsTo(email)).toHaveLength(1);
  }, 60_000);
});

describe('several workers', () => {
  it('share the work, and none sends what another one does', async () => {
    await note(60);
    const sent: unknown[] = [];
    const workers = Array.from({ length: 4 }, () =>
      workerOf(async (_db, { payload }) => {
        await new Promise((resolve) => setTimeout(resolve, 2));
        sent.push((payload as { n: number }).n);
      }),
    );
    await Promise.all(workers.map((worker) => worker.sendDue()));
    expect(sent.toSorted((a, b) => Number(a) - Number(b))).toEqual(Array.from({ length: 60 }, (_, n) => n));
    expect(await outbox()).toEqual([]);
  });

  it('take over what one has claimed and not sent, after its lease', async () => {
    await note(1);
    const [lost] = await claimMessages(server.database(), 5);
    expect((await outbox())[0]?.dueIn).toBe(120);
    const sent: OutboxMessage[] = [];
    const worker = workerOf(async (_db, message) => {
      sent.push(message);
    });
    await worker.sendDue();
    expect(sent).toEqual([]);
    await run(`update outbox set due_at = due_at - interval '120 seconds'`);
    await worker.sendDue();
    expect(sent).toMatchObject([{ id: lost?.id, attempts: 2 }]);
  });
});

describe('the worker', () => {
  it('asks once where there is nothing to send', async () => {
    const query = vi.spyOn(server.driver, 'query');
    await server.outbox.sendDue();
    expect(query).toHaveBeenCalledTimes(1);
    query.mockRestore();
  });

  it('stops when what is under way is done, and takes nothing new', async () => {
    await note(8);
    let begun = 0;
    let finish: () => void = () => {};
    const finished = new Promise<void>((resolve) => (finish = resolve));
    const worker = workerOf(async () => {
      begun += 1;
      await finished;
    });
    worker.start();
    await vi.waitFor(() => expect(begun).toBe(5), { timeout: 20_000 });
    const stopped = worker.stop();
    finish();
    await stopped;
    expect(begun).toBe(5);
    expect(await outbox()).toHaveLength(3);
    await run('delete from outbox');
  });

  it('keeps what was thrown to itself, but for its kind', async () => {
    await note(1);
    const worker = workerOf(async () => {
      throw Object.assign(new TypeError('ada@example.org bsl_secret'), { code: 'E_ODD' });
    });
    await worker.sendDue();
    expect(await outbox()).toMatchObject([{ attempts: 1, lastError: 'TypeError E_ODD' }]);
    await run('delete from outbox');
  });

  it('says once that the database is away, and goes on when it is back', async () => {
    const lines: string[] = [];
    const log = createLog({ logLevel: 'info' }, { write: (line: string) => lines.push(line) });
    const away = openImpatientServer(nowhere);
    let isAway = true;
    const driver = {
      ...server.driver,
      query: (query: Parameters<typeof away.query>[0]) => (isAway ? away : server.driver).query(query),
    };
    const sent: OutboxMessage[] = [];
    const worker = new OutboxWorker({
      driver,
      log,
      async deliver(_db, message) {
        sent.push(message);
      },
    });
    await note(1);
    worker.start();
    await vi.waitFor(() => expect(lines).toHaveLength(1), { timeout: 20_000 });
    for (let n = 0; n < 3; n += 1) {
      worker.wake();
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain('the outbox cannot be read');
    expect(lines[0]).not.toContain('hunter2');
    isAway = false;
    worker.wake();
    await vi.waitFor(() => expect(sent).toHaveLength(1), { timeout: 20_000 });
    await worker.stop();
    expect(lines).toHaveLength(2);
    expect(lines[1]).toContain('the outbox is read again');
    await away.close();
  });
});
