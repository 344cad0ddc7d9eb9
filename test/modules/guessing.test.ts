import { afterEach, describe, expect, it, vi } from 'vitest';
import { newRefreshToken } from '../../src/modules/accounts/refresh-tokens.ts';
import { findAuditEvents } from '../../src/modules/audit/index.ts';
import { type Answer, startServer, type TestServer, useServer } from '../helpers/server.ts';

const servers: TestServer[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

const defaults = { GUESS_LIMIT_PER_ACCOUNT: '', GUESS_LIMIT_PER_ADDRESS: '', SIGN_UP_LIMIT_PER_ADDRESS: '' };

/** A server behind a proxy at the address that tests come from. */
async function behindProxy(variables: Record<string, string> = {}): Promise<TestServer> {
  const server = await startServer({ ...defaults, TRUSTED_PROXIES: '127.0.0.1', ...variables });
  servers.push(server);
  return server;
}

const password = 'a good long password';
const from = (address: string) => ({ headers: { 'x-forwarded-for': address } });

let accounts = 0;

/** Makes an account, from an address of its own. */
async function account(server: TestServer): Promise<string> {
  accounts += 1;
  const email = `victim-${accounts}@example.org`;
  const create = `mutation ($email: String!, $password: String) {
    createUser(input: { name: "Somebody", email: $email, password: $password }) { id } }`;
  await server.query(create, { variables: { email, password }, ...from(`198.51.100.${accounts}`) });
  return email;
}

const signInMutation = `mutation ($email: String!, $password: String!) {
  signIn(input: { email: $email, password: $password }) { accessToken refreshToken } }`;

/** Tries to sign in and answers what came of it. */
async function enter(server: TestServer, email: string, guess: string, address: string): Promise<string> {
  const variables = { email, password: guess };
  return codeOf(await server.send(signInMutation, { variables, ...from(address) }));
}

function codeOf({ errors }: Answer<unknown>): string {
  return errors[0]?.extensions.code ?? 'OK';
}

const count = (codes: readonly string[], code: string) => codes.filter((each) => each === code).length;

async function inTurn<T>(times: number, work: (position: number) => Promise<T>): Promise<T[]> {
  const results: T[] = [];
  // oxlint-disable-next-line no-await-in-loop -- one after the other is the point
  for (let position = 0; position < times; position += 1) results.push(await work(position));
  return results;
}

describe('wrong passwords for one account', () => {
  it('are limited from one address before they are hashed, the same for nobody, and not from elsewhere', async () => {
    const server = await behindProxy();
    const victim = await account(server);
    for (const email of [victim, 'nobody@example.org']) {
      const address = email === victim ? '203.0.113.1' : '203.0.113.2';
      const codes = await inTurn(40, () => enter(server, email, 'wrong password', address));
      expect(codes.slice(0, 10)).toEqual(Array.from({ length: 10 }, () => 'UNAUTHENTICATED'));
      expect(codes.slice(10)).toEqual(Array.from({ length: 30 }, () => 'RATE_LIMITED'));
    }
    const answer = await server.send(signInMutation, {
      variables: { email: victim.toUpperCase(), password },
      ...from('203.0.113.1'),
    });
    const wait = Number(answer.headers.get('retry-after'));
    expect(wait).toBeGreaterThan(0);
    expect(wait).toBeLessThanOrEqual(15 * 60);
    expect(answer).toMatchObject({ status: 429, statements: 0 });
    expect(JSON.parse(answer.text)).toEqual({
      errors: [
        {
          message: expect.stringMatching(/^Too many attempts\. Try again in 1\d minutes\.$/),
          locations: expect.anything(),
          path: ['signIn'],
          extensions: { code: 'RATE_LIMITED', retryAfter: wait },
        },
      ],
    });
    expect(await enter(server, victim, password, '203.0.113.3')).toBe('OK');
    expect(await enter(server, victim, password, '203.0.113.1')).toBe('RATE_LIMITED');
  });

  it('are counted anew after the right one', async () => {
    const server = await behindProxy({ GUESS_LIMIT_PER_ACCOUNT: '3' });
    const victim = await account(server);
    const guesses = [
      'wrong',
      'wrong',
      password,
      'wrong',
      'wrong',
      password,
      'wrong',
      'wrong',
      'wrong',
      password,
    ];
    const codes = await inTurn(guesses.length, (i) => enter(server, victim, guesses[i] ?? '', '203.0.113.1'));
    expect(codes.map((code) => code.charAt(0)).join('')).toBe('UUOUUOUUUR');
  });

  it('are counted one by one in one document', async () => {
    const server = await behindProxy();
    const victim = await account(server);
    const fields = Array.from(
      { length: 30 },
      (_, i) => `a${i}: signIn(input: { email: "${victim}", password: "wrong ${i}" }) { accessToken }`,
    );
    const document = `mutation { ${fields.join(' ')} }`;
    const first = await server.send(document, from('203.0.113.1'));
    const codes = first.errors.map(({ extensions }) => extensions.code);
    expect(codes.slice(0, 10)).toEqual(Array.from({ length: 10 }, () => 'UNAUTHENTICATED'));
    expect(codes.slice(10)).toEqual(Array.from({ length: 20 }, () => 'RATE_LIMITED'));
    expect(first).toMatchObject({ status: 200, data: { a0: null, a29: null } });
    expect(Number(first.headers.get('retry-after'))).toBeGreaterThan(0);
    const second = await server.send(document, from('203.0.113.1'));
    expect(second.status).toBe(429);
    expect(second.data).toBeUndefined();
    expect(new Set(second.errors.map(({ extensions }) => extensions.code))).toEqual(
      new Set(['RATE_LIMITED']),
    );
  });

  it('are not free when they come at the same time', async () => {
    const server = await behindProxy();
    const victim = await account(server);
    const tries = Array.from({ length: 30 }, () => enter(server, victim, 'wrong password', '203.0.113.1'));
    expect(count(await Promise.all(tries), 'UNAUTHENTICATED')).toBe(10);
  });

  it('are limited from many addresses together, but not where the user signed in before', async () => {
    const server = await behindProxy({ GUESS_LIMIT_PER_ACCOUNT: '2' });
    const victim = await account(server);
    expect(await enter(server, victim, password, '2001:db8:1:2::3')).toBe('OK');
    const attack = (email: string) =>
      inTurn(30, (i) => enter(server, email, 'wrong password', `203.0.113.${i}`));
    for (const email of [victim, 'nobody@example.org']) {
      const codes = await attack(email);
      expect(codes.slice(0, 20)).toEqual(Array.from({ length: 20 }, () => 'UNAUTHENTICATED'));
      expect(codes.slice(20)).toEqual(Array.from({ length: 10 }, () => 'RATE_LIMITED'));
    }
    expect(await enter(server, victim, password, '203.0.113.99')).toBe('RATE_LIMITED');
    expect(await enter(server, victim, password, '2001:db8:1:3::3')).toBe('RATE_LIMITED');
    // Another address of the same network, in another way of writing it.
    const home = '2001:0db8:0001:0002:ffff::4';
    expect(await enter(server, victim, 'wrong password', home)).toBe('UNAUTHENTICATED');
    expect(await enter(server, victim, password, home)).toBe('OK');
    const wrong = await inTurn(3, () => enter(server, victim, 'wrong password', home));
    expect(wrong).toEqual(['UNAUTHENTICATED', 'UNAUTHENTICATED', 'RATE_LIMITED']);
  });

  it('are limited from many addresses together for what can be no account, too', async () => {
    const server = await behindProxy({ GUESS_LIMIT_PER_ACCOUNT: '1' });
    for (const email of ['nobody\0@example.org', '\ud800', 'x'.repeat(1_500), '']) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other is the point
      const codes = await inTurn(12, (i) => enter(server, email, password, `203.0.113.${i}`));
      expect(count(codes.slice(0, 10), 'UNAUTHENTICATED')).toBe(10);
      expect(codes.slice(10)).toEqual(['RATE_LIMITED', 'RATE_LIMITED']);
    }
  });

  it('do not count as such where no password was compared', async () => {
    const server = await behindProxy({ GUESS_LIMIT_PER_ACCOUNT: '2' });
    const victim = await account(server);
    const broken = vi.spyOn(server.driver, 'query').mockRejectedValue(new Error('gone'));
    const codes = await inTurn(5, () => enter(server, victim, password, '203.0.113.1'));
    broken.mockRestore();
    expect(codes).toEqual(Array.from({ length: 5 }, () => 'INTERNAL_SERVER_ERROR'));
    expect(await enter(server, victim, password, '203.0.113.1')).toBe('OK');
  });
});

describe('one address', () => {
  it('may not try one password on many accounts, nor forget by signing in', async () => {
    const server = await behindProxy();
    const own = await account(server);
    const codes = await inTurn(40, async (i) => {
      if (i % 10 === 0) await enter(server, own, password, '203.0.113.1');
      return enter(server, `somebody-${i}@example.org`, 'summer 2026', '203.0.113.1');
    });
    expect(count(codes.slice(0, 30), 'UNAUTHENTICATED')).toBe(30);
    expect(count(codes.slice(30), 'RATE_LIMITED')).toBe(10);
    expect(await enter(server, own, password, '203.0.113.1')).toBe('RATE_LIMITED');
    expect(await enter(server, own, password, '203.0.113.2')).toBe('OK');
  });

  it('is the same however it is written, and a network in IPv6', async () => {
    const server = await behindProxy({ GUESS_LIMIT_PER_ADDRESS: '4' });
    const guess = (i: number, address: string) =>
      enter(server, `somebody-${i}@example.org`, 'summer 2026', address);
    const same = [
      '203.0.113.7',
      '::ffff:203.0.113.7',
      '::FFFF:CB00:7107',
      '0:0::ffff:203.0.113.7',
      '203.0.113.7',
    ];
    expect((await inTurn(5, (i) => guess(i, same[i] ?? ''))).at(-1)).toBe('RATE_LIMITED');
    const network = await inTurn(5, (i) => guess(i, `2001:db8:5:6:${i}::${i}`));
    expect(network.at(-1)).toBe('RATE_LIMITED');
    expect(await guess(9, '2001:db8:5:7::1')).toBe('UNAUTHENTICATED');
  });

  it('is the same with a port and in brackets', async () => {
    const server = await behindProxy({ GUESS_LIMIT_PER_ADDRESS: '4' });
    const guess = (i: number, address: string) =>
      enter(server, `somebody-${i}@example.org`, 'summer 2026', address);
    for (const same of [
      ['203.0.113.9:4711', '203.0.113.9:4712', '203.0.113.9', '10.9.9.9, 203.0.113.9:1', '203.0.113.9:65535'],
      ['[2001:db8::1]:4711', '[2001:db8::1]', '2001:db8::1', '[2001:DB8:0::2]:1', '[2001:db8::3]:2'],
    ]) {
      const codes = await inTurn(5, (i) => guess(i, same[i] ?? ''));
      expect(count(codes, 'UNAUTHENTICATED')).toBe(4);
      expect(codes.at(-1)).toBe('RATE_LIMITED');
    }
    expect(await guess(9, '203.0.113.10:4711')).toBe('UNAUTHENTICATED');
    expect(await guess(9, '[2001:db8:0:1::1]:4711')).toBe('UNAUTHENTICATED');
    const rows = await findAuditEvents(server.database(), { userId: null, type: 'SIGN_IN_FAILED' }, 2);
    expect(rows.map(({ clientAddress }) => clientAddress)).toEqual(['2001:db8:0:1::1', '203.0.113.10']);
  });

  it('is the last one before the trusted proxies, with or without ports', async () => {
    const server = await behindProxy({
      GUESS_LIMIT_PER_ADDRESS: '4',
      TRUSTED_PROXIES: '127.0.0.1,10.0.0.0/8,2001:db8:ff::/48',
    });
    const hops = [
      '10.0.0.1',
      '10.0.0.1:4711',
      '[2001:db8:ff::1]:4711',
      '[2001:db8:ff::1], 10.0.0.2:1',
      '10.0.0.1,,',
    ];
    const codes = await inTurn(5, (i) =>
      enter(server, `somebody-${i}@example.org`, 'summer 2026', `192.0.2.${i}, 203.0.113.8:${i}, ${hops[i]}`),
    );
    expect(count(codes, 'UNAUTHENTICATED')).toBe(4);
    expect(codes.at(-1)).toBe('RATE_LIMITED');
    const rows = await findAuditEvents(server.database(), { userId: null, type: 'SIGN_IN_FAILED' }, 9);
    expect(new Set(rows.map(({ clientAddress }) => clientAddress))).toEqual(new Set(['203.0.113.8']));
  });

  it('is the one that the proxy adds, not the ones that a client claims', async () => {
    const server = await behindProxy({ GUESS_LIMIT_PER_ADDRESS: '4' });
    const codes = await inTurn(6, (i) =>
      enter(server, `somebody-${i}@example.org`, 'summer 2026', `10.0.0.${i}, 203.0.113.8`),
    );
    expect(count(codes, 'RATE_LIMITED')).toBe(2);
    const [row] = await findAuditEvents(server.database(), { userId: null, type: 'SIGN_IN_FAILED' }, 1);
    expect(row?.clientAddress).toBe('203.0.113.8');
  });

  it('cannot be claimed by who is no trusted proxy', async () => {
    const server = await behindProxy({ TRUSTED_PROXIES: '192.0.2.0/24', GUESS_LIMIT_PER_ADDRESS: '4' });
    const codes = await inTurn(1_000, async (i) => {
      const headers = {
        'x-forwarded-for': `10.1.${Math.floor(i / 250)}.${i % 250}`,
        'x-real-ip': `10.1.1.${i % 250}`,
        forwarded: `for=10.1.1.${i % 250}`,
        'x-forwarded-host': 'evil.example',
      };
      const variables = { email: `somebody-${i}@example.org`, password: 'summer 2026' };
      return codeOf(await server.send(signInMutation, { variables, headers }));
    });
    expect(count(codes, 'UNAUTHENTICATED')).toBe(4);
    expect(count(codes, 'RATE_LIMITED')).toBe(996);
    const [row] = await findAuditEvents(server.database(), { userId: null, type: 'SIGN_IN_FAILED' }, 1);
    expect(row?.clientAddress).toBe('127.0.0.1');
  });

  it('is the proxy’s where the proxy says nonsense', async () => {
    const server = await behindProxy({ GUESS_LIMIT_PER_ADDRESS: '4' });
    const codes = await inTurn(6, (i) =>
      enter(server, `somebody-${i}@example.org`, 'summer 2026', `unknown-${i}`),
    );
    expect(count(codes, 'RATE_LIMITED')).toBe(2);
  });

  it('may make so many accounts in an hour, and ask so often whether there is one', async () => {
    const server = await behindProxy({ SIGN_UP_LIMIT_PER_ADDRESS: '3' });
    const create = `mutation ($email: String!) { createUser(input: { name: "A", email: $email }) { id } }`;
    const signUp = async (email: string, as?: Awaited<ReturnType<TestServer['person']>>) =>
      codeOf(await server.send(create, { variables: { email }, as, ...from('203.0.113.1') }));
    expect(await signUp('no address')).toBe('BAD_USER_INPUT');
    expect(await signUp('one@example.org')).toBe('OK');
    expect(await signUp('one@example.org')).toBe('CONFLICT');
    expect(await signUp('two@example.org')).toBe('OK');
    expect(await signUp('one@example.org')).toBe('RATE_LIMITED');
    expect(await signUp('three@example.org')).toBe('RATE_LIMITED');
    const limited = await server.send(create, {
      variables: { email: 'three@example.org' },
      ...from('203.0.113.1'),
    });
    expect(limited.status).toBe(429);
    expect(await signUp('three@example.org', await server.person('EDITOR'))).toBe('RATE_LIMITED');
    expect(await signUp('three@example.org', await server.person('ADMIN'))).toBe('OK');
  });
});

/** Whoever does these to an account may be a stranger; each says what came of it, and whether it was made at all. */
const acts: Record<
  string,
  (server: TestServer, email: string) => Promise<(address: string) => Promise<string>>
> = {
  'sign-ups with its e-mail address': async (server, email) => {
    const create = `mutation ($email: String!) { createUser(input: { name: "A", email: $email }) { id } }`;
    return async (address) =>
      codeOf(await server.send(create, { variables: { email: email.toUpperCase() }, ...from(address) }));
  },
  'password resets': async (server, email) => {
    const ask = 'mutation ($email: String!) { requestPasswordReset(email: $email) }';
    return async (address) => codeOf(await server.send(ask, { variables: { email }, ...from(address) }));
  },
  'changes of other e-mail addresses to its own': async (server, email) => {
    const token = await tokenOf(server, await account(server), '192.0.2.250');
    const change = `mutation ($input: ChangeEmailInput!) { changeEmail(input: $input) { id } }`;
    return async (address) => {
      const variables = { input: { newEmail: email, password } };
      const headers = { authorization: `Bearer ${token}`, ...from(address).headers };
      return codeOf(await server.send(change, { variables, headers }));
    };
  },
  'wrong passwords with a stolen token': async (server, email) => {
    const token = await tokenOf(server, email, '192.0.2.251');
    const change = 'mutation ($input: ChangePasswordInput!) { changePassword(input: $input) { id } }';
    return async (address) => {
      const variables = { input: { currentPassword: 'wrong password', newPassword: 'another password' } };
      const headers = { authorization: `Bearer ${token}`, ...from(address).headers };
      return codeOf(await server.send(change, { variables, headers }));
    };
  },
  'requests to prove its e-mail address with a stolen token': async (server, email) => {
    const token = await tokenOf(server, email, '192.0.2.252');
    return async (address) => {
      const headers = { authorization: `Bearer ${token}`, ...from(address).headers };
      return codeOf(await server.send('mutation { requestEmailVerification { id } }', { headers }));
    };
  },
};

async function tokenOf(server: TestServer, email: string, address: string): Promise<string> {
  const variables = { email, password };
  return (await server.query(signInMutation, { variables, ...from(address) })).signIn.accessToken;
}

describe('what a stranger does to an account', () => {
  const proxied = { ...defaults, TRUSTED_PROXIES: '127.0.0.1', SIGN_UP_LIMIT_PER_ADDRESS: '1000' };
  const server = useServer(proxied);
  const strict = useServer({ ...proxied, GUESS_LIMIT_PER_ACCOUNT: '2' });

  it.each(Object.entries(acts))('is limited from one address, and not from elsewhere: %s', async (_, act) => {
    const victim = await account(server);
    const tryFrom = await act(server, victim);
    const codes = await inTurn(12, () => tryFrom('203.0.113.1'));
    expect(count(codes.slice(0, 10), 'RATE_LIMITED')).toBe(0);
    expect(codes.slice(10)).toEqual(['RATE_LIMITED', 'RATE_LIMITED']);
    expect(await tryFrom('203.0.113.2')).toBe(codes[0]);
    expect(await tryFrom('2001:db8:1:2::3')).toBe(codes[0]);
  });

  it.each(Object.entries(acts))(
    'is limited from many addresses together, but not where the account signed in before: %s',
    async (_, act) => {
      const victim = await account(strict);
      expect(await enter(strict, victim, password, '2001:db8:1:2::3')).toBe('OK');
      const tryFrom = await act(strict, victim);
      const codes = await inTurn(24, (i) => tryFrom(`203.0.113.${i}`));
      // Making the account was a sign-up with its address, too.
      expect(count(codes.slice(0, 19), 'RATE_LIMITED')).toBe(0);
      expect(count(codes.slice(20), 'RATE_LIMITED')).toBe(4);
      expect(await tryFrom('2001:db8:1:3::3')).toBe('RATE_LIMITED');
      const home = await inTurn(3, (i) => tryFrom(`2001:db8:1:2::${i}`));
      expect(home).toEqual([codes[0], codes[0], 'RATE_LIMITED']);
    },
  );
});

describe('what follows a sign-in', () => {
  it('limits wrong refresh tokens by address, and how often an account is refreshed', async () => {
    const server = await behindProxy({ GUESS_LIMIT_PER_ACCOUNT: '1', GUESS_LIMIT_PER_ADDRESS: '3' });
    const refresh = (token: string, address: string) =>
      server.send('mutation ($token: String!) { refreshSession(refreshToken: $token) { refreshToken } }', {
        variables: { token },
        ...from(address),
      });
    const codes = await inTurn(5, async (i) =>
      codeOf(await refresh(i === 0 ? 'nonsense' : newRefreshToken(), '203.0.113.1')),
    );
    expect(codes.map((code) => code.charAt(0)).join('')).toBe('UUURR');
    const email = await account(server);
    const signedIn = await server.query(signInMutation, {
      variables: { email, password },
      ...from('203.0.113.2'),
    });
    let token: string = signedIn.signIn.refreshToken;
    await inTurn(6, async () => {
      token = (await refresh(token, '203.0.113.2')).data.refreshSession.refreshToken;
    });
    const limited = await refresh(token, '203.0.113.3');
    expect(codeOf(limited)).toBe('RATE_LIMITED');
    expect(limited.status).toBe(429);
  });

  it('limits wrong passwords of who has a token already', async () => {
    const server = await behindProxy({ GUESS_LIMIT_PER_ACCOUNT: '3' });
    const email = await account(server);
    const variables = { email, password };
    const { signIn } = await server.query(signInMutation, { variables, ...from('203.0.113.1') });
    const change = async (currentPassword: string, address: string) => {
      const input = { currentPassword, newPassword: 'another password' };
      const headers = { authorization: `Bearer ${signIn.accessToken}`, ...from(address).headers };
      const document = 'mutation ($input: ChangePasswordInput!) { changePassword(input: $input) { id } }';
      return codeOf(await server.send(document, { variables: { input }, headers }));
    };
    const codes = await inTurn(4, () => change('wrong password', '203.0.113.9'));
    expect(codes.map((code) => code.charAt(0)).join('')).toBe('BBBR');
    expect(await change(password, '203.0.113.9')).toBe('RATE_LIMITED');
    expect(await change(password, '203.0.113.1')).toBe('OK');
  });

  it('limits mails to one account and from one address, and wrong links', async () => {
    const server = await behindProxy({
      GUESS_LIMIT_PER_ACCOUNT: '2',
      GUESS_LIMIT_PER_ADDRESS: '3',
      SIGN_UP_LIMIT_PER_ADDRESS: '4',
    });
    const ask = async (email: string, address: string) => {
      const document = 'mutation ($email: String!) { requestPasswordReset(email: $email) }';
      return codeOf(await server.send(document, { variables: { email }, ...from(address) }));
    };
    const victim = await account(server);
    for (const email of [victim, 'nobody@example.org']) {
      const address = email === victim ? '203.0.113.1' : '203.0.113.2';
      const codes = await inTurn(3, (i) => ask(i === 0 ? email.toUpperCase() : email, address));
      expect(codes).toEqual(['OK', 'OK', 'RATE_LIMITED']);
    }
    const codes = await inTurn(6, (i) => ask(`somebody-${i}@example.org`, '203.0.113.50'));
    expect(codes.map((code) => code.charAt(0)).join('')).toBe('OOOORR');
    const follow = async () => {
      const input = { token: `bsl_${'a'.repeat(43)}`, newPassword: 'another password' };
      const document = 'mutation ($input: ResetPasswordInput!) { resetPassword(input: $input) { id } }';
      return codeOf(await server.send(document, { variables: { input }, ...from('203.0.113.60') }));
    };
    expect((await inTurn(5, follow)).map((code) => code.charAt(0)).join('')).toBe('BBBRR');
  });

  it('is told to the audit once for each limit that is reached', async () => {
    const server = await behindProxy({ GUESS_LIMIT_PER_ACCOUNT: '2', GUESS_LIMIT_PER_ADDRESS: '3' });
    const victim = await account(server);
    await inTurn(6, () => enter(server, victim, 'wrong password', '203.0.113.1'));
    await inTurn(4, (i) => enter(server, `somebody-${i}@example.org`, 'wrong password', '203.0.113.1'));
    const events = await findAuditEvents(server.database(), { userId: null, type: null }, 100);
    const facts = events.map(({ type, details, clientAddress }) => ({ type, ...details, clientAddress }));
    const clientAddress = '203.0.113.1';
    expect(facts.filter(({ type }) => type !== 'SIGNED_UP')).toEqual([
      { type: 'RATE_LIMITED', limit: 'SIGN_IN_BY_ADDRESS', clientAddress },
      { type: 'SIGN_IN_FAILED', reason: 'UNKNOWN_ACCOUNT', clientAddress },
      { type: 'RATE_LIMITED', limit: 'SIGN_IN_BY_ACCOUNT_AND_ADDRESS', clientAddress },
      { type: 'SIGN_IN_FAILED', reason: 'WRONG_PASSWORD', clientAddress },
      { type: 'SIGN_IN_FAILED', reason: 'WRONG_PASSWORD', clientAddress },
    ]);
  });
});
