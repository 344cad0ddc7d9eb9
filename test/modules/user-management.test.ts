import { describe, expect, it } from 'vitest';
import { setPassword } from '../../src/modules/accounts/index.ts';
import { operator } from '../../src/shared/viewer.ts';
import { crowd } from '../helpers/reactions.ts';
import { countRows } from '../helpers/rows.ts';
import { type Person, startServer, type TestServer, useServer } from '../helpers/server.ts';

const server = useServer();

const unknown = 'user_01jd000000e00000000000000r';

const setUserRole = 'mutation ($id: ID!, $role: Role!) { setUserRole(id: $id, role: $role) { id role } }';
const suspendUser = 'mutation ($id: ID!) { suspendUser(id: $id) { id suspendedAt } }';
const reinstateUser = 'mutation ($id: ID!) { reinstateUser(id: $id) { id suspendedAt } }';
const deleteUser = 'mutation ($id: ID!) { deleteUser(id: $id) { id name } }';

const roleOf = async ({ id }: Person) =>
  (await server.query('query ($id: ID!) { user(id: $id) { role } }', { variables: { id } })).user?.role;
const isSuspended = async ({ uuid }: Person) =>
  (await countRows(server, 'users', 'id = $1 and suspended_at is not null', uuid)) === 1;
const exists = async ({ uuid }: Person) => (await countRows(server, 'users', 'id = $1', uuid)) === 1;

/** Whether a person's token is good for a request. */
async function isLive(as: Person): Promise<boolean> {
  const { status, data, errors, headers } = await server.send('{ viewer { id } }', { as });
  const answer = { status, data, codes: errors.map(({ extensions }) => extensions.code) };
  const live = { status: 200, data: { viewer: { id: as.id } }, codes: [] };
  expect([live, { status: 401, data: undefined, codes: ['UNAUTHENTICATED'] }]).toContainEqual(answer);
  expect(headers.get('www-authenticate')).toBe(status === 401 ? 'Bearer error="invalid_token"' : null);
  return status === 200;
}

describe.each([
  ['setUserRole', setUserRole, { role: 'ADMIN' }],
  ['suspendUser', suspendUser, {}],
  ['reinstateUser', reinstateUser, {}],
])('%s', (name, document, more) => {
  it('is for administrators alone, and changes nothing for others', async () => {
    const target = await server.person('READER');
    const people = [
      [undefined, 'UNAUTHENTICATED'],
      [await server.person('READER'), 'FORBIDDEN'],
      [await server.person('AUTHOR'), 'FORBIDDEN'],
      [await server.person('EDITOR'), 'FORBIDDEN'],
      [target, 'FORBIDDEN'],
    ] as const;
    server.changes.splice(0);
    for (const [as, code] of people) {
      const { extensions, path } = await server.refusal(document, {
        variables: { id: target.id, ...more },
        as,
      });
      expect(extensions.code).toBe(code);
      expect(path).toEqual([name]);
    }
    expect(await roleOf(target)).toBe('READER');
    expect(await isSuspended(target)).toBe(false);
    expect(server.changes).toEqual([]);
  });

  it('refuses identifiers of nobody, and of other kinds', async () => {
    const as = await server.person('ADMIN');
    const missing = await server.refusal(document, { variables: { id: unknown, ...more }, as });
    expect(missing.extensions.code).toBe('NOT_FOUND');
    for (const id of ['nonsense', 'post_01jd000000e00000000000000r']) {
      const { extensions } = await server.refusal(document, { variables: { id, ...more }, as });
      expect(extensions).toMatchObject({
        code: 'BAD_USER_INPUT',
        issues: [{ path: ['id'], code: 'invalid_id' }],
      });
    }
  });
});

describe('setUserRole', () => {
  it('gives a role that counts from the next request on, and again changes nothing', async () => {
    const [admin, target] = [await server.person('ADMIN'), await server.person('AUTHOR')];
    const post = 'mutation { createPost(input: { title: "T", body: "B" }) { id } }';
    expect((await server.send(post, { as: target })).errors).toEqual([]);
    server.changes.splice(0);
    const request = { variables: { id: target.id, role: 'READER' }, as: admin };
    for (const _ of ['once', 'again']) {
      const { data, statements } = await server.send(setUserRole, request);
      expect(data).toEqual({ setUserRole: { id: target.id, role: 'READER' } });
      expect(statements).toBe(7);
    }
    expect(server.changes).toEqual([
      { type: 'user', action: 'updated', id: target.uuid },
      { type: 'user', action: 'updated', id: target.uuid },
    ]);
    expect(await roleOf(target)).toBe('READER');
    expect((await server.refusal(post, { as: target })).extensions.code).toBe('FORBIDDEN');
  });

  it.each([['OWNER'], ['admin'], [''], [null], [1]])('refuses the role %j before it runs', async (role) => {
    const [as, target] = [await server.person('ADMIN'), await server.person('AUTHOR')];
    const { status, errors, data } = await server.send(setUserRole, {
      variables: { id: target.id, role },
      as,
    });
    expect({ status, data }).toEqual({ status: 400, data: undefined });
    expect(errors[0]?.extensions.code).toBe('BAD_USER_INPUT');
    expect(await roleOf(target)).toBe('AUTHOR');
  });
});

describe('suspendUser and reinstateUser', () => {
  it('end what a user can do, their sessions for good, and leave what they published', async () => {
    const [admin, target] = [await server.person('ADMIN'), await server.person('AUTHOR')];
    const { createPost: post } = await server.query(
      'mutation { createPost(input: { title: "Stays", body: "B", publish: true }) { id } }',
      { as: target },
    );
    const request = { variables: { id: target.id }, as: admin };
    server.changes.splice(0);

    const first = await server.send(suspendUser, request);
    expect(first.data.suspendUser).toEqual({
      id: target.id,
      suspendedAt: expect.stringMatching(/^\d{4}-.*Z$/),
    });
    expect(first.statements).toBe(10);
    expect(await isLive(target)).toBe(false);
    expect((await server.query(suspendUser, request)).suspendUser).toEqual(first.data.suspendUser);
    const seen = await server.query(
      `{ post(id: "${post.id}") { title author { id } } user(id: "${target.id}") { id posts { id } } }`,
    );
    expect(seen).toEqual({
      post: { title: 'Stays', author: { id: target.id } },
      user: { id: target.id, posts: [{ id: post.id }] },
    });

    for (const _ of ['once', 'again']) {
      const { data, statements } = await server.send(reinstateUser, request);
      expect(data).toEqual({ reinstateUser: { id: target.id, suspendedAt: null } });
      expect(statements).toBe(7);
    }
    // The session ended with the suspension, and stays ended.
    expect(await isLive(target)).toBe(false);
    expect(server.changes).toEqual(
      Array.from({ length: 4 }, () => ({ type: 'user', action: 'updated', id: target.uuid })),
    );
  });
});

describe('deleteUser', () => {
  const count = (table: string, column: string, { uuid }: Person) =>
    countRows(server, table, `${column} = $1`, uuid);

  it('erases a user and all they made, and keeps what others wrote elsewhere', async () => {
    const [target, other, reader] = [
      await server.person(),
      await server.person(),
      await server.person('READER'),
    ];
    const write = (as: Person, document: string) => server.query(`mutation { ${document} }`, { as });
    const publish = async (as: Person) =>
      (
        await write(
          as,
          'createPost(input: { title: "T", body: "B", tags: ["erased"], publish: true }) { id }',
        )
      ).createPost.id;
    const comment = async (as: Person, postId: string, parentId?: string) => {
      const parent = parentId === undefined ? '' : `, parentId: "${parentId}"`;
      return (await write(as, `addComment(input: { postId: "${postId}"${parent}, body: "C" }) { id }`))
        .addComment.id;
    };
    const [own, others] = [await publish(target), await publish(other)];
    await write(other, `updatePost(id: "${others}", input: { contributors: ["${target.id}"] }) { id }`);
    await comment(reader, own);
    const question = await comment(target, others);
    const reply = await comment(reader, others, question);
    const answer = await comment(reader, others, reply);
    await write(target, `likePost(id: "${others}") { id }`);
    await write(reader, `likePost(id: "${own}") { id }`);
    await write(target, `followUser(id: "${other.id}") { id }`);
    await write(reader, `followUser(id: "${target.id}") { id }`);
    await write(target, 'createPost(input: { title: "Draft", body: "B" }) { id }');
    server.changes.splice(0);

    const { data, statements } = await server.send(deleteUser, { variables: { id: target.id }, as: target });
    expect(data.deleteUser).toMatchObject({ id: target.id });
    expect(statements).toBe(10);
    expect(server.changes).toEqual([{ type: 'user', action: 'deleted', id: target.uuid }]);
    expect(await isLive(target)).toBe(false);

    for (const [table, column] of [
      ['users', 'id'],
      ['sessions', 'user_id'],
      ['credentials', 'user_id'],
      ['posts', 'author_id'],
      ['comments', 'author_id'],
      ['likes', 'user_id'],
      ['follows', 'follower_id'],
      ['follows', 'followee_id'],
      ['post_contributors', 'user_id'],
    ] as const) {
      expect(await count(table, column, target), table).toBe(0);
    }
    expect(
      await server.query(`{
        user(id: "${target.id}") { id } node(id: "${target.id}") { id } own: post(id: "${own}") { id }
        post(id: "${others}") {
          likeCount commentCount contributors { id }
          commentsConnection(orderBy: CREATED_AT_ASC) { totalCount nodes { id parent { id } author { id } } }
        } }`),
    ).toEqual({
      user: null,
      node: null,
      own: null,
      post: {
        likeCount: 0,
        commentCount: 2,
        contributors: [],
        commentsConnection: {
          totalCount: 2,
          nodes: [
            { id: reply, parent: null, author: { id: reader.id } },
            { id: answer, parent: { id: reply }, author: { id: reader.id } },
          ],
        },
      },
    });
    // What hung on the erased post went with it, also that of others.
    expect(await count('comments', 'author_id', reader)).toBe(2);
    expect(await count('likes', 'user_id', reader)).toBe(0);
  });

  it('is for the user and administrators, and changes nothing for others', async () => {
    const target = await server.person();
    server.changes.splice(0);
    for (const [as, code] of [
      [undefined, 'UNAUTHENTICATED'],
      [await server.person('READER'), 'FORBIDDEN'],
      [await server.person('AUTHOR'), 'FORBIDDEN'],
      [await server.person('EDITOR'), 'FORBIDDEN'],
    ] as const) {
      const { extensions } = await server.refusal(deleteUser, { variables: { id: target.id }, as });
      expect(extensions.code).toBe(code);
    }
    expect(await exists(target)).toBe(true);
    expect(await isLive(target)).toBe(true);
    expect(server.changes).toEqual([]);
  });

  describe('of oneself, with a password', () => {
    const password = 'a long enough password';
    const withPassword =
      'mutation ($id: ID!, $password: String) { deleteUser(id: $id, password: $password) { id } }';

    /** Creates a user with a password and a session of this age in minutes. */
    async function member(minutes: number): Promise<Person> {
      const { id, uuid, username, email } = await server.person();
      const context = { db: server.database(), viewer: operator, origin: null };
      await setPassword(context, uuid, password);
      const { signIn } = await server.query(
        'mutation ($input: SignInInput!) { signIn(input: $input) { accessToken } }',
        { variables: { input: { email, password } } },
      );
      await server.driver.execute(
        `update sessions set created_at = now() - interval '${minutes} minutes' where user_id = '${uuid}'`,
      );
      return { id, uuid, username, email, token: signIn.accessToken };
    }

    it('asks for it ten minutes after the sign-in', async () => {
      const as = await member(11);
      for (const [given, code] of [
        [undefined, 'required'],
        [null, 'required'],
        ['', 'wrong'],
        ['not the password', 'wrong'],
        ['x'.repeat(257), 'too_big'],
      ] as const) {
        const { extensions } = await server.refusal(withPassword, {
          variables: { id: as.id, password: given },
          as,
        });
        expect(extensions).toMatchObject({ code: 'BAD_USER_INPUT', issues: [{ path: ['password'], code }] });
      }
      expect(await isLive(as)).toBe(true);
      await server.query(withPassword, { variables: { id: as.id, password }, as });
      expect(await exists(as)).toBe(false);
    });

    it('does not before, but refuses a wrong one', async () => {
      const as = await member(9);
      const wrong = { id: as.id, password: 'not the password' };
      expect((await server.refusal(withPassword, { variables: wrong, as })).extensions.code).toBe(
        'BAD_USER_INPUT',
      );
      await server.query(deleteUser, { variables: { id: as.id }, as });
      expect(await exists(as)).toBe(false);
    });

    it('does not ask administrators for the password of others, but for their own', async () => {
      const [target, admin] = [await member(11), await member(11)];
      await server.driver.execute(`update users set role = 'ADMIN' where id = '${admin.uuid}'`);
      await server.query(deleteUser, { variables: { id: target.id }, as: admin });
      const { extensions } = await server.refusal(deleteUser, { variables: { id: admin.id }, as: admin });
      expect(extensions).toMatchObject({ issues: [{ path: ['password'], code: 'required' }] });
    });
  });

  it('finds nobody the second time', async () => {
    const [as, target] = [await server.person('ADMIN'), await server.person()];
    expect((await server.query(deleteUser, { variables: { id: target.id }, as })).deleteUser.id).toBe(
      target.id,
    );
    const { extensions } = await server.refusal(deleteUser, { variables: { id: target.id }, as });
    expect(extensions.code).toBe('NOT_FOUND');
    expect(await exists(as)).toBe(true);
  });

  it('frees the username and the e-mail address', async () => {
    const target = await server.person();
    await server.query(deleteUser, { variables: { id: target.id }, as: target });
    const { createUser } = await server.query(
      'mutation ($input: CreateUserInput!) { createUser(input: $input) { username email } }',
      { variables: { input: { name: 'Next', email: target.email, username: target.username } } },
    );
    expect(createUser).toEqual({ username: target.username, email: target.email });
  });
});

describe('the last administrator', () => {
  /** A server of its own: the one above has administrators without number. */
  async function withServer(test: (own: TestServer) => Promise<void>): Promise<void> {
    const own = await startServer();
    try {
      await test(own);
    } finally {
      await own.close();
    }
  }
  const admins = (own: TestServer) => countRows(own, 'users', `role = 'ADMIN' and suspended_at is null`);

  it('is kept from every way out, and two who demote each other at once leave one', async () => {
    await withServer(async (own) => {
      const [first, second] = [await own.person('ADMIN'), await own.person('ADMIN')];
      // Somebody suspended is no administrator who could act.
      const asleep = await own.person('ADMIN');
      await own.query(suspendUser, { variables: { id: asleep.id }, as: first });
      own.changes.splice(0);
      const demote = (as: Person, { id }: Person) =>
        own.send(setUserRole, { variables: { id, role: 'AUTHOR' }, as });
      const answers = await Promise.all([demote(first, second), demote(second, first)]);
      const codes = answers.flatMap(({ errors }) => errors.map(({ extensions }) => extensions.code));
      expect(codes).toHaveLength(1);
      // The loser either met the rule, or asked when their own role was gone already.
      expect(['CONFLICT', 'FORBIDDEN']).toContain(codes[0]);
      expect(await admins(own)).toBe(1);
      expect(own.changes).toHaveLength(1);

      const last = answers[0].errors.length === 0 ? first : second;
      for (const [document, variables] of [
        [setUserRole, { id: last.id, role: 'EDITOR' }],
        [suspendUser, { id: last.id }],
        [deleteUser, { id: last.id }],
      ] as const) {
        const { extensions } = await own.refusal(document, { variables, as: last });
        expect(extensions.code).toBe('CONFLICT');
      }
      expect(await admins(own)).toBe(1);
      expect(own.changes).toHaveLength(1);
      expect(await own.query(setUserRole, { variables: { id: last.id, role: 'ADMIN' }, as: last })).toEqual({
        setUserRole: { id: last.id, role: 'ADMIN' },
      });
    });
  });

  it('is still one after 50 who demote each other in a ring at once', async () => {
    await withServer(async (own) => {
      const people = await crowd(own, 50, 'ADMIN');
      const answers = await Promise.all(
        people.map((as, place) => {
          const { id } = people[(place + 1) % people.length] as Person;
          return own.send(setUserRole, { variables: { id, role: 'READER' }, as });
        }),
      );
      const codes = answers.flatMap(({ errors }) => errors.map(({ extensions }) => extensions.code));
      for (const code of codes) expect(['CONFLICT', 'FORBIDDEN']).toContain(code);
      expect(codes.length).toBeGreaterThanOrEqual(1);
      expect(await admins(own)).toBe(codes.length);
      expect(own.changes).toHaveLength(50 - codes.length);
    });
  });
});

describe('the role of a user', () => {
  it('is the last one given after 50 changes at once', async () => {
    const [admin, ada] = [await server.person('ADMIN'), await server.person('READER')];
    const mark = server.changes.length;
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, place) => {
        const role = place % 2 === 0 ? 'AUTHOR' : 'EDITOR';
        return server.send(setUserRole, { variables: { id: ada.id, role }, as: admin });
      }),
    );
    for (const [place, { data, errors }] of answers.entries()) {
      expect(errors).toEqual([]);
      expect(data.setUserRole.role).toBe(place % 2 === 0 ? 'AUTHOR' : 'EDITOR');
    }
    // The audit has an unbroken chain of the changes; whoever gives the role that is there changes nothing.
    const events = await server.driver.query({
      name: null,
      text: `select details ->> 'from', details ->> 'to' from audit_events
        where type = 'ROLE_CHANGED' and user_id = $1::text::uuid`,
      values: [ada.uuid],
    });
    const changes = events as [from: string, to: string][];
    expect(server.changes.slice(mark)).toHaveLength(changes.length);
    const net: Record<string, number> = {};
    for (const [from, to] of changes) {
      net[from] = (net[from] ?? 0) - 1;
      net[to] = (net[to] ?? 0) + 1;
    }
    expect(net).toEqual({ READER: -1, AUTHOR: 0, EDITOR: 0, [await roleOf(ada)]: 1 });
  });
});
