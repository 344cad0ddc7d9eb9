import { describe, expect, it } from 'vitest';
import { newRefreshToken, refreshTokenHash } from '../../src/modules/accounts/refresh-tokens.ts';
import { onServer } from '../helpers/database.ts';
import { useServer } from '../helpers/server.ts';

const server = useServer();

const password = 'a good long password';
const tokens = 'accessToken accessTokenExpiresAt refreshToken refreshTokenExpiresAt user { id email }';
const signInMutation = `mutation ($email: String!, $password: String!) {
  signIn(input: { email: $email, password: $password }) { ${tokens} } }`;
const refreshMutation = `mutation ($token: String!) { refreshSession(refreshToken: $token) { ${tokens} } }`;

let accounts = 0;

/** Makes an account with a password. */
async function account(): Promise<{ id: string; email: string }> {
  accounts += 1;
  const email = `account-${accounts}@example.org`;
  const create = `mutation ($email: String!, $password: String) {
    createUser(input: { name: "Somebody", email: $email, password: $password }) { id email } }`;
  return (await server.query(create, { variables: { email, password } })).createUser;
}

async function signIn(email: string, headers: Record<string, string> = {}) {
  return (await server.query(signInMutation, { variables: { email, password }, headers })).signIn;
}

const refresh = (token: string) => server.send(refreshMutation, { variables: { token } });

const asToken = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });

/** Whether an access token is good. */
async function isGood(accessToken: string): Promise<boolean> {
  const { status } = await server.send('{ viewer { id } }', asToken(accessToken));
  expect([200, 401]).toContain(status);
  return status === 200;
}

/** Lets time pass for what is stored. */
async function age(seconds: number): Promise<void> {
  await server.driver.execute(
    `update refresh_tokens set used_at = used_at - interval '${seconds} seconds';
     update sessions set created_at = created_at - interval '${seconds} seconds',
       last_used_at = last_used_at - interval '${seconds} seconds',
       expires_at = expires_at - interval '${seconds} seconds'`,
  );
}

const refusal = [
  expect.objectContaining({ path: ['refreshSession'], extensions: { code: 'UNAUTHENTICATED' } }),
];

describe('a session', () => {
  it('goes on with each refresh, whose tokens are good once', async () => {
    const { email, id } = await account();
    const first = await signIn(email);
    expect(first).toMatchObject({
      refreshToken: expect.stringMatching(/^bsr_[\w-]{43}$/),
      user: { id, email },
    });
    await age(3_600);
    const { data, statements } = await refresh(first.refreshToken);
    const second = data.refreshSession;
    expect(statements).toBe(7);
    expect(second.user).toEqual({ id, email });
    expect(second.refreshToken).not.toBe(first.refreshToken);
    expect(second.accessToken).not.toBe(first.accessToken);
    const month = 30 * 86_400_000;
    const left = Date.parse(second.refreshTokenExpiresAt) - Date.now();
    expect(Math.abs(left - month)).toBeLessThan(60_000);
    expect(await isGood(second.accessToken)).toBe(true);
    const third = (await refresh(second.refreshToken)).data.refreshSession;
    expect(await isGood(third.accessToken)).toBe(true);
  });

  it('ends when a refresh token is used again, the newest token with it', async () => {
    const { email } = await account();
    const other = await signIn(email);
    const first = await signIn(email);
    const second = (await refresh(first.refreshToken)).data.refreshSession;
    await age(11);
    const { errors } = await refresh(first.refreshToken);
    expect(errors).toEqual(refusal);
    expect((await refresh(second.refreshToken)).errors).toEqual(refusal);
    expect(await isGood(second.accessToken)).toBe(false);
    expect(await isGood(other.accessToken)).toBe(true);
    expect((await refresh(other.refreshToken)).errors).toEqual([]);
  });

  it('answers a client again that lost the answer, until it uses what it got', async () => {
    const { email } = await account();
    const first = await signIn(email);
    const [once, again] = [await refresh(first.refreshToken), await refresh(first.refreshToken)];
    const second = once.data.refreshSession;
    expect(again.data.refreshSession).toMatchObject({
      refreshToken: second.refreshToken,
      refreshTokenExpiresAt: second.refreshTokenExpiresAt,
    });
    expect(again.statements).toBe(once.statements);
    // A token is good no more once its successor was used, also within the time.
    await refresh(second.refreshToken);
    expect((await refresh(first.refreshToken)).errors).toEqual(refusal);
    expect(await isGood(second.accessToken)).toBe(false);
  });

  it('makes one new token for ten who come with the same', async () => {
    const { email } = await account();
    const { refreshToken } = await signIn(email);
    const answers = await Promise.all(Array.from({ length: 10 }, () => refresh(refreshToken)));
    expect(answers.flatMap(({ errors }) => errors)).toEqual([]);
    const next = new Set(answers.map(({ data }) => data.refreshSession.refreshToken));
    expect(next.size).toBe(1);
    expect((await refresh([...next][0])).errors).toEqual([]);
  });

  it('cannot be refreshed when it has expired, or its user is suspended or gone', async () => {
    const expired = await signIn((await account()).email);
    await age(31 * 86_400);
    expect((await refresh(expired.refreshToken)).errors).toEqual(refusal);
    for (const mutation of ['suspendUser', 'deleteUser']) {
      const { email, id } = await account();
      const { refreshToken, accessToken } = await signIn(email);
      const as = await server.person('ADMIN');
      await server.query(`mutation ($id: ID!) { ${mutation}(id: $id) { id } }`, { variables: { id }, as });
      expect((await refresh(refreshToken)).errors).toEqual(refusal);
      expect(await isGood(accessToken)).toBe(false);
    }
  });

  it.each([
    ['nothing', () => ''],
    ['an unknown token', () => newRefreshToken()],
    ['an access token', (signedIn: { accessToken: string }) => signedIn.accessToken],
    ['a token with padding', (signedIn: { refreshToken: string }) => `${signedIn.refreshToken}=`],
    ['a hash', (signedIn: { refreshToken: string }) => refreshTokenHash(signedIn.refreshToken)],
    ['a long text', () => 'x'.repeat(60_000)],
    ['a text with U+0000', () => `bsr_\0${'a'.repeat(42)}`],
  ])('is not refreshed with %s', async (_, tokenOf) => {
    const signedIn = await signIn((await account()).email);
    expect((await refresh(tokenOf(signedIn))).errors).toEqual(refusal);
    expect((await server.send('{ viewer { id } }', asToken(signedIn.refreshToken))).status).toBe(401);
    expect(await isGood(signedIn.accessToken)).toBe(true);
  });

  it('keeps hashes of tokens, and no token', async () => {
    const { email } = await account();
    const { refreshToken } = await signIn(email);
    const next = (await refresh(refreshToken)).data.refreshSession.refreshToken;
    const stored = JSON.stringify(
      await server.driver.query({
        name: null,
        text: 'select hash, salt, session_id::text, device from refresh_tokens join sessions on id = session_id',
        values: [],
      }),
    );
    expect(stored).toContain(refreshTokenHash(refreshToken));
    expect(stored).toContain(refreshTokenHash(next));
    const log = JSON.stringify(server.log);
    for (const token of [refreshToken, next]) {
      expect(stored).not.toContain(token.slice(4));
      expect(log).not.toContain(token.slice(4));
    }
  });
});

const sessionFields = 'id device createdAt lastUsedAt expiresAt isCurrent';
const listOf = async (accessToken: string) =>
  (
    await server.query(
      `{ viewer { sessions { nodes { ${sessionFields} } totalCount } } }`,
      asToken(accessToken),
    )
  ).viewer.sessions;

describe('the list of sessions', () => {
  it('shows the devices, the newest first, and which of them asks', async () => {
    const { email } = await account();
    const phone = await signIn(email, { 'user-agent': 'Phone/1.0 \u00e9' });
    await age(60);
    const laptop = await signIn(email, { 'user-agent': 'x'.repeat(300) });
    const { nodes, totalCount } = await listOf(phone.accessToken);
    expect(totalCount).toBe(2);
    expect(nodes).toEqual([
      expect.objectContaining({ device: 'x'.repeat(200), isCurrent: false }),
      expect.objectContaining({ device: expect.stringContaining('Phone/1.0'), isCurrent: true }),
    ]);
    await age(60);
    await refresh(phone.refreshToken);
    const [, { createdAt, lastUsedAt }] = (await listOf(laptop.accessToken)).nodes;
    expect(Date.parse(lastUsedAt) - Date.parse(createdAt)).toBeGreaterThan(100_000);
  });

  it('is for the user alone, administrators included', async () => {
    const { email, id } = await account();
    const { accessToken } = await signIn(email);
    const [session] = (await listOf(accessToken)).nodes;
    const query = `query ($id: ID!, $session: ID!) {
      user(id: $id) { sessions { nodes { id } edges { cursor } totalCount } }
      node(id: $session) { id } nodes(ids: [$session]) { id } }`;
    const variables = { id, session: session.id };
    const own = await server.query(query, { variables, ...asToken(accessToken) });
    expect(own).toMatchObject({ node: { id: session.id }, nodes: [{ id: session.id }] });
    for (const as of [undefined, await server.person('READER'), await server.person('ADMIN')]) {
      expect(await server.query(query, { variables, as })).toEqual({
        user: { sessions: { nodes: [], edges: [], totalCount: 0 } },
        node: null,
        nodes: [null],
      });
    }
  });
});

describe('the pages of the list of sessions', () => {
  const page = (args: string) => `{ viewer { sessions(${args}) {
    edges { cursor node { id } } pageInfo { hasNextPage hasPreviousPage endCursor } } } }`;

  it('have each session once, forwards and backwards', async () => {
    const { email } = await account();
    const { accessToken } = await signIn(email);
    for (let more = 0; more < 3; more += 1) await signIn(email);
    const read = async (args: string) =>
      (await server.query(page(args), asToken(accessToken))).viewer.sessions as {
        edges: { cursor: string; node: { id: string } }[];
        pageInfo: { hasNextPage: boolean; hasPreviousPage: boolean };
      };
    const all = (await read('first: 100')).edges;
    expect(all).toHaveLength(4);
    const [first, second] = all as [(typeof all)[0], (typeof all)[0]];
    const rest = await read(`first: 2, after: "${second.cursor}"`);
    expect(rest.edges).toEqual(all.slice(2));
    expect(rest.pageInfo).toMatchObject({ hasNextPage: false, hasPreviousPage: true });
    const back = await read(`last: 1, before: "${second.cursor}"`);
    expect(back.edges).toEqual([first]);
    expect(back.pageInfo).toMatchObject({ hasNextPage: true, hasPreviousPage: false });
    expect((await read('first: 0')).edges).toEqual([]);
  });

  it('are refused where what asks for them is wrong, and the place is named', async () => {
    const { accessToken } = await signIn((await account()).email);
    const { usersConnection } = await server.query('{ usersConnection(first: 1) { edges { cursor } } }');
    const wrong = [
      ['first: -1', 'first'],
      ['first: 101', 'first'],
      ['first: 2147483647', 'first'],
      ['last: -1', 'last'],
      ['last: 101', 'last'],
      ['first: 1, last: 1', 'last'],
      [`after: "${usersConnection.edges[0].cursor}"`, 'after'],
      [`before: "${'A'.repeat(20_000)}"`, 'before'],
      [`after: "' or true --"`, 'after'],
      ['after: ""', 'after'],
    ] as const;
    for (const [args, place] of wrong) {
      const { extensions } = await server.refusal(page(args), asToken(accessToken));
      expect(extensions, args).toMatchObject({ code: 'BAD_USER_INPUT', issues: [{ path: [place] }] });
    }
  });
});

describe('ending sessions', () => {
  it('signOut ends the session that asks', async () => {
    const { email } = await account();
    const [here, there] = [await signIn(email), await signIn(email)];
    const answer = await server.send(`mutation { signOut { ${sessionFields} } }`, asToken(here.accessToken));
    expect(answer.data.signOut).toMatchObject({ isCurrent: true });
    expect(answer.statements).toBe(7);
    expect(await isGood(here.accessToken)).toBe(false);
    expect((await refresh(here.refreshToken)).errors).toEqual(refusal);
    expect((await listOf(there.accessToken)).totalCount).toBe(1);
  });

  it('signOutEverywhere ends them all', async () => {
    const { email } = await account();
    const [here, there] = [await signIn(email), await signIn(email)];
    const answer = await server.send('mutation { signOutEverywhere { id } }', asToken(here.accessToken));
    expect(answer.data.signOutEverywhere).toHaveLength(2);
    expect(answer.statements).toBe(7);
    for (const { accessToken, refreshToken } of [here, there]) {
      expect(await isGood(accessToken)).toBe(false);
      expect((await refresh(refreshToken)).errors).toEqual(refusal);
    }
  });

  it('revokeSession ends another session of the viewer, and none of anybody else', async () => {
    const { email } = await account();
    const [here, there] = [await signIn(email), await signIn(email)];
    const id = (await listOf(here.accessToken)).nodes.find(
      ({ isCurrent }: { isCurrent: boolean }) => !isCurrent,
    ).id;
    const revoke = 'mutation ($id: ID!) { revokeSession(id: $id) { id isCurrent } }';
    const stranger = await server.person('ADMIN');
    const refused = await server.refusal(revoke, { variables: { id }, as: stranger });
    expect(refused.extensions.code).toBe('NOT_FOUND');
    expect(await isGood(there.accessToken)).toBe(true);
    const answer = await server.send(revoke, { variables: { id }, ...asToken(here.accessToken) });
    expect(answer.data.revokeSession).toEqual({ id, isCurrent: false });
    expect(answer.statements).toBe(7);
    expect(await isGood(there.accessToken)).toBe(false);
    expect(await isGood(here.accessToken)).toBe(true);
    const again = await server.refusal(revoke, { variables: { id }, ...asToken(here.accessToken) });
    expect(again.extensions.code).toBe('NOT_FOUND');
    const wrong = await server.refusal(revoke, {
      variables: { id: stranger.id },
      ...asToken(here.accessToken),
    });
    expect(wrong.extensions).toMatchObject({ code: 'BAD_USER_INPUT', issues: [{ path: ['id'] }] });
  });
});

describe('changePassword', () => {
  const change = 'mutation ($input: ChangePasswordInput!) { changePassword(input: $input) { id email } }';

  it('asks for the old password, and ends the other sessions', async () => {
    const { email, id } = await account();
    const [here, there] = [await signIn(email), await signIn(email)];
    const send = (currentPassword: string, newPassword: string) =>
      server.send(change, {
        variables: { input: { currentPassword, newPassword } },
        ...asToken(here.accessToken),
      });
    for (const [current, next, path, code] of [
      ['wrong password', 'another password', 'currentPassword', 'wrong'],
      ['x'.repeat(60_000), 'another password', 'currentPassword', 'too_big'],
      [password, 'short', 'newPassword', 'too_small'],
      [password, 'x'.repeat(129), 'newPassword', 'too_big'],
    ] as const) {
      const { errors } = await send(current, next);
      expect(errors).toHaveLength(1);
      expect(errors[0]?.extensions).toMatchObject({
        code: 'BAD_USER_INPUT',
        issues: [{ path: ['input', path], code }],
      });
    }
    expect(await isGood(there.accessToken)).toBe(true);
    const { data, errors, statements } = await send(password, 'another password');
    expect(errors).toEqual([]);
    expect(statements).toBe(11);
    expect(data.changePassword).toEqual({ id, email });
    expect(await isGood(here.accessToken)).toBe(true);
    expect((await refresh(here.refreshToken)).errors).toEqual([]);
    expect(await isGood(there.accessToken)).toBe(false);
    expect((await refresh(there.refreshToken)).errors).toEqual(refusal);
    const old = await server.refusal(signInMutation, { variables: { email, password } });
    expect(old.extensions.code).toBe('UNAUTHENTICATED');
    await server.query(signInMutation, { variables: { email, password: 'another password' } });
  });

  it('is refused to an account without a password', async () => {
    const as = await server.person('AUTHOR');
    const input = { currentPassword: '', newPassword: 'another password' };
    const { extensions } = await server.refusal(change, { variables: { input }, as });
    expect(extensions).toMatchObject({
      code: 'BAD_USER_INPUT',
      issues: [{ path: ['input', 'currentPassword'] }],
    });
  });
});

describe.runIf(onServer)('on a PostgreSQL server', () => {
  it('makes one new token for ten who come with the same at the same time, over many rounds', async () => {
    const { email } = await account();
    let { refreshToken } = await signIn(email);
    for (let round = 0; round < 10; round += 1) {
      const answers = await Promise.all(Array.from({ length: 10 }, () => refresh(refreshToken)));
      expect(answers.flatMap(({ errors }) => errors)).toEqual([]);
      const next = [...new Set(answers.map(({ data }) => data.refreshSession.refreshToken as string))];
      expect(next).toHaveLength(1);
      refreshToken = next[0] as string;
    }
  });
});
