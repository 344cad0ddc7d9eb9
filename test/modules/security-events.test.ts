import { describe, expect, it } from 'vitest';
import { findAuditEvents } from '../../src/modules/audit/index.ts';
import { onServer } from '../helpers/database.ts';
import { type Person, useServer } from '../helpers/server.ts';
import { uuidOf } from '../../src/shared/ids.ts';

const server = useServer({ TRUSTED_PROXIES: '127.0.0.1' });

const password = 'a good long password';
const address = '203.0.113.9';
let accounts = 0;

interface Account extends Person {
  readonly refreshToken: string;
}

const send = (document: string, variables: object, as?: Pick<Person, 'token'>) =>
  server.send(document, {
    variables: variables as Record<string, unknown>,
    as: as as Person | undefined,
    headers: { 'x-forwarded-for': address, 'user-agent': 'Phone/1.0' },
  });

const createUser = 'mutation ($input: CreateUserInput!) { createUser(input: $input) { id username } }';
const signInMutation = `mutation ($input: SignInInput!) { signIn(input: $input) { accessToken refreshToken } }`;
const refreshMutation =
  'mutation ($token: String!) { refreshSession(refreshToken: $token) { refreshToken } }';

async function newAccount(): Promise<Account> {
  accounts += 1;
  const email = `account-${accounts}@example.org`;
  const { data } = await send(createUser, { input: { name: 'Somebody', email, password } });
  const { id, username } = data.createUser;
  const signedIn = (await send(signInMutation, { input: { email, password } })).data.signIn;
  const uuid = uuidOf('user', id) ?? '';
  return { id, uuid, username, email, token: signedIn.accessToken, refreshToken: signedIn.refreshToken };
}

/** What the audit was told of since a moment, the oldest first, without what is new each time. */
async function eventsSince(count: number) {
  const events = await findAuditEvents(server.database(), { userId: null, type: null }, 1_000);
  return events
    .toReversed()
    .slice(count)
    .map(({ type, userId, actorId, details }) => ({ type, userId, actorId, details }));
}

const countEvents = async () => (await eventsSince(0)).length;

/** The identifier of the session that a token belongs to. */
const sessionOf = (token: string): string =>
  JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()).sid;

describe('the audit', () => {
  it('is told of sign-ups and sign-ins, from where, and which request it was', async () => {
    const before = await countEvents();
    const { uuid, token } = await newAccount();
    expect(await eventsSince(before)).toEqual([
      { type: 'SIGNED_UP', userId: uuid, actorId: null, details: { role: 'AUTHOR' } },
      { type: 'SIGNED_IN', userId: uuid, actorId: null, details: { sessionId: sessionOf(token) } },
    ]);
    const [row] = await findAuditEvents(server.database(), { userId: uuid, type: 'SIGNED_IN' }, 1);
    expect(row?.clientAddress).toBe(address);
    const logged = server.log.filter((line) => line['auditId'] === row?.id);
    expect(logged).toEqual([
      expect.objectContaining({ msg: 'security event', event: 'SIGNED_IN', requestId: row?.requestId }),
    ]);
    const operation = server.log.find(
      (line) => line['requestId'] === row?.requestId && line['msg'] === 'operation',
    );
    expect(operation).toMatchObject({ kind: 'mutation' });
    expect(server.log.indexOf(logged[0] as never)).toBeLessThan(server.log.indexOf(operation as never));
  });

  it('is told of sign-ins that fail, and why, but not of what was typed', async () => {
    const { email, uuid, id } = await newAccount();
    const admin = await server.person('ADMIN');
    const before = await countEvents();
    await send(signInMutation, { input: { email, password: 'wrong password' } });
    await send(signInMutation, { input: { email: 'my secret password', password } });
    await send('mutation ($id: ID!) { suspendUser(id: $id) { id } }', { id }, admin);
    await send(signInMutation, { input: { email, password } });
    const events = await eventsSince(before);
    expect(events).toEqual([
      { type: 'SIGN_IN_FAILED', userId: uuid, actorId: null, details: { reason: 'WRONG_PASSWORD' } },
      { type: 'SIGN_IN_FAILED', userId: null, actorId: null, details: { reason: 'UNKNOWN_ACCOUNT' } },
      { type: 'USER_SUSPENDED', userId: uuid, actorId: admin.uuid, details: {} },
      { type: 'SIGN_IN_FAILED', userId: uuid, actorId: null, details: { reason: 'SUSPENDED' } },
    ]);
  });

  it('is told of sessions that end, and of tokens that come twice', async () => {
    const { email, uuid, refreshToken, token } = await newAccount();
    const signIn = async () => (await send(signInMutation, { input: { email, password } })).data.signIn;
    const [second, third] = [await signIn(), await signIn()];
    const next = (await send(refreshMutation, { token: refreshToken })).data.refreshSession.refreshToken;
    await send(refreshMutation, { token: next });
    const before = await countEvents();
    await send(refreshMutation, { token: refreshToken });
    await send('mutation { signOut { id } }', {}, { token: second.accessToken });
    await send(refreshMutation, { token: second.refreshToken });
    await send('mutation { signOutEverywhere { id } }', {}, { token: third.accessToken });
    const [here, there] = [await signIn(), await signIn()];
    const ids = await send('{ viewer { sessions { nodes { id } } } }', {}, { token: here.accessToken });
    const other = ids.data.viewer.sessions.nodes.find(
      ({ id }: { id: string }) => uuidOf('session', id) === sessionOf(there.accessToken),
    );
    await send('mutation ($id: ID!) { revokeSession(id: $id) { id } }', other, { token: here.accessToken });
    const events = (await eventsSince(before)).filter(({ type }) => type !== 'SIGNED_IN');
    const own = { userId: uuid, actorId: uuid };
    expect(events).toEqual([
      { type: 'REFRESH_TOKEN_REUSED', userId: uuid, actorId: null, details: { sessionId: sessionOf(token) } },
      { type: 'SIGNED_OUT', ...own, details: { sessionId: sessionOf(second.accessToken) } },
      { type: 'SIGNED_OUT_EVERYWHERE', ...own, details: { sessions: 1 } },
      { type: 'SESSION_REVOKED', ...own, details: { sessionId: sessionOf(there.accessToken) } },
    ]);
  });

  it('is told of what administrators do, by whom, and not of what they are refused', async () => {
    const { id, uuid } = await newAccount();
    const admin = await server.person('ADMIN');
    const editor = await server.person('EDITOR');
    const setRole = 'mutation ($id: ID!, $role: Role!) { setUserRole(id: $id, role: $role) { id } }';
    const before = await countEvents();
    await send(setRole, { id, role: 'ADMIN' }, editor);
    await send(setRole, { id, role: 'EDITOR' }, admin);
    for (const name of ['suspendUser', 'reinstateUser', 'deleteUser', 'deleteUser']) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other is the point
      await send(`mutation ($id: ID!) { ${name}(id: $id) { id } }`, { id }, admin);
    }
    const about = { userId: uuid, actorId: admin.uuid };
    expect(await eventsSince(before)).toEqual([
      { type: 'ROLE_CHANGED', ...about, details: { from: 'AUTHOR', to: 'EDITOR' } },
      { type: 'USER_SUSPENDED', ...about, details: {} },
      { type: 'USER_REINSTATED', ...about, details: {} },
      { type: 'USER_DELETED', ...about, details: {} },
    ]);
  });

  it('is told of passwords that are changed, and how many sessions that ended', async () => {
    const account = await newAccount();
    await send(signInMutation, { input: { email: account.email, password } });
    const before = await countEvents();
    const change = 'mutation ($input: ChangePasswordInput!) { changePassword(input: $input) { id } }';
    await send(change, { input: { currentPassword: 'wrong password', newPassword: 'another one' } }, account);
    await send(change, { input: { currentPassword: password, newPassword: 'another one' } }, account);
    const { uuid } = account;
    expect(await eventsSince(before)).toEqual([
      { type: 'PASSWORD_CHANGED', userId: uuid, actorId: uuid, details: { endedSessions: 1 } },
    ]);
  });
});

describe.runIf(onServer)('on a PostgreSQL server', () => {
  it('tells each of 20 parallel sign-ins once', async () => {
    const { email, uuid } = await newAccount();
    const before = await countEvents();
    await Promise.all(Array.from({ length: 20 }, () => send(signInMutation, { input: { email, password } })));
    const events = await eventsSince(before);
    expect(events.map(({ type, userId }) => ({ type, userId }))).toEqual(
      Array.from({ length: 20 }, () => ({ type: 'SIGNED_IN', userId: uuid })),
    );
    expect(new Set(events.map(({ details }) => details['sessionId'])).size).toBe(20);
  });
});
