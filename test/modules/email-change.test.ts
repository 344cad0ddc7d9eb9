import { describe, expect, it } from 'vitest';
import { onServer } from '../helpers/database.ts';
import { badLink, isTime, mailsOf, newAddress, password, tokenIn } from '../helpers/mails.ts';
import { useServer } from '../helpers/server.ts';

const server = useServer({ WEB_URL: 'https://lantern.example/app' });
const { newPerson, canSignIn, mailsTo, valueOf, verify, requestReset, reset, change, confirm } =
  mailsOf(server);

describe('a change of address', () => {
  it('is confirmed at the new one, and told to the old one', async () => {
    const person = await newPerson();
    const newEmail = newAddress();
    await requestReset(person.email);
    const resetting = tokenIn((await mailsTo(person.email))[0]);
    const asked = await change(person, newEmail);
    expect(asked.data.changeEmail).toEqual({ id: person.id, email: person.email });
    expect(asked.statements).toBe(8);
    const [link] = await mailsTo(newEmail);
    expect(link?.text).toContain('https://lantern.example/app/confirm-email#token=bsl_');
    const [notice] = await mailsTo(person.email);
    expect(notice?.subject).toBe('Your account is to get another e-mail address');
    expect(notice?.text).not.toMatch(new RegExp(`bsl_|${newEmail}`));
    const { data, statements } = await confirm(tokenIn(link), person);
    expect(data.confirmEmailChange).toEqual({ id: person.id, email: newEmail, emailVerifiedAt: isTime });
    expect(statements).toBe(11);
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
