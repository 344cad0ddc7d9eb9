import { hashPassword } from '../../src/modules/accounts/index.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { preflighted } from '../helpers/http.ts';
import { tokenIn } from '../helpers/mails.ts';
import { startServer, type TestServer } from '../helpers/server.ts';

/** Unmistakable, so that a find is no chance. */
const planted = {
  first: 'planted-first-password',
  second: 'planted-second-password',
  third: 'planted-third-password',
  wrong: 'planted-wrong-password',
  typo: 'planted-password-in-the-wrong-field',
  token: 'planted-token-in-the-wrong-field',
};

let server: TestServer;
/** What was answered, and the secrets that an answer must carry, with how often. */
const answers: string[] = [];
const issued: { readonly kind: string; readonly secret: string }[] = [];
const links: string[] = [];

/** Sends a body and keeps the answer; answers the data. */
async function send(
  query: string,
  variables: object = {},
  headers: Record<string, string> = {},
): Promise<Record<string, Record<string, string>>> {
  const response = await fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query, variables }),
  });
  const text = await response.text();
  answers.push(`${JSON.stringify([...response.headers])} ${text}`);
  const { data } = JSON.parse(text) as { data?: Record<string, Record<string, string>> };
  return data ?? {};
}

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const tokens = 'accessToken refreshToken user { id email }';
const signInMutation = `mutation ($input: SignInInput!) { signIn(input: $input) { ${tokens} } }`;
const refreshMutation = `mutation ($token: String!) { refreshSession(refreshToken: $token) { ${tokens} } }`;

function keep(payload: Record<string, string> | undefined): { accessToken: string; refreshToken: string } {
  const { accessToken, refreshToken } = payload as { accessToken: string; refreshToken: string };
  issued.push({ kind: 'access token', secret: accessToken }, { kind: 'refresh token', secret: refreshToken });
  return { accessToken, refreshToken };
}

async function linkTo(address: string): Promise<string> {
  const mail = (await server.mails()).find(({ to }) => JSON.stringify(to).includes(address));
  const token = tokenIn(mail);
  links.push(token);
  return token;
}

/** Everything that has to do with secrets, done right and wrong. */
async function doEverything(): Promise<void> {
  const email = 'owner@example.org';
  const create = 'mutation ($input: CreateUserInput!) { createUser(input: $input) { id email } }';
  await send(create, { input: { name: 'Owner', email, password: planted.first } });
  await send(create, { input: { name: 'Again', email, password: planted.first } });
  await send(create, { input: { name: 'No', email: 'no', password: planted.first } });
  await send(create, { input: { name: 'No', email, password: planted.first, role: 'ADMIN' } });
  await send(create, { input: { name: 7, email, password: [planted.first] } });
  await send(create, { input: planted.typo });
  const verification = await linkTo(email);

  await send(signInMutation, { input: { email, password: planted.wrong } });
  await send(signInMutation, { input: { email: planted.typo, password: planted.wrong } });
  await send(signInMutation, { input: { email: `${planted.typo}@example.org`, password: '' } });
  await send(signInMutation, { input: { email, password: planted.wrong, pasword: planted.wrong } });
  const first = keep((await send(signInMutation, { input: { email, password: planted.first } }))['signIn']);
  const other = keep((await send(signInMutation, { input: { email, password: planted.first } }))['signIn']);

  await send(
    'mutation ($t: String!) { verifyEmail(token: $t) { id } }',
    { t: planted.token },
    bearer(first.accessToken),
  );
  await send(
    'mutation ($t: String!) { verifyEmail(token: $t) { id } }',
    { t: verification },
    bearer(first.accessToken),
  );
  const second = keep((await send(refreshMutation, { token: first.refreshToken }))['refreshSession']);
  await send(refreshMutation, { token: planted.token });
  await send('{ viewer { id } }', {}, bearer(planted.token));
  await send('{ viewer { id } }', {}, bearer(second.refreshToken));
  await send(
    '{ viewer { id email sessions { nodes { id device } } } }',
    {},
    {
      ...bearer(second.accessToken),
      cookie: `session=${planted.token}`,
      'x-authorization': planted.token,
    },
  );
  await fetch(`${server.url}/graphql?query={viewer{id}}&access_token=${planted.token}`, {
    headers: preflighted,
  });
  await fetch(`${server.url}/${planted.token}`);

  const change = 'mutation ($input: ChangePasswordInput!) { changePassword(input: $input) { id } }';
  const as = bearer(second.accessToken);
  await send(change, { input: { currentPassword: planted.wrong, newPassword: planted.second } }, as);
  await send(change, { input: { currentPassword: planted.first, newPassword: planted.second } }, as);
  // The other session has ended; its tokens are used once more.
  await send(refreshMutation, { token: other.refreshToken });
  await send('{ viewer { id } }', {}, bearer(other.accessToken));

  const changeEmail = 'mutation ($input: ChangeEmailInput!) { changeEmail(input: $input) { id } }';
  await send(changeEmail, { input: { newEmail: 'new@example.org', password: planted.wrong } }, as);
  await send(changeEmail, { input: { newEmail: 'new@example.org', password: planted.second } }, as);
  const proof = await linkTo('new@example.org');
  await send('mutation ($t: String!) { confirmEmailChange(token: $t) { id } }', { t: proof }, as);

  const ask = 'mutation ($email: String!) { requestPasswordReset(email: $email) }';
  await send(ask, { email: 'new@example.org' });
  await send(ask, { email: planted.typo });
  const reset = 'mutation ($input: ResetPasswordInput!) { resetPassword(input: $input) { id } }';
  const token = await linkTo('new@example.org');
  await send(reset, { input: { token: planted.token, newPassword: planted.third } });
  await send(reset, { input: { token, newPassword: planted.third } });
  await send(reset, { input: { token, newPassword: planted.third } });
  await server.mails();

  const last = keep(
    (await send(signInMutation, { input: { email: 'new@example.org', password: planted.third } }))['signIn'],
  );
  const next = keep((await send(refreshMutation, { token: last.refreshToken }))['refreshSession']);
  await server.driver.execute(`update refresh_tokens set used_at = used_at - interval '1 minute'`);
  await send(refreshMutation, { token: last.refreshToken });
  await send(refreshMutation, { token: next.refreshToken });

  // What fails on the way is logged with its cause.
  await server.driver.execute('alter table credentials rename to hidden');
  await send(signInMutation, { input: { email: 'new@example.org', password: planted.third } });
  await send(create, { input: { name: 'Late', email: 'late@example.org', password: planted.third } });
  await server.driver.execute('alter table hidden rename to credentials');
}

beforeAll(async () => {
  server = await startServer({ LOG_LEVEL: 'trace', GUESS_LIMIT_PER_ACCOUNT: '20' });
  await doEverything();
});
afterAll(() => server.close());

const secrets = () => [
  ...Object.entries(planted).map(([kind, secret]) => ({ kind, secret })),
  ...issued,
  ...links.map((secret) => ({ kind: 'link', secret })),
];

/** The secrets that stand in a text. */
const secretsIn = (text: string) =>
  secrets()
    .filter(({ secret }) => text.includes(secret))
    .map(({ kind }) => kind);

describe('after everything that has to do with secrets', () => {
  it('there were as many as there should be, and what failed was logged', () => {
    expect(issued).toHaveLength(10);
    expect(links).toHaveLength(3);
    expect(new Set(secrets().map(({ secret }) => secret)).size).toBe(19);
    expect(server.log.filter(({ msg }) => msg === 'unexpected error').length).toBeGreaterThanOrEqual(2);
    expect(server.log.filter(({ msg }) => msg === 'security event').length).toBeGreaterThan(10);
  });

  it('the log has none of them', () => {
    const log = JSON.stringify(server.log);
    expect(log.length).toBeGreaterThan(10_000);
    expect(secretsIn(log)).toEqual([]);
    // Nor any that nobody kept account of.
    expect(log).not.toMatch(/eyJ[\w-]+\.eyJ|bs[a-z]_[\w-]{43}|\$argon2/);
  });

  it('no table has any of them, the audit and the outbox included', async () => {
    const tables = await server.driver.query({
      name: null,
      text: `select table_name from information_schema.tables where table_schema = 'public'`,
      values: [],
    });
    expect(tables.flat()).toEqual(
      expect.arrayContaining(['audit_events', 'outbox', 'credentials', 'sessions']),
    );
    for (const table of tables.flat().map(String)) {
      // oxlint-disable-next-line no-await-in-loop -- PGlite has one connection
      const rows = await server.driver.query({
        name: null,
        text: `select t::text from "${table}" t`,
        values: [],
      });
      expect(secretsIn(JSON.stringify(rows)), table).toEqual([]);
    }
    const [[hashes] = []] = await server.driver.query({
      name: null,
      text: `select count(*)::integer from audit_events where details::text ~ '[0-9a-f]{64}|argon2|@'`,
      values: [],
    });
    expect(hashes).toBe(0);
  });

  it('answers have those that they must have, once, and none besides', async () => {
    const all = answers.join('\n');
    for (const { kind, secret } of issued) expect(all.split(secret), kind).toHaveLength(2);
    const others = all.replace(/"(access|refresh)Token":"[^"]+"/g, '');
    expect(secretsIn(others)).toEqual([]);
    expect(others).not.toContain((await hashPassword(planted.first)).slice(0, 9));
  });
});
