import { describe, expect, it } from 'vitest';
import { badLink, isTime, mailsOf, newAddress, password, tokenIn } from '../helpers/mails.ts';
import { useServer } from '../helpers/server.ts';

const server = useServer({ WEB_URL: 'https://lantern.example/app' });
const { newPerson, signIn, canSignIn, mailsTo, valueOf, verify, requestReset, reset, change } =
  mailsOf(server);

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
    expect(statements).toBe(14);
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
