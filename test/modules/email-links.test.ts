import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { postWithHeaders } from '../helpers/http.ts';
import { badLink, isTime, mailsOf, newAddress, password, tokenIn } from '../helpers/mails.ts';
import { type Person, startServer, useServer } from '../helpers/server.ts';

const server = useServer({ WEB_URL: 'https://lantern.example/app', ALLOWED_HOSTS: 'evil.example' });
const { newPerson, canSignIn, mailsTo, valueOf, verify, requestReset, reset, confirm } = mailsOf(server);

/** What is no address, or more than one. */
const noAddresses: [what: string, text: string][] = [
  ['no address', 'ada'],
  ['two addresses', 'ada@example.org,eve@example.org'],
  ['two addresses with a space', 'ada@example.org eve@example.org'],
  ['a name and an address', 'Ada <ada@example.org>'],
  ['CRLF and a header', 'ada@example.org\r\nBcc: eve@example.org'],
  ['a line end', 'ada@example.org\n.'],
  ['U+0000', 'ada@example.org\0'],
  ['10 kB', `${'a'.repeat(10_000)}@example.org`],
  ['a comment', '(ada)ada@example.org'],
  ['a quoted part', '"ada@evil.example "@example.org'],
  ['a letter that folds to ASCII', '\u212Aate@example.org'],
];

describe.each(noAddresses)('%s', (_, text) => {
  it.each([
    ['createUser', 'input.email', 'createUser(input: { name: "Eve", email: $text }) { id }'],
    ['requestPasswordReset', 'email', 'requestPasswordReset(email: $text)'],
    [
      'changeEmail',
      'input.newEmail',
      `changeEmail(input: { newEmail: $text, password: "${password}" }) { id }`,
    ],
  ])('is no address to %s', async (_field, path, field) => {
    const person = await server.person();
    const { extensions } = await server.refusal(`mutation ($text: String!) { ${field} }`, {
      variables: { text },
      as: person,
    });
    expect(extensions.code).toBe('BAD_USER_INPUT');
    expect(extensions.issues?.map((issue) => issue.path.join('.'))).toEqual([path]);
    expect(await valueOf('select count(*)::integer from outbox')).toBe(0);
  });
});

describe('a sign-up', () => {
  it('mails a link that proves the address, to the front end', async () => {
    const person = await newPerson();
    expect(person.mail?.subject).toBe('Confirm your e-mail address');
    const token = tokenIn(person.mail);
    expect(person.mail?.text).toContain(`\n\nhttps://lantern.example/app/verify-email#token=${token}\n\n`);
    const { data, statements } = await verify(token, person);
    expect(data.verifyEmail).toEqual({ id: person.id, email: person.email, emailVerifiedAt: isTime });
    expect(statements).toBe(8);
  });

  it('without a password mails a link that sets one, and proves the address as well', async () => {
    const email = newAddress();
    await server.query('mutation ($input: CreateUserInput!) { createUser(input: $input) { id } }', {
      variables: { input: { name: 'Ada', email } },
    });
    const [mail, ...others] = await mailsTo(email);
    expect(others).toEqual([]);
    expect(mail?.subject).toBe('Choose your password');
    const { data } = await reset(tokenIn(mail), 'a password of mine');
    expect(data.resetPassword).toMatchObject({ email, emailVerifiedAt: isTime });
    expect(await canSignIn(email, 'a password of mine')).toBe(true);
  });

  it('mails once, however many sign up with one address at the same time', async () => {
    const email = newAddress();
    const answers = await Promise.all(
      Array.from({ length: 12 }, () =>
        server.send('mutation ($input: CreateUserInput!) { createUser(input: $input) { id } }', {
          variables: { input: { name: 'Ada', email } },
        }),
      ),
    );
    expect(answers.filter(({ errors }) => errors.length === 0)).toHaveLength(1);
    expect(await mailsTo(email)).toHaveLength(1);
  });

  it('on the command line, or by an import, mails nothing', async () => {
    await server.person();
    expect(await valueOf('select count(*)::integer from outbox')).toBe(0);
  });

  it('that fails mails nothing', async () => {
    const { email } = await newPerson();
    const before = await server.mails();
    await server.refusal('mutation ($input: CreateUserInput!) { createUser(input: $input) { id } }', {
      variables: { input: { name: 'Eve', email, password } },
    });
    expect(await valueOf('select count(*)::integer from outbox')).toBe(0);
    expect(await server.mails()).toHaveLength(before.length);
  });

  it('tells the owner of the address nothing that the stranger wrote', async () => {
    const email = newAddress();
    const name = 'Win at https://evil.example <b>now</b>';
    await server.query('mutation ($input: CreateUserInput!) { createUser(input: $input) { id } }', {
      variables: { input: { name, bio: 'evil.example', email, password } },
    });
    await requestReset(email);
    const mails = await mailsTo(email);
    expect(mails).toHaveLength(2);
    for (const { text, html, subject } of mails) expect(subject + text + html).not.toMatch(/evil|<b>/);
  });
});

describe('a link', () => {
  it('is stored as a hash, for an hour, and stands nowhere else', async () => {
    const { email, mail } = await newPerson();
    const token = tokenIn(mail);
    const hash = createHash('sha256').update(token).digest('hex');
    const found = await server.driver.query({
      name: null,
      text: `select purpose, email, extract(epoch from expires_at - now())::integer from email_links where hash = $1`,
      values: [hash],
    });
    expect(found).toHaveLength(1);
    const [purpose, address, seconds] = found[0] as [string, string, number];
    expect({ purpose, address }).toEqual({ purpose: 'VERIFY_EMAIL', address: email });
    expect(seconds).toBeGreaterThan(3_500);
    expect(seconds).toBeLessThanOrEqual(3_600);
    for (const table of ['email_links', 'outbox', 'audit_events', 'users']) {
      expect(
        await valueOf(`select count(*)::integer from ${table} t where t::text like '%${token}%'`),
        table,
      ).toBe(0);
    }
    expect(JSON.stringify(server.log)).not.toContain(token.slice(4));
  });

  it('is not in the message that orders its mail', async () => {
    const email = newAddress();
    await requestReset(email);
    const payload = await valueOf('select payload::text from outbox');
    expect(JSON.parse(String(payload))).toEqual({ mail: 'RESET_PASSWORD', userId: null, email });
    await server.mails();
  });

  it('is good once, and not for an hour more', async () => {
    const person = await newPerson();
    const token = tokenIn(person.mail);
    await server.driver.execute(`update email_links set expires_at = expires_at - interval '59 minutes'`);
    expect((await verify(token, person)).errors).toEqual([]);
    expect((await verify(token, person)).errors).toMatchObject([badLink(['token'])]);
    await requestReset(person.email);
    const late = tokenIn((await mailsTo(person.email))[0]);
    await server.driver.execute(`update email_links set expires_at = expires_at - interval '1 hour'`);
    expect((await reset(late)).errors).toMatchObject([badLink(['input', 'token'])]);
    expect(await canSignIn(person.email, password)).toBe(true);
  });

  it('is built from the setting, whatever host the request names', async () => {
    const email = newAddress();
    const body = {
      query: `mutation { createUser(input: { name: "Ada", email: "${email}", password: "${password}" }) { id } }`,
    };
    const evil = { host: 'evil.example', 'x-forwarded-host': 'evil.example', origin: 'https://evil.example' };
    expect((await postWithHeaders(server, body, evil)).status).toBe(200);
    await postWithHeaders(server, { query: `mutation { requestPasswordReset(email: "${email}") }` }, evil);
    const mails = await mailsTo(email);
    expect(mails).toHaveLength(2);
    for (const { text, html } of mails) {
      expect(text + html).not.toContain('evil');
      expect(text).toContain('https://lantern.example/app/');
    }
  });

  it('ends those that were mailed for the same before', async () => {
    const person = await newPerson();
    const first = tokenIn(person.mail);
    await server.query('mutation { requestEmailVerification { id } }', { as: person });
    const second = tokenIn((await mailsTo(person.email))[0]);
    expect(second).not.toBe(first);
    expect((await verify(first, person)).errors).toMatchObject([badLink(['token'])]);
    expect((await verify(second, person)).errors).toEqual([]);
  });

  it.each([
    ['nothing', () => ''],
    ['nonsense', () => 'nonsense'],
    ['an unknown token', () => `bsl_${'A'.repeat(43)}`],
    ['a hash', (token: string) => createHash('sha256').update(token).digest('hex')],
    ['a token with a tail', (token: string) => `${token}=`],
    ['a token in other case', (token: string) => token.toUpperCase()],
    ['a token of 60 kB', (token: string) => token.repeat(2_000).slice(0, 60_000)],
    ['U+0000', () => 'bsl_\0'],
  ])('is answered alike when it is %s', async (_, forge) => {
    const person = await newPerson();
    const token = forge(tokenIn(person.mail));
    expect((await verify(token, person)).errors).toMatchObject([badLink(['token'])]);
    expect((await confirm(token, person)).errors).toMatchObject([badLink(['token'])]);
    expect((await reset(token)).errors).toMatchObject([badLink(['input', 'token'])]);
  });

  it('is good for what it was mailed for, and for whom', async () => {
    const [ada, eve] = [await newPerson(), await newPerson()];
    const token = tokenIn(ada.mail);
    expect((await verify(token, eve)).errors).toMatchObject([badLink(['token'])]);
    expect((await verify(token)).errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
    expect((await confirm(token, ada)).errors).toMatchObject([badLink(['token'])]);
    expect((await reset(token)).errors).toMatchObject([badLink(['input', 'token'])]);
    expect((await verify(token, ada)).errors).toEqual([]);
  });

  it('goes with its user', async () => {
    const person = await newPerson();
    await requestReset(person.email);
    const token = tokenIn((await mailsTo(person.email))[0]);
    await requestReset(person.email);
    await server.query(`mutation { deleteUser(id: "${person.id}") { id } }`, { as: person });
    const before = await server.mails();
    expect((await mailsTo(person.email)).length).toBe(2);
    expect((await server.mails()).length).toBe(before.length);
    expect((await reset(token)).errors).toMatchObject([badLink(['input', 'token'])]);
  });
});

describe('requestEmailVerification', () => {
  it('mails nothing where the address is proved', async () => {
    const person = await newPerson();
    await verify(tokenIn(person.mail), person);
    const { data, statements } = await server.send(
      'mutation { requestEmailVerification { emailVerifiedAt } }',
      {
        as: person,
      },
    );
    expect(data.requestEmailVerification).toEqual({ emailVerifiedAt: isTime });
    expect(statements).toBe(6);
    expect(await mailsTo(person.email)).toHaveLength(1);
  });

  it('is a conflict where there is no address', async () => {
    const person = await server.person();
    await server.driver.execute(`update users set email = null where id = '${person.uuid}'`);
    const refusal = await server.refusal('mutation { requestEmailVerification { id } }', { as: person });
    expect(refusal.extensions.code).toBe('CONFLICT');
  });
});

describe('User.emailVerifiedAt', () => {
  it('is seen by the user and by administrators alone', async () => {
    const person = await newPerson();
    await verify(tokenIn(person.mail), person);
    const document = `{ user(id: "${person.id}") { emailVerifiedAt } }`;
    const seenBy = async (as?: Person) => (await server.query(document, { as })).user.emailVerifiedAt;
    expect(await seenBy(person)).toEqual(isTime);
    expect(await seenBy(await server.person('ADMIN'))).toEqual(isTime);
    expect(await seenBy(await server.person('EDITOR'))).toBeNull();
    expect(await seenBy()).toBeNull();
  });
});

describe('a server that sends no mail', () => {
  it('says so, and notes none', async () => {
    const silent = await startServer({ NODE_ENV: 'production' });
    try {
      await silent.query(
        `mutation { createUser(input: { name: "Ada", email: "ada@example.org", password: "${password}" }) { id } }`,
      );
      const person = await silent.person();
      for (const [field, as] of [
        ['requestPasswordReset(email: "ada@example.org")', undefined],
        ['requestEmailVerification { id }', person],
        ['changeEmail(input: { newEmail: "eve@example.org", password: "x" }) { id }', person],
      ] as const) {
        const refusal = await silent.refusal(`mutation { ${field} }`, { as });
        expect(refusal).toMatchObject({
          message: 'This server sends no mail.',
          extensions: { code: 'FORBIDDEN' },
        });
      }
      const [row] = await silent.driver.query({
        name: null,
        text: 'select count(*)::integer from outbox',
        values: [],
      });
      expect(row).toEqual([0]);
      expect((await fetch(`${silent.url}/mailbox`)).status).toBe(404);
    } finally {
      await silent.close();
    }
  });
});
