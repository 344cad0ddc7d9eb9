import type * as argon2 from '@node-rs/argon2';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type { TestServer } from '../helpers/server.ts';

const hash = vi.fn<typeof argon2.hash>();
const verify = vi.fn<typeof argon2.verify>();

let server: TestServer;

// All modules are loaded anew, so that they get the real functions in a form that counts.
beforeAll(async () => {
  vi.resetModules();
  vi.doMock('@node-rs/argon2', async (importOriginal) => {
    const real = await importOriginal<typeof argon2>();
    hash.mockImplementation(real.hash);
    verify.mockImplementation(real.verify);
    return { ...real, hash, verify };
  });
  const { startServer } = await import('../helpers/server.ts');
  server = await startServer();
});
afterAll(async () => {
  await server.close();
  vi.doUnmock('@node-rs/argon2');
  vi.resetModules();
});

const password = 'a good long password';
const createUser = 'mutation ($input: CreateUserInput!) { createUser(input: $input) { id email } }';
const signIn = 'mutation ($input: SignInInput!) { signIn(input: $input) { accessToken } }';

/** How many hashes were made and compared while something was done. */
async function workOf<T>(
  act: () => Promise<T>,
): Promise<{ hashes: number; checks: number; result: Awaited<T> }> {
  hash.mockClear();
  verify.mockClear();
  const result = await act();
  return { hashes: hash.mock.calls.length, checks: verify.mock.calls.length, result };
}

let accounts = 0;
async function account(): Promise<{ id: string; email: string }> {
  const input = { name: 'Somebody', email: `somebody-${(accounts += 1)}@example.org`, password };
  const { hashes, result } = await workOf(() => server.query(createUser, { variables: { input } }));
  expect(hashes).toBe(1);
  return result.createUser;
}

it('a password that cannot be one is not hashed, however long it is', async () => {
  for (const refused of ['x'.repeat(60_000), 'abc', 'password1', 'with \0 in it', 'Grace Hopper']) {
    const input = { name: 'Grace Hopper', email: 'grace@example.org', password: refused };
    const { hashes, checks, result } = await workOf(() =>
      server.refusal(createUser, { variables: { input } }),
    );
    expect({ hashes, checks, code: result.extensions.code }).toEqual({
      hashes: 0,
      checks: 0,
      code: 'BAD_USER_INPUT',
    });
  }
});

it('a wrong sign-in is as much work for an account as for none', async () => {
  const [good, suspended] = [await account(), await account()];
  const as = await server.person('ADMIN');
  const suspend = 'mutation ($id: ID!) { suspendUser(id: $id) { id } }';
  await server.query(suspend, { variables: { id: suspended.id }, as });
  const bare = await server.person('AUTHOR');
  const enter = (email: string, guess: string) =>
    server.send(signIn, { variables: { input: { email, password: guess } } });
  // The first makes the hash that stands for nobody's.
  await enter('nobody@example.org', password);
  for (const [email, guess] of [
    ['nobody@example.org', password],
    [good.email, 'wrong password'],
    [good.email, ''],
    [good.email, 'x'.repeat(60_000)],
    [suspended.email, password],
    [bare.email, password],
    ['no address', password],
    ['x'.repeat(60_000), password],
  ] as const) {
    const { hashes, checks, result } = await workOf(() => enter(email, guess));
    const { statements, errors } = result;
    expect({ hashes, checks, statements, code: errors[0]?.extensions.code }).toEqual({
      hashes: 0,
      checks: 1,
      statements: 4,
      code: 'UNAUTHENTICATED',
    });
    expect(verify.mock.calls[0]?.[1].length).toBeLessThanOrEqual(256);
  }
});

it('what a limit refuses is not hashed at all', async () => {
  const { startServer } = await import('../helpers/server.ts');
  const limited = await startServer({ GUESS_LIMIT_PER_ACCOUNT: '2' });
  const input = { email: 'nobody@example.org', password };
  const { checks, hashes } = await workOf(async () => {
    for (let attempt = 0; attempt < 6; attempt += 1) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other is the point
      await limited.send(signIn, { variables: { input } });
    }
  });
  expect({ checks, hashes }).toEqual({ checks: 2, hashes: 0 });
  await limited.close();
});
