import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { postWithHeaders } from '../helpers/http.ts';
import { tokenIn } from '../helpers/mails.ts';
import { onServer } from '../helpers/database.ts';
import { type Person, startServer, useServer } from '../helpers/server.ts';

const server = useServer({ WEB_URL: 'https://lantern.example/app' });

let number = 0;
/** An address that nobody has. */
const newAddress = () => `reader-${(number += 1)}@example.org`;

const password = 'a long enough password';

/** Signs somebody up and in, and answers them with the mail that they got. */
async function newPerson(email = newAddress()) {
  const { createUser } = await server.query(
    'mutation ($input: CreateUserInput!) { createUser(input: $input) { id username } }',
    { variables: { input: { name: 'Ada', email, password } } },
  );
  const [mail] = await mailsTo(email);
  return { ...(await signIn(email)), ...createUser, email, mail } as Person & { mail: typeof mail };
}

async function signIn(email: string, secret = password): Promise<{ token: string }> {
  const { signIn: signedIn } = await server.query(
    'mutation ($input: SignInInput!) { signIn(input: $input) { accessToken } }',
    { variables: { input: { email, password: secret } } },
  );
  return { token: signedIn.accessToken };
}

const canSignIn = async (email: string, secret: string) => {
  const document = 'mutation ($input: SignInInput!) { signIn(input: $input) { accessToken } }';
  return (
    (await server.send(document, { variables: { input: { email, password: secret } } })).errors.length === 0
  );
};

/** The mails that went to an address, the newest first. */
async function mailsTo(address: string) {
  return (await server.mails()).filter(({ to }) => to === address);
}

async function valueOf(text: string): Promise<unknown> {
  const [row] = await server.driver.query({ name: null, text, values: [] });
  return row?.[0];
}

const verify = (token: string, as?: Person) =>
  server.send('mutation ($token: String!) { verifyEmail(token: $token) { id email emailVerifiedAt } }', {
    variables: { token },
    as,
  });
const requestReset = (email: string, headers = {}) =>
  server.send('mutation ($email: String!) { requestPasswordReset(email: $email) }', {
    variables: { email },
    headers,
  });
const reset = (token: string, newPassword = 'another long password') =>
  server.send(
    'mutation ($input: ResetPasswordInput!) { resetPassword(input: $input) { id email emailVerifiedAt } }',
    {
      variables: { input: { token, newPassword } },
    },
  );
const change = (as: Person, newEmail: string, secret = password) =>
  server.send('mutation ($input: ChangeEmailInput!) { changeEmail(input: $input) { id email } }', {
    variables: { input: { newEmail, password: secret } },
    as,
  });
const confirm = (token: string, as?: Person) =>
  server.send(
    'mutation ($token: String!) { confirmEmailChange(token: $token) { id email emailVerifiedAt } }',
    {
      variables: { token },
      as,
    },
  );

const isTime = expect.stringMatching(/^\d{4}-.*Z$/);
const badLink = (path: string[]) => ({
  message: 'The link is not valid any more. Ask for another one.',
  extensions: { code: 'BAD_USER_INPUT', issues: [{ path, code: 'invalid_link' }] },
});

describe('a sign-up', () => {
  it('mails a link that proves the address, to the front end', async () => {
    const person = await newPerson();
    expect(person.mail?.subject).toBe('Confirm your e-mail address');
    const token = tokenIn(person.mail);
    expect(person.mail?.text).toContain(`\n\nhttps://lantern.example/app/verify-email#token=${token}\n\n`);
    const { data, statements } = await verify(token, person);
    expect(data.verifyEmail).toEqual({ id: person.id, email: person.email, emailVerifiedAt: isTime });
    expect(statements).toBe(6);
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
    ['a token of a megabyte', (token: string) => token.repeat(20_000)],
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
    expect(statements).toBe(5);
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

describe('requestPasswordReset', () => {
  it('answers alike for an address that has an account and one that has none', async () => {
    const { email } = await newPerson();
    const [known, unknown] = [await requestReset(email), await requestReset('nobody@example.org')];
    for (const { status, text, statements } of [known, unknown]) {
      expect({ status, text, statements }).toEqual({
        status: 200,
        text: '{"data":{"requestPasswordReset":true}}\n',
        statements: 4,
      });
    }
    const length = ({ headers }: typeof known) => headers.get('content-length');
    expect(length(known)).toBe(length(unknown));
    expect(await mailsTo('nobody@example.org')).toEqual([]);
    expect(await mailsTo(email)).toHaveLength(2);
    // What nobody got is not tried again.
    expect(await valueOf('select count(*)::integer from outbox')).toBe(0);
  });

  it('mails the address of the account, in whatever case it was asked for', async () => {
    const { email } = await newPerson();
    await requestReset(email.toUpperCase());
    expect(await mailsTo(email)).toHaveLength(2);
    expect(await mailsTo(email.toUpperCase())).toEqual([]);
  });

  it('mails once where it was asked often before the mail was sent', async () => {
    const { email } = await newPerson();
    const asked = await Promise.all(Array.from({ length: 8 }, () => requestReset(email)));
    expect(asked.flatMap(({ errors }) => errors)).toEqual([]);
    expect(await valueOf('select count(*)::integer from outbox')).toBe(1);
    expect(await mailsTo(email)).toHaveLength(2);
  });

  it('mails nothing to a suspended user, and says so to nobody', async () => {
    const { email, id } = await newPerson();
    await server.query(`mutation { suspendUser(id: "${id}") { id } }`, { as: await server.person('ADMIN') });
    expect((await requestReset(email)).text).toBe('{"data":{"requestPasswordReset":true}}\n');
    expect(await mailsTo(email)).toHaveLength(1);
  });

  it.each([
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
  ])('refuses %s', async (_, email) => {
    const { errors } = await requestReset(email);
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT', issues: [{ path: ['email'] }] } }]);
    expect(await valueOf('select count(*)::integer from outbox')).toBe(0);
  });
});

describe('resetPassword', () => {
  /** Somebody with a link that sets their password. */
  async function withLink() {
    const person = await newPerson();
    await requestReset(person.email);
    return { person, token: tokenIn((await mailsTo(person.email))[0]) };
  }

  it('sets the password, ends all sessions, proves the address, and tells the user', async () => {
    const { person, token } = await withLink();
    const { data, statements } = await reset(token);
    expect(data.resetPassword).toEqual({ id: person.id, email: person.email, emailVerifiedAt: isTime });
    expect(statements).toBe(11);
    const { status } = await server.send('{ viewer { id } }', { as: person });
    expect(status).toBe(401);
    expect(await canSignIn(person.email, password)).toBe(false);
    expect(await canSignIn(person.email, 'another long password')).toBe(true);
    const subjects = (await mailsTo(person.email)).map(({ subject }) => subject);
    // They were sent at the same time.
    expect(subjects.slice(0, 2).toSorted()).toEqual([
      'New sign-in to your account',
      'Your password was reset',
    ]);
    // The second sign-in is nothing new.
    expect(await canSignIn(person.email, 'another long password')).toBe(true);
    expect(await mailsTo(person.email)).toHaveLength(subjects.length);
  });

  it('takes an account over that never proved its address: other ways in and links are gone', async () => {
    const { person: stranger, token } = await withLink();
    const verifying = tokenIn(stranger.mail);
    await change(stranger, newAddress());
    await server.driver.execute(
      `insert into external_identities (issuer, subject, user_id)
       select 'https://login.example', id::text, id from users where email = '${stranger.email}'`,
    );
    expect((await reset(token, 'the owner has it now')).errors).toEqual([]);
    const [row] = await server.driver.query({
      name: null,
      text: `select (select count(*)::integer from external_identities where user_id = users.id),
        (select count(*)::integer from email_links where user_id = users.id),
        (select count(*)::integer from outbox where payload->>'mail' = 'CHANGE_EMAIL')
        from users where email = $1`,
      values: [stranger.email],
    });
    expect(row).toEqual([0, 0, 0]);
    const owner = { ...stranger, ...(await signIn(stranger.email, 'the owner has it now')) };
    expect((await verify(verifying, owner)).errors).toHaveLength(1);
  });

  it('leaves the other ways in where the address was proved', async () => {
    const person = await newPerson();
    await verify(tokenIn(person.mail), person);
    await server.driver.execute(
      `insert into external_identities (issuer, subject, user_id)
       select 'https://login.example', id::text, id from users where email = '${person.email}'`,
    );
    await requestReset(person.email);
    await reset(tokenIn((await mailsTo(person.email))[0]));
    expect(
      await valueOf(
        `select count(*)::integer from external_identities join users on users.id = user_id where email = '${person.email}'`,
      ),
    ).toBe(1);
  });

  it('gives one of many who come with the same link what they want', async () => {
    const { person, token } = await withLink();
    const passwords = Array.from({ length: 6 }, (_, n) => `a new password ${n}`);
    const answers = await Promise.all(passwords.map((secret) => reset(token, secret)));
    const winners = passwords.filter((_, n) => answers[n]?.errors.length === 0);
    expect(winners).toHaveLength(1);
    for (const { errors } of answers.filter(({ errors }) => errors.length > 0)) {
      expect(errors).toMatchObject([badLink(['input', 'token'])]);
    }
    expect(await canSignIn(person.email, winners[0] ?? '')).toBe(true);
  });

  it('does not use the link up for a password that cannot be one', async () => {
    const { token } = await withLink();
    const { errors } = await reset(token, 'short');
    expect(errors).toMatchObject([{ extensions: { issues: [{ path: ['input', 'newPassword'] }] } }]);
    expect((await reset(token)).errors).toEqual([]);
  });

  it('refuses a suspended user, whose link was mailed before', async () => {
    const { person, token } = await withLink();
    await server.query(`mutation { suspendUser(id: "${person.id}") { id } }`, {
      as: await server.person('ADMIN'),
    });
    expect((await reset(token)).errors).toMatchObject([badLink(['input', 'token'])]);
  });
});

describe('a change of address', () => {
  it('is confirmed at the new one, and told to the old one', async () => {
    const person = await newPerson();
    const newEmail = newAddress();
    await requestReset(person.email);
    const resetting = tokenIn((await mailsTo(person.email))[0]);
    const asked = await change(person, newEmail);
    expect(asked.data.changeEmail).toEqual({ id: person.id, email: person.email });
    expect(asked.statements).toBe(7);
    const [link] = await mailsTo(newEmail);
    expect(link?.text).toContain('https://lantern.example/app/confirm-email#token=bsl_');
    const [notice] = await mailsTo(person.email);
    expect(notice?.subject).toBe('Your account is to get another e-mail address');
    expect(notice?.text).not.toMatch(new RegExp(`bsl_|${newEmail}`));
    const { data, statements } = await confirm(tokenIn(link), person);
    expect(data.confirmEmailChange).toEqual({ id: person.id, email: newEmail, emailVerifiedAt: isTime });
    expect(statements).toBe(7);
    // Links to the old address lead nowhere.
    expect((await reset(resetting)).errors).toMatchObject([badLink(['input', 'token'])]);
    expect(await canSignIn(person.email, password)).toBe(false);
    expect(await canSignIn(newEmail, password)).toBe(true);
  });

  it('asks for the password', async () => {
    const person = await newPerson();
    const { errors } = await change(person, newAddress(), 'not the password');
    expect(errors).toMatchObject([
      { extensions: { code: 'BAD_USER_INPUT', issues: [{ path: ['input', 'password'], code: 'wrong' }] } },
    ]);
    expect(await valueOf('select count(*)::integer from outbox')).toBe(0);
  });

  it('is for the account alone: who gets the mail by mistake can do nothing with it', async () => {
    const [ada, eve] = [await newPerson(), await newPerson()];
    const newEmail = newAddress();
    await change(ada, newEmail);
    const token = tokenIn((await mailsTo(newEmail))[0]);
    expect((await confirm(token, eve)).errors).toMatchObject([badLink(['token'])]);
    expect((await confirm(token)).errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
  });

  it('is a conflict where another account has proved the address, told to its owner alone', async () => {
    const [ada, other] = [await newPerson(), await newPerson()];
    await verify(tokenIn(other.mail), other);
    expect((await change(ada, other.email.toUpperCase())).errors).toEqual([]);
    const token = tokenIn((await mailsTo(other.email.toUpperCase()))[0]);
    expect((await confirm(token, ada)).errors).toMatchObject([{ extensions: { code: 'CONFLICT' } }]);
    expect(await canSignIn(other.email, password)).toBe(true);
    expect(await canSignIn(ada.email, password)).toBe(true);
  });

  it('takes the address from an account that never proved it, and leaves that account the rest', async () => {
    const [ada, squatter] = [await newPerson(), await newPerson()];
    await change(ada, squatter.email);
    const token = tokenIn((await mailsTo(squatter.email))[0]);
    const { data } = await confirm(token, ada);
    expect(data.confirmEmailChange).toMatchObject({ id: ada.id, email: squatter.email });
    const { viewer } = await server.query('{ viewer { id email } }', { as: squatter });
    expect(viewer).toEqual({ id: squatter.id, email: null });
    // Their link was for an address that is no longer theirs.
    expect((await verify(tokenIn(squatter.mail), squatter)).errors).toMatchObject([badLink(['token'])]);
    // Signed in still, they can take another one.
    const mended = newAddress();
    await change(squatter, mended);
    const mending = tokenIn((await mailsTo(mended))[0]);
    expect((await confirm(mending, squatter)).data.confirmEmailChange.email).toBe(mended);
  });

  it.runIf(onServer)(
    'to one address by two accounts at the same time makes one of them its owner',
    async () => {
      const [ada, eve] = [await newPerson(), await newPerson()];
      const newEmail = newAddress();
      await change(ada, newEmail);
      const first = tokenIn((await mailsTo(newEmail))[0]);
      await change(eve, newEmail);
      const second = tokenIn((await mailsTo(newEmail))[0]);
      const answers = await Promise.all([confirm(first, ada), confirm(second, eve)]);
      const codes = answers.flatMap(({ errors }) => errors.map(({ extensions }) => extensions.code));
      expect(codes).toEqual(['CONFLICT']);
      expect(await valueOf(`select count(*)::integer from users where email = '${newEmail}'`)).toBe(1);
    },
  );
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
