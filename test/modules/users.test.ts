import { describe, expect, it } from 'vitest';
import { describeConnection, walk } from '../helpers/connections.ts';
import { insertUsers, newestFirst, tiedTime } from '../helpers/rows.ts';
import { type Person, useServer } from '../helpers/server.ts';

const server = useServer();

const unknown = 'user_01jd000000e00000000000000r';
let words = 0;
/** A word that no other row has, so that a filter finds what a test made and nothing else. */
const newWord = () => `quokka${(words += 1)}x`;

describe('user', () => {
  const byId = 'query ($id: ID!) { user(id: $id) { id username name email role createdAt } }';

  it('answers a user by identifier, in one statement', async () => {
    const ada = await server.person('AUTHOR', 'Ada');
    const { data, statements } = await server.send(byId, { variables: { id: ada.id } });
    expect(data.user).toMatchObject({ id: ada.id, username: ada.username, name: 'Ada', role: 'AUTHOR' });
    expect(data.user.createdAt).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    expect(statements).toBe(1);
  });

  it('answers null for a user who does not exist', async () => {
    expect(await server.query(byId, { variables: { id: unknown } })).toEqual({ user: null });
  });

  it.each([
    ['nonsense'],
    [''],
    ['post_01jd000000e00000000000000r'],
    ['user_01JD000000E00000000000000R'],
    ['user_8zzzzzzzzzzzzzzzzzzzzzzzzz'],
    [`user_${'0'.repeat(5_000)}`],
    ["user_' or true --"],
    ['user_\0'],
  ])('refuses %j as an identifier, and names the place', async (id) => {
    const { extensions, path } = await server.refusal(byId, { variables: { id } });
    expect(extensions.code).toBe('BAD_USER_INPUT');
    expect(extensions.issues).toMatchObject([{ path: ['id'], code: 'invalid_id' }]);
    expect(path).toEqual(['user']);
  });

  it('shows an e-mail address and a suspension to the user and to administrators alone', async () => {
    const ada = await server.person();
    const admin = await server.person('ADMIN');
    await server.query('mutation ($id: ID!) { suspendUser(id: $id) { id } }', {
      variables: { id: ada.id },
      as: admin,
    });
    const grace = await server.person();
    const shown = async (id: string, as?: Person) =>
      (
        await server.query('query ($id: ID!) { user(id: $id) { email suspendedAt } }', {
          variables: { id },
          as,
        })
      ).user;
    expect(await shown(ada.id, admin)).toEqual({
      email: ada.email,
      suspendedAt: expect.stringMatching(/^\d{4}-.*Z$/),
    });
    expect(await shown(grace.id, grace)).toEqual({ email: grace.email, suspendedAt: null });
    for (const as of [grace, await server.person('EDITOR'), undefined]) {
      expect(await shown(ada.id, as)).toEqual({ email: null, suspendedAt: null });
    }
  });

  it('shows a stranger no address through any list', async () => {
    const { username, email } = await server.person();
    const { text } = await server.send(
      `{ users(limit: 100) { email } usersConnection(first: 100) { nodes { email } edges { node { email } } }
        userByUsername(username: "${username}") { email } }`,
    );
    expect(text).not.toContain('@example.com');
    expect(text).not.toContain(email);
  });
});

describe('userByUsername', () => {
  const byUsername = 'query ($username: String!) { userByUsername(username: $username) { id } }';

  it('answers a user by username in any case, in one statement', async () => {
    const { id, username } = await server.person('AUTHOR', 'Grace Hopper');
    for (const text of [username, username.toUpperCase()]) {
      const { data, statements } = await server.send(byUsername, { variables: { username: text } });
      expect(data).toEqual({ userByUsername: { id } });
      expect(statements).toBe(1);
    }
  });

  it.each([['nobody-has-this'], [''], ['%'], ["' or true --"], ['x'.repeat(60_000)]])(
    'answers null for %j',
    async (username) => {
      expect(await server.query(byUsername, { variables: { username } })).toEqual({ userByUsername: null });
    },
  );

  it.each([['\0'], ['\ud800']])('refuses %j, which no name can have', async (username) => {
    const { extensions } = await server.refusal(byUsername, { variables: { username } });
    expect(extensions).toMatchObject({
      code: 'BAD_USER_INPUT',
      issues: [{ path: ['username'], code: 'invalid_character' }],
    });
  });
});

describe('users', () => {
  it('answers the newest users, 20 of them by itself, in one statement', async () => {
    const future = (place: number) => tiedTime(place).replace('2026', '2099');
    const rows = await insertUsers(
      server,
      Array.from({ length: 22 }, (_, place) => ({ name: 'Tomorrow', at: future(place) })),
    );
    const { data, statements } = await server.send('{ users { id } }');
    expect(data.users.map(({ id }: { id: string }) => id)).toEqual(newestFirst(rows).slice(0, 20));
    expect(statements).toBe(1);
    expect((await server.query('{ users(limit: 3) { id } }')).users).toHaveLength(3);
    expect((await server.query('{ users(limit: null) { id } }')).users).toHaveLength(20);
  });

  it.each([[0], [-1], [101]])('refuses the limit %j', async (limit) => {
    const { extensions } = await server.refusal(`{ users(limit: ${limit}) { id } }`);
    expect(extensions).toMatchObject({ code: 'BAD_USER_INPUT', issues: [{ path: ['limit'] }] });
  });
});

describeConnection('usersConnection', server, {
  statementsAround: 0,
  async fill(count) {
    const name = newWord();
    const rows = await insertUsers(
      server,
      Array.from({ length: count }, (_, place) => ({ name, at: tiedTime(place) })),
    );
    return { ids: newestFirst(rows), field: `usersConnection(PAGE, filter: { text: "${name}" })` };
  },
  async foreignCursors() {
    const author = await server.person();
    await server.query(
      'mutation { createPost(input: { title: "T", body: "B", tags: ["foreign"], publish: true }) { id } }',
      { as: author },
    );
    const { data } = await server.send(
      `{ oldest: usersConnection(first: 1, orderBy: CREATED_AT_ASC) { pageInfo { endCursor } }
        byName: usersConnection(first: 1, orderBy: USERNAME_ASC) { pageInfo { endCursor } }
        tags: tagsConnection(first: 1) { pageInfo { endCursor } }
        posts: postsConnection(first: 1) { pageInfo { endCursor } } }`,
    );
    return Object.fromEntries(
      Object.entries(data).map(([name, page]) => [
        name,
        (page as { pageInfo: { endCursor: string } }).pageInfo.endCursor,
      ]),
    );
  },
});

describe('the lists of users', () => {
  it('come in each of their orders', async () => {
    const name = newWord();
    const rows = await insertUsers(
      server,
      ['m', 'z', 'a-1', 'a', 'a0'].map((end, place) => ({
        name,
        username: `${name}-${end}`,
        at: tiedTime(place),
      })),
    );
    const list = (orderBy: string) => ({
      ids: [],
      field: `usersConnection(PAGE, filter: { text: "${name}" }, orderBy: ${orderBy})`,
    });
    const latest = newestFirst(rows);
    // Byte by byte, in which a hyphen comes before every digit and letter.
    const alphabetical = [3, 2, 4, 0, 1].map((place) => rows[place]?.id);
    for (const [orderBy, ids] of Object.entries({
      CREATED_AT_DESC: latest,
      CREATED_AT_ASC: latest.toReversed(),
      USERNAME_ASC: alphabetical,
      USERNAME_DESC: alphabetical.toReversed(),
    })) {
      expect(await walk(server, list(orderBy), 2, 'forwards')).toEqual(ids);
      expect(await walk(server, list(orderBy), 2, 'backwards')).toEqual(ids);
    }
  });

  it('hold what the filter asks for', async () => {
    const word = newWord();
    const [reader, editor, byBio, byUsername] = await insertUsers(server, [
      { name: `Ada ${word}`, role: 'READER', at: tiedTime(0) },
      { name: `Grace ${word}`, role: 'EDITOR', at: tiedTime(3) },
      { name: 'Edsger', bio: `Once a ${word}.`, at: tiedTime(6) },
      { name: 'Barbara', username: `${word}-barbara`, at: tiedTime(9) },
    ]);
    const found = async (filter: string) => {
      const { usersConnection } = await server.query(
        `{ usersConnection(filter: ${filter}, orderBy: CREATED_AT_ASC) { nodes { id } totalCount } }`,
      );
      expect(usersConnection.totalCount).toBe(usersConnection.nodes.length);
      return usersConnection.nodes.map(({ id }: { id: string }) => id);
    };
    expect(await found(`{ text: "${word}" }`)).toEqual(
      [reader, editor, byBio, byUsername].map((row) => row?.id),
    );
    expect(await found(`{ text: "${word.toUpperCase()} GRA" }`)).toEqual([editor?.id]);
    expect(await found(`{ text: "${word}", role: READER }`)).toEqual([reader?.id]);
    expect(await found(`{ text: "${word}", role: ADMIN }`)).toEqual([]);
    for (const text of ["' or true --", '%', '_', '\\\\', '&|!<->:*()', '']) {
      expect(await found(`{ text: "${text}" }`), text).toEqual([]);
    }
    const roles = await server.query(
      '{ usersConnection(first: 100, filter: { role: EDITOR }) { nodes { role } } }',
    );
    expect(new Set(roles.usersConnection.nodes.map((node: { role: string }) => node.role))).toEqual(
      new Set(['EDITOR']),
    );
  });

  it.each([
    ['\0', 'invalid_character'],
    ['\ud800', 'invalid_character'],
    ['x'.repeat(257), 'too_big'],
  ])('refuse to look for %j', async (text, code) => {
    const { extensions } = await server.refusal(
      'query ($text: String) { usersConnection(filter: { text: $text }) { totalCount } }',
      { variables: { text } },
    );
    expect(extensions).toMatchObject({
      code: 'BAD_USER_INPUT',
      issues: [{ path: ['filter', 'text'], code }],
    });
  });
});
