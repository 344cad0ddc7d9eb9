import * as argon2 from '@node-rs/argon2';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Person, startServer, type TestServer } from '../helpers/server.ts';

let server: TestServer;
let strict: TestServer;
beforeAll(async () => {
  server = await startServer();
  strict = await startServer({ PASSWORD_MIN_LENGTH: '15' });
});
afterAll(() => Promise.all([server.close(), strict.close()]));
let accounts = 0;
const newEmail = () => `somebody-${(accounts += 1)}@example.org`;

const createUser = `mutation ($input: CreateUserInput!) { createUser(input: $input) { id username } }`;
const signInMutation = `mutation ($email: String!, $password: String!) {
  signIn(input: { email: $email, password: $password }) { accessToken } }`;

async function account(password: string, on = server): Promise<{ email: string; id: string }> {
  const email = newEmail();
  const input = { name: 'Somebody', email, password };
  return { email, ...(await on.query(createUser, { variables: { input } })).createUser };
}

const enter = (email: string, password: string) =>
  server.send(signInMutation, { variables: { email, password } });

const canEnter = async (email: string, password: string) =>
  (await enter(email, password)).errors.length === 0;

/** What is wrong with a password for a new account; null when nothing is. */
async function faultOf(password: string, profile: object = {}, on = server): Promise<string | null> {
  const input = { name: 'Somebody', email: newEmail(), password, ...profile };
  const { errors } = await on.send(createUser, { variables: { input } });
  if (errors.length === 0) return null;
  const [issue, ...others] = errors[0]?.extensions.issues ?? [];
  expect(others).toEqual([]);
  expect(issue?.path).toEqual(['input', 'password']);
  expect(errors[0]?.message).toBe(issue?.message);
  return issue?.code ?? '';
}

describe('a password', () => {
  it('has 8 to 128 characters, and may be any text otherwise', async () => {
    expect(await faultOf('abc')).toBe('too_small');
    expect(await faultOf('x7#kqw2')).toBe('too_small');
    expect(await faultOf('💚'.repeat(7))).toBe('too_small');
    expect(await faultOf('💚'.repeat(128))).toBeNull();
    expect(await faultOf('x'.repeat(64))).toBeNull();
    expect(await faultOf(' eight  ')).toBeNull();
    expect(await faultOf('x'.repeat(129))).toBe('too_big');
    expect(await faultOf('with \0 in it')).toBe('invalid_character');
  });

  it('counts to its last character', async () => {
    const stem = 'a'.repeat(80);
    const { email } = await account(`${stem}X`);
    expect(await canEnter(email, `${stem}Y`)).toBe(false);
    expect(await canEnter(email, stem)).toBe(false);
    expect(await canEnter(email, `${stem}X`)).toBe(true);
  });

  it('is none of the most common ones, in upper or lower case, and this is said', async () => {
    for (const password of ['password1', 'PASSWORD1', 'Iloveyou1', '123456789', 'qwertyuiop']) {
      expect(await faultOf(password), password).toBe('too_common');
    }
    const input = { name: 'Somebody', email: newEmail(), password: 'Password1' };
    const { message } = await server.refusal(createUser, { variables: { input } });
    expect(message).toMatch(/among the most common ones/);
    expect(await faultOf('password1 is not enough')).toBeNull();
  });

  it('is nothing that everybody knows of its user', async () => {
    const profile = { name: 'Grace Hopper', username: 'amazing-grace', email: 'Rear.Admiral@example.org' };
    for (const known of ['grace hopper', 'Amazing-Grace', 'rear.admiral@EXAMPLE.org', 'rear.admiral']) {
      expect(await faultOf(known, profile), known).toBe('too_personal');
    }
    expect(await faultOf('grace-hopper', { name: 'Grace Hopper' })).toBe('too_personal');
  });

  it('may be asked to be longer', async () => {
    expect(await faultOf('fourteen chars', {}, strict)).toBe('too_small');
    const input = { name: 'Somebody', email: newEmail(), password: 'fourteen chars' };
    const { message } = await strict.refusal(createUser, { variables: { input } });
    expect(message).toBe('The password must have at least 15 characters.');
    expect(await faultOf('fifteen letters', {}, strict)).toBeNull();
  });

  it('follows the same rules where it is changed', async () => {
    const old = 'an old long password';
    const { email, id } = await account(old, strict);
    const { signIn } = await strict.query(signInMutation, { variables: { email, password: old } });
    const as = { token: signIn.accessToken } as Person;
    const change = async (newPassword: string) => {
      const input = { currentPassword: old, newPassword };
      const document = 'mutation ($input: ChangePasswordInput!) { changePassword(input: $input) { id } }';
      const { data, errors } = await strict.send(document, { variables: { input }, as });
      return errors[0]?.extensions.issues?.[0] ?? data;
    };
    const path = ['input', 'newPassword'];
    expect(await change('fourteen chars')).toMatchObject({ path, code: 'too_small' });
    expect(await change('123456789987654321')).toMatchObject({ path, code: 'too_common' });
    expect(await change(email.toUpperCase())).toMatchObject({ path, code: 'too_personal' });
    expect(await change('fifteen letters')).toEqual({ changePassword: { id } });
  });
});

/** The hash that is stored for an account. */
async function storedHash(email: string): Promise<string> {
  const [[hash] = []] = await server.driver.query({
    name: null,
    text: 'select password_hash from credentials join users on id = user_id where email = $1',
    values: [email],
  });
  return String(hash);
}

/** Stores a hash of a password that was made with these parameters. */
async function storeHash(email: string, password: string, parameters: argon2.Options): Promise<string> {
  const hash = await argon2.hash(password, parameters);
  await server.driver.query({
    name: null,
    text: 'update credentials set password_hash = $1 from users where id = user_id and email = $2',
    values: [hash, email],
  });
  return hash;
}

describe('a hash', () => {
  const password = 'a good long password';
  const now = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };
  const current = /^\$argon2id\$v=19\$m=19456,t=2,p=1\$/;

  it.each([
    ['less memory', { ...now, memoryCost: 8_192 }],
    ['fewer passes', { ...now, timeCost: 1 }],
    ['argon2i', { ...now, algorithm: 0 as argon2.Algorithm }],
  ])('of %s is made anew at the next sign-in, once', async (_, parameters) => {
    const { email } = await account(password);
    const old = await storeHash(email, password, parameters);
    expect(await canEnter(email, 'wrong password')).toBe(false);
    expect(await storedHash(email)).toBe(old);
    const first = await enter(email, password);
    const renewed = await storedHash(email);
    expect(renewed).toMatch(current);
    const second = await enter(email, password);
    expect(await storedHash(email)).toBe(renewed);
    expect(first.statements).toBe(second.statements);
    expect(await canEnter(email, 'wrong password')).toBe(false);
  });

  it('of more work stays', async () => {
    const { email } = await account(password);
    const old = await storeHash(email, password, { ...now, timeCost: 3 });
    expect(await canEnter(email, password)).toBe(true);
    expect(await storedHash(email)).toBe(old);
  });
});
