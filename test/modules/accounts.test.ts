import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { countRows } from '../helpers/rows.ts';
import { type Answer, startServer, type TestServer, useServer } from '../helpers/server.ts';

const server = useServer();

const createUser = `mutation ($input: CreateUserInput!) {
  createUser(input: $input) { id username name email bio avatarUrl role } }`;
const codesOf = (answers: readonly Answer<unknown>[]) =>
  answers.flatMap(({ errors }) => errors.map(({ extensions }) => extensions.code));

let addresses = 0;
const newEmail = () => `account-${(addresses += 1)}@example.org`;
const signUp = (input: object) => server.send(createUser, { variables: { input } });
const usersWith = (email: string) => countRows(server, 'users', 'lower(email) = lower($1)', email);

describe('createUser', () => {
  it('does the given operation as it is written', async () => {
    server.changes.splice(0);
    const { data, statements } = await server.send(
      'mutation { createUser(input: {name: "John", email: "john@example.com"}) { id name email username role } }',
    );
    expect(data.createUser).toEqual({
      id: expect.stringMatching(/^user_[0-9a-z]{26}$/),
      name: 'John',
      email: 'john@example.com',
      username: 'john',
      role: 'AUTHOR',
    });
    expect(statements).toBe(7);
    expect(server.changes).toEqual([
      { type: 'user', action: 'created', id: expect.stringMatching(/^[0-9a-f-]{36}$/) },
    ]);
    const { user } = await server.query(`{ user(id: "${data.createUser.id}") { name email } }`);
    expect(user).toEqual({ name: 'John', email: null });
  });

  it('takes everything that a profile has', async () => {
    const input = {
      name: 'Ada',
      email: newEmail(),
      password: 'a good password',
      username: 'ada-1815',
      bio: 'Writes programs.',
      avatarUrl: 'https://example.com/ada.png',
    };
    const { data, statements } = await signUp(input);
    const { password: _, ...shown } = input;
    expect(data.createUser).toMatchObject(shown);
    expect(statements).toBe(8);
  });

  it('takes null for what may be left out', async () => {
    const input = {
      name: 'Null',
      email: newEmail(),
      password: null,
      username: null,
      bio: null,
      avatarUrl: null,
    };
    expect((await signUp(input)).data.createUser).toMatchObject({
      username: 'null',
      bio: null,
      avatarUrl: null,
    });
  });

  it('keeps passwords as argon2id hashes, apart', async () => {
    const email = newEmail();
    await signUp({ name: 'Hash', email, password: 'never stored plainly' });
    const [[hash] = []] = await server.driver.query({
      name: null,
      text: 'select password_hash from credentials join users on users.id = user_id where email = $1',
      values: [email],
    });
    expect(hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(JSON.stringify(server.log)).not.toContain('never stored plainly');
  });

  it.each([
    ['Grace Hopper', /^grace-hopper$/],
    ['  Éloïse d’Arc ', /^eloise-d-arc$/],
    ['Ærøskøbing', /^aeroskobing$/],
    ['McCarthy', /^mccarthy$/],
    ['x'.repeat(100), /^x{32}$/],
    ['李', /^user-[0-9a-f]{12}$/],
    ['🦊', /^user-[0-9a-f]{12}$/],
    ['!', /^user-[0-9a-f]{12}$/],
    ['Z', /^user-[0-9a-f]{12}$/],
  ])('derives a username from the name %j', async (name, username) => {
    const { data } = await signUp({ name, email: newEmail() });
    expect(data.createUser.username).toMatch(username);
    expect(data.createUser.name).toBe(name.trim());
  });

  it('derives different usernames for 20 people of one name, beside one who chose such a name', async () => {
    const chosen = Array.from({ length: 4 }, () =>
      signUp({ name: 'Other', username: 'parallel-3', email: newEmail() }),
    );
    const derived = Array.from({ length: 20 }, () => signUp({ name: 'Parallel', email: newEmail() }));
    const numbered = Array.from({ length: 4 }, () => signUp({ name: 'Parallel 2', email: newEmail() }));
    const answers = await Promise.all([...derived, ...numbered]);
    const usernames = answers.map(({ data }) => data.createUser.username);
    expect(new Set(usernames).size).toBe(24);
    for (const username of usernames) expect(username).toMatch(/^parallel(-\d+){0,2}$/);
    const codes = codesOf(await Promise.all(chosen));
    expect(codes.length).toBeGreaterThanOrEqual(3);
    expect(new Set(codes)).toEqual(new Set(['CONFLICT']));
  });

  it('makes one account of 50 parallel sign-ups of one address, in any case', async () => {
    const email = newEmail();
    server.changes.splice(0);
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, place) =>
        signUp({ name: `Twin ${place}`, email: place % 2 === 0 ? email : email.toUpperCase() }),
      ),
    );
    expect(codesOf(answers)).toEqual(Array.from({ length: 49 }, () => 'CONFLICT'));
    expect(answers.flatMap(({ errors }) => errors)[0]?.extensions.issues).toMatchObject([
      { path: ['input', 'email'], code: 'taken' },
    ]);
    expect(await usersWith(email)).toBe(1);
    expect(server.changes).toHaveLength(1);
  });

  it('refuses a username that is taken', async () => {
    await signUp({ name: 'First', email: newEmail(), username: 'first-come' });
    const email = newEmail();
    const { errors, data } = await signUp({ name: 'Second', email, username: 'first-come' });
    expect(data).toBeNull();
    expect(errors).toMatchObject([
      { extensions: { code: 'CONFLICT', issues: [{ path: ['input', 'username'], code: 'taken' }] } },
    ]);
    expect(await usersWith(email)).toBe(0);
  });

  it.each([
    ['name', ''],
    ['name', '   '],
    ['name', 'x'.repeat(101)],
    ['name', 'one\ntwo'],
    ['email', ''],
    ['email', 'nobody'],
    ['email', '@example.com'],
    ['email', 'a@'],
    ['email', 'a b@example.com'],
    ['email', 'a@example.com\r\nBcc: b@example.com'],
    ['email', 'a\r\n@example.com'],
    ['email', 'a\0@example.com'],
    ['email', 'a@example.com\0'],
    ['email', '\ud800@example.com'],
    ['email', 'a@example.com,b@example.com'],
    ['email', 'a@example.com b@example.com'],
    ['email', 'a@example.com;b@example.com'],
    ['email', 'Ada <a@example.com>'],
    ['email', 'a@b@example.com'],
    ['email', `${'a'.repeat(10_000)}@example.com`],
    ['email', `a@${'b'.repeat(10_000)}.com`],
    ['email', `${'a'.repeat(64)}@${'b.'.repeat(95)}com`],
    ['password', ''],
    ['password', '123'],
    ['password', '1234567'],
    ['password', '🦊🦊🦊🦊'],
    ['password', 'x'.repeat(129)],
    ['password', 'x'.repeat(60_000)],
    ['password', 'with\0nul character'],
    ['password', 'with \ud800 surrogate'],
    ['username', 'x'],
    ['username', 'Upper'],
    ['username', 'a b'],
    ['username', 'x'.repeat(41)],
    ['bio', 'x'.repeat(1_001)],
    ['avatarUrl', 'javascript:alert(1)'],
  ])('refuses the %s %j, names the place and makes nobody', async (field, value) => {
    const before = await countRows(server, 'users');
    server.changes.splice(0);
    const { status, data, errors } = await signUp({ name: 'Refused', email: newEmail(), [field]: value });
    expect({ status, data }).toEqual({ status: 200, data: null });
    expect(errors).toMatchObject([
      { path: ['createUser'], extensions: { code: 'BAD_USER_INPUT', issues: [{ path: ['input', field] }] } },
    ]);
    expect(await countRows(server, 'users')).toBe(before);
    expect(server.changes).toEqual([]);
  });

  it('names every place that is wrong at once', async () => {
    const { errors } = await signUp({ name: '', email: 'x', password: '1', username: '-' });
    const places = errors[0]?.extensions.issues?.map(({ path }) => path.join('.'));
    expect(new Set(places)).toEqual(
      new Set(['input.name', 'input.email', 'input.password', 'input.username']),
    );
  });

  it.each([['role: ADMIN'], ['id: "user_01jd000000e00000000000000r"'], ['emailVerified: true']])(
    'has no field { %s }',
    async (field) => {
      const email = newEmail();
      const document = `mutation { createUser(input: { name: "X", email: "${email}", ${field} }) { id } }`;
      const { status, errors } = await server.send(document);
      expect([status, errors[0]?.extensions.code]).toEqual([400, 'GRAPHQL_VALIDATION_FAILED']);
      expect(await usersWith(email)).toBe(0);
    },
  );
});

describe('signIn', () => {
  const signIn = `mutation ($email: String!, $password: String!) {
    signIn(input: { email: $email, password: $password }) {
      accessToken accessTokenExpiresAt user { id email role suspendedAt } } }`;
  const enter = (email: string, password: string) => server.send(signIn, { variables: { email, password } });

  async function account(
    password: string | null = 'correct horse battery',
  ): Promise<{ id: string; email: string }> {
    const email = newEmail();
    const { data } = await signUp({ name: 'Signs in', email, password });
    return { id: data.createUser.id, email };
  }

  it('answers a token with which the viewer is the user', async () => {
    const { id, email } = await account();
    server.changes.splice(0);
    const start = Date.now();
    const { data, statements, headers } = await enter(email, 'correct horse battery');
    const { accessToken, accessTokenExpiresAt, user } = data.signIn;
    expect(user).toEqual({ id, email, role: 'AUTHOR', suspendedAt: null });
    expect(statements).toBe(8);
    expect(headers.get('cache-control')).toBe('no-store');
    // A quarter of an hour by default; times in tokens are whole seconds.
    expect(Math.round((Date.parse(accessTokenExpiresAt) - start) / 60_000)).toBe(15);
    const as = { id, uuid: '', username: '', email, token: accessToken };
    const viewer = await server.send('{ viewer { id email } }', { as });
    expect(viewer.data).toEqual({ viewer: { id, email } });
    expect(viewer.statements).toBe(2);
    expect(server.changes).toEqual([]);
  });

  it('takes the address in any case, with space around it', async () => {
    const { id, email } = await account();
    for (const text of [email.toUpperCase(), `  ${email} `]) {
      expect((await enter(text, 'correct horse battery')).data.signIn.user.id).toBe(id);
    }
  });

  it.each([
    ['of 8 characters', 'abcdefgh'],
    ['of 64 characters', 'x'.repeat(64)],
    ['of 128 characters', 'x'.repeat(128)],
    ['of 128 characters beyond 16 bits', '🦊'.repeat(128)],
    ['with spaces at its ends', '  spaces count  '],
    ['of another script', 'пароль 密码 كلمة'],
  ])('takes a password %s', async (_, password) => {
    const { id, email } = await account(password);
    expect((await enter(email, password)).data.signIn.user.id).toBe(id);
    for (const other of [password.slice(0, -1), `${password}x`, password.trim().slice(1)]) {
      expect(codesOf([await enter(email, other)])).toEqual(['UNAUTHENTICATED']);
    }
  });

  it('tells long passwords apart at their ends', async () => {
    const { email } = await account(`${'p'.repeat(80)}X`);
    expect(codesOf([await enter(email, `${'p'.repeat(80)}Y`)])).toEqual(['UNAUTHENTICATED']);
    expect(codesOf([await enter(email, `${'p'.repeat(80)}X`)])).toEqual([]);
  });

  it('takes a composed password for the decomposed one', async () => {
    const { id, email } = await account('caf\u00e9 cr\u00e8me');
    expect((await enter(email, 'cafe\u0301 cre\u0300me')).data.signIn.user.id).toBe(id);
  });

  it('gives the same answer to all who may not enter', async () => {
    const [good, bare, suspended] = [await account(), await account(null), await account()];
    const admin = await server.person('ADMIN');
    await server.query(`mutation { suspendUser(id: "${suspended.id}") { id } }`, { as: admin });
    const password = 'correct horse battery';
    const sessions = await countRows(server, 'sessions');
    const answers = [
      await enter('nobody@example.org', password),
      await enter(good.email, 'wrong horse battery'),
      await enter(bare.email, password),
      await enter(bare.email, ''),
      await enter(suspended.email, password),
      await enter(suspended.email, 'wrong horse battery'),
      await enter('not an address', ''),
      await enter(`${good.email}\0`, password),
      await enter('\ud800', password),
      await enter(good.email, '\0'),
      await enter(good.email, 'x'.repeat(1_500)),
      await enter('x'.repeat(1_500), password),
      await enter("' or true --", "' or true --"),
    ];
    const facts = answers.map(({ status, headers, text, statements }) => {
      const { date: _, 'x-request-id': __, ...rest } = Object.fromEntries(headers);
      return { status, headers: rest, text, statements };
    });
    expect(JSON.parse(facts[0]?.text ?? '')).toMatchObject({
      data: { signIn: null },
      errors: [{ path: ['signIn'], extensions: { code: 'UNAUTHENTICATED' } }],
    });
    expect(facts[0]).toMatchObject({ status: 200, statements: 4 });
    for (const fact of facts) expect(fact).toEqual(facts[0]);
    expect(await countRows(server, 'sessions')).toBe(sessions);
  });
});

describe('viewer', () => {
  it('is nobody without a token, in no statement', async () => {
    const { data, statements } = await server.send('{ viewer { id } }');
    expect(data).toEqual({ viewer: null });
    expect(statements).toBe(0);
  });
});

describe('closed sign-up', () => {
  let closed: TestServer;
  beforeAll(async () => {
    closed = await startServer({ SIGN_UP: 'closed', SIGN_UP_ROLE: 'READER' });
  });
  afterAll(() => closed.close());

  it('is open to administrators alone', async () => {
    const email = newEmail();
    const variables = { input: { name: 'Invited', email } };
    const strangers = [undefined, await closed.person('READER'), await closed.person('EDITOR')];
    closed.changes.splice(0);
    for (const as of strangers) {
      expect((await closed.refusal(createUser, { variables, as })).extensions.code).toBe('FORBIDDEN');
    }
    expect(await countRows(closed, 'users', 'email = $1', email)).toBe(0);
    expect(closed.changes).toEqual([]);
    const as = await closed.person('ADMIN');
    expect((await closed.query(createUser, { variables, as })).createUser).toMatchObject({
      email,
      role: 'READER',
    });
  });
});
