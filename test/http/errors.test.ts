import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { startAppOver } from '../helpers/app.ts';
import { openTestDatabase } from '../helpers/database.ts';
import { expectRefused, post } from '../helpers/http.ts';
import { type Answer, type Person, useServer } from '../helpers/server.ts';

const server = useServer();
let ada: Person;

beforeAll(async () => {
  ada = await server.person('ADMIN', 'Ada');
});

afterEach(() => {
  vi.restoreAllMocks();
});

/** What no client may read: SQL, names of the database, packages, files, and what the tests plant. */
const inside =
  /hunter2|secret|select |insert |update |from |relation|column |constraint|_check|_key|postgres|pglite|drizzle|node_modules|\.ts\b|\bat \w+|127\.0\.0\.1|ECONN|Error:/i;

const execute = (text: string) => server.driver.execute(text);

const unexpected = (log: readonly Record<string, unknown>[]) =>
  log.filter(({ msg }) => msg === 'unexpected error');

/** Expects one masked error at a path, with the identifier of the request, and one line of the log with its cause. */
function expectMasked({ status, errors, requestId, text }: Answer<unknown>, path: unknown[], cause: RegExp) {
  expect(status).toBe(200);
  expect(errors).toEqual([
    {
      message: 'Internal server error.',
      locations: [{ line: 1, column: expect.any(Number) }],
      path,
      extensions: { code: 'INTERNAL_SERVER_ERROR', requestId },
    },
  ]);
  expect(text).not.toMatch(inside);
  const lines = unexpected(server.log).filter((line) => line['requestId'] === requestId);
  expect(lines).toMatchObject([{ level: 50, path, err: { message: expect.stringMatching(cause) } }]);
  expect(lines[0]?.['err']).toHaveProperty('stack');
}

describe('a statement that fails', () => {
  it('for a column that is gone is masked, and its neighbours are answered', async () => {
    await execute('alter table tags rename column name to hunter2_secret');
    const document = `{ before: user(id: "${ada.id}") { name } tagBySlug(slug: "x") { name } after: users { id } }`;
    const answer = await server.send(document);
    await execute('alter table tags rename column hunter2_secret to name');
    expectMasked(answer, ['tagBySlug'], /column .*name.* does not exist/);
    expect(answer.data).toEqual({ before: { name: 'Ada' }, tagBySlug: null, after: [{ id: ada.id }] });
    expect((await server.query('{ tagBySlug(slug: "x") { name } }')).tagBySlug).toBeNull();
  });

  it('for a constraint that nobody expects is masked, writes nothing, and logs no row', async () => {
    await execute(`alter table users add constraint hunter2_secret check (bio <> 'the secret bio')`);
    const answer = await server.send(
      `mutation { updateUser(id: "${ada.id}", input: { bio: "the secret bio" }) { bio } }`,
      { as: ada },
    );
    await execute('alter table users drop constraint hunter2_secret');
    expectMasked(answer, ['updateUser'], /hunter2_secret/);
    expect(answer.data).toEqual({ updateUser: null });
    expect((await server.query(`{ user(id: "${ada.id}") { bio } }`)).user.bio).toBeNull();
    // PostgreSQL's detail has the whole row.
    expect(JSON.stringify(server.log)).not.toContain('the secret bio');
    expect(JSON.stringify(server.log)).not.toContain(ada.email);
  });

  it('with secrets in what the error has beside its message is masked, and they are not logged', async () => {
    const { password, token } = { password: 'hunter2-password', token: ada.token };
    vi.spyOn(server.driver, 'query').mockRejectedValueOnce(
      Object.assign(new Error('it broke', { cause: new Error('deeper') }), {
        detail: `Key (email)=(${ada.email}) is secret.`,
        parameters: [password],
        where: `token ${token}`,
        query: 'select secret from users',
        config: { connectionString: 'postgres://root:hunter2@db.secret/main' },
      }),
    );
    const answer = await server.send('{ userByUsername(username: "x") { id } }');
    expectMasked(answer, ['userByUsername'], /^it broke$/);
    const line = JSON.stringify(unexpected(server.log).at(-1));
    expect(line).toContain('deeper');
    for (const secret of [password, token, ada.email, 'db.secret']) expect(line).not.toContain(secret);
  });

  it.each([
    ['a text', 'hunter2 at /secret/file.ts'],
    ['an object', { secret: 'hunter2' }],
    ['nothing', undefined],
  ])('with %s instead of an error is masked', async (_, thrown) => {
    vi.spyOn(server.driver, 'query').mockRejectedValueOnce(thrown);
    const { errors, text, requestId } = await server.send('{ userByUsername(username: "x") { id } }');
    expect(errors).toMatchObject([
      {
        message: 'Internal server error.',
        path: ['userByUsername'],
        extensions: { code: 'INTERNAL_SERVER_ERROR', requestId },
      },
    ]);
    expect(text).not.toMatch(inside);
    expect(unexpected(server.log).at(-1)).toMatchObject({ requestId });
  });

  it('while the session is read ends the request with a masked error, which is logged once', async () => {
    vi.spyOn(server.driver, 'query').mockRejectedValueOnce(new Error('select secret from users'));
    const before = unexpected(server.log).length;
    const response = await post(
      server,
      { query: '{ __typename }' },
      { authorization: `Bearer ${ada.token}` },
    );
    const { message, extensions } = await expectRefused(response, 500, 'INTERNAL_SERVER_ERROR');
    expect(message).toBe('Internal server error.');
    expect(extensions).toEqual({
      code: 'INTERNAL_SERVER_ERROR',
      requestId: response.headers.get('x-request-id'),
    });
    expect(unexpected(server.log).slice(before)).toMatchObject([
      { requestId: extensions['requestId'], err: { message: 'select secret from users' } },
    ]);
  });
});

describe('a row that breaks the promises of the contract', () => {
  it('with null for non-null is masked at its place, and its neighbours are answered', async () => {
    await execute('alter table users alter column name drop not null');
    await execute(`update users set name = null where id = '${ada.uuid}'`);
    const document = `{ user(id: "${ada.id}") { id name } other: user(id: "${ada.id}") { id } }`;
    const answer = await server.send(document);
    await execute(`update users set name = 'Ada' where id = '${ada.uuid}'`);
    await execute('alter table users alter column name set not null');
    expectMasked(answer, ['user', 'name'], /non-nullable field User\.name/);
    expect(answer.data).toEqual({ user: null, other: { id: ada.id } });
  });

  it('with what a scalar cannot say is masked at its place', async () => {
    await execute(`update users set avatar_url = 'hunter2 is no address' where id = '${ada.uuid}'`);
    const answer = await server.send(`{ user(id: "${ada.id}") { name avatarUrl } }`);
    await execute(`update users set avatar_url = null where id = '${ada.uuid}'`);
    expectMasked(answer, ['user', 'avatarUrl'], /^Invalid URL$/);
    expect(answer.data).toEqual({ user: { name: 'Ada', avatarUrl: null } });
  });

  it('with what an enum does not have is masked at its place', async () => {
    const bob = await server.person();
    await execute('alter table users drop constraint users_role_check');
    await execute(`update users set role = 'hunter2' where id = '${bob.uuid}'`);
    const answer = await server.send(`{ user(id: "${bob.id}") { role } }`);
    await execute(`delete from users where id = '${bob.uuid}'`);
    expectMasked(answer, ['user', 'role'], /cannot represent value: "hunter2"/);
    expect(answer.data).toEqual({ user: null });
  });
});

describe('a plugin that fails', () => {
  it('ends the request with a masked error, which is logged once with its cause', async () => {
    const broken = await startAppOver(await openTestDatabase(), {}, (log) => {
      const info = vi.spyOn(log, 'info');
      info.mockImplementation((...line: unknown[]) => {
        if (line[1] === 'operation') throw new Error('hunter2: the disk of the log is full');
      });
      return log;
    });
    try {
      const response = await post(broken, { query: '{ __typename }' });
      const { message, extensions } = await expectRefused(response, 500, 'INTERNAL_SERVER_ERROR');
      expect(message).toBe('Internal server error.');
      const requestId = response.headers.get('x-request-id');
      expect(extensions).toEqual({ code: 'INTERNAL_SERVER_ERROR', requestId });
      expect(broken.log).toMatchObject([
        { msg: 'unexpected error', requestId, err: { message: 'hunter2: the disk of the log is full' } },
      ]);
    } finally {
      await broken.app.close();
    }
  });
});

describe('the log', () => {
  it('has no password, token, address or variable, whatever happens', async () => {
    const secrets = ['correct horse battery', 'wrong horse battery', 'eve@example.com', 'my private bio'];
    const [password, wrong, email, bio] = secrets;
    const signUp = 'mutation ($input: CreateUserInput!) { createUser(input: $input) { id } }';
    const signIn = 'mutation ($input: SignInInput!) { signIn(input: $input) { accessToken } }';
    const input = { name: 'Eve', email, password, bio };
    await server.query(signUp, { variables: { input } });
    expect((await server.refusal(signUp, { variables: { input } })).extensions.code).toBe('CONFLICT');
    const { signIn: session } = await server.query(signIn, { variables: { input: { email, password } } });
    const refused = await server.refusal(signIn, { variables: { input: { email, password: wrong } } });
    expect(refused.extensions.code).toBe('UNAUTHENTICATED');
    const authorization = `Bearer ${session.accessToken}`;
    await post(server, { query: '{ viewer { id } }' }, { authorization });
    await post(server, { query: '{ viewer { id } }' }, { authorization: `${authorization}x` });
    await post(server, { query: `{ users(after: "${password}") { id } }` });
    await post(server, { query: signUp, variables: { input: { ...input, email: 7 } } });
    await execute('alter table credentials rename to hidden');
    await server.send(signUp, { variables: { input: { ...input, email: 'mallory@example.com' } } });
    await server.send(signIn, { variables: { input: { email, password } } });
    await execute('alter table hidden rename to credentials');
    const log = JSON.stringify(server.log);
    for (const secret of [...secrets, 'mallory@example.com', session.accessToken, '$argon2']) {
      expect(log).not.toContain(secret);
    }
    expect(log).toContain('unexpected error');
  });

  it('has one line for each operation, with its name, kind, duration, statements and codes', async () => {
    const { requestId } = await server.send('query Some { users { id } other: users(limit: 0) { id } }');
    expect(server.log.filter((line) => line['requestId'] === requestId)).toEqual([
      {
        level: 30,
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
        requestId,
        operation: 'Some',
        kind: 'query',
        durationMs: expect.any(Number),
        statements: 1,
        errors: ['BAD_USER_INPUT'],
        msg: 'operation',
      },
    ]);
  });

  it('has no more than 100 characters of an operation’s name', async () => {
    for (const _ of ['first', 'second']) {
      const { requestId } = await server.send(`query ${'n'.repeat(40_000)} { __typename }`);
      const lines = server.log.filter((line) => line['requestId'] === requestId);
      expect(lines).toMatchObject([{ operation: 'n'.repeat(100) }]);
    }
  });
});
