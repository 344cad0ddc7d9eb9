import { describe, expect, it } from 'vitest';
import { type Person, useServer } from '../helpers/server.ts';

const server = useServer();

const fields = 'id username name bio avatarUrl createdAt updatedAt';
const updateUser = `mutation ($id: ID!, $input: UpdateUserInput!) { updateUser(id: $id, input: $input) { ${fields} } }`;
const profileOf = async ({ id }: Person) =>
  (await server.query(`query ($id: ID!) { user(id: $id) { ${fields} } }`, { variables: { id } })).user;

const full = {
  name: 'Ada Lovelace',
  bio: 'Writes **programs**.\n\nAnd letters.',
  avatarUrl: 'https://example.com/ada.png',
};

/** Somebody with a profile in which nothing is null. */
async function profiled(): Promise<Person> {
  const ada = await server.person();
  await server.query(updateUser, { variables: { id: ada.id, input: full }, as: ada });
  server.changes.splice(0);
  return ada;
}

describe('updateUser', () => {
  it('changes a profile, and nothing more when it is repeated', async () => {
    const ada = await server.person();
    const before = await profileOf(ada);
    server.changes.splice(0);
    const input = { ...full, username: `${ada.username}-byron` };
    for (const _ of ['once', 'again']) {
      await server.driver.execute(`update users set updated_at = '2000-01-01T00:00:00Z'`);
      const { data, statements } = await server.send(updateUser, {
        variables: { id: ada.id, input },
        as: ada,
      });
      expect(data.updateUser).toEqual({
        ...input,
        id: ada.id,
        createdAt: before.createdAt,
        updatedAt: expect.stringMatching(/^(?!2000)/),
      });
      expect(statements).toBe(6);
    }
    const changed = { type: 'user', action: 'updated', id: ada.uuid };
    expect(server.changes).toEqual([changed, changed]);
    expect(await profileOf(ada)).toMatchObject(input);
  });

  it('tells what is absent from what is null', async () => {
    const ada = await profiled();
    const update = async (input: object) =>
      (await server.query(updateUser, { variables: { id: ada.id, input }, as: ada })).updateUser;
    expect(await update({})).toMatchObject({ ...full, username: ada.username });
    expect(await update({ bio: null })).toMatchObject({ ...full, bio: null });
    expect(await update({ avatarUrl: null })).toMatchObject({ name: full.name, bio: null, avatarUrl: null });
    expect(await update({ bio: ' \n ' })).toMatchObject({ bio: null });
    expect(await update({ bio: '  Trimmed. \n' })).toMatchObject({ bio: 'Trimmed.' });
  });

  it.each([
    [{ name: null }, ['name']],
    [{ name: '' }, ['name']],
    [{ name: ' \t ' }, ['name']],
    [{ name: 'x'.repeat(101) }, ['name']],
    [{ name: 'two\nlines' }, ['name']],
    [{ username: null }, ['username']],
    [{ username: 'a' }, ['username']],
    [{ username: 'x'.repeat(41) }, ['username']],
    [{ username: 'Ada' }, ['username']],
    [{ username: 'ada lovelace' }, ['username']],
    [{ username: 'ada--lovelace' }, ['username']],
    [{ username: '-ada' }, ['username']],
    [{ username: 'ädä' }, ['username']],
    [{ bio: 'x'.repeat(1_001) }, ['bio']],
    [{ avatarUrl: '' }, ['avatarUrl']],
    [{ avatarUrl: '/ada.png' }, ['avatarUrl']],
    [{ avatarUrl: 'javascript:alert(1)' }, ['avatarUrl']],
    [{ avatarUrl: 'data:image/png;base64,AAAA' }, ['avatarUrl']],
    [{ avatarUrl: 'ftp://example.com/ada.png' }, ['avatarUrl']],
    [{ avatarUrl: 'https://' }, ['avatarUrl']],
    [{ avatarUrl: `https://example.com/${'x'.repeat(2_000)}` }, ['avatarUrl']],
    [
      { name: '', username: 'A', bio: 'x'.repeat(1_001), avatarUrl: 'x' },
      ['name', 'username', 'bio', 'avatarUrl'],
    ],
  ])('refuses %j, names each place and writes nothing', async (input, places) => {
    const ada = await profiled();
    const before = await profileOf(ada);
    const variables = { id: ada.id, input: { name: 'Somebody else', ...input } };
    const { extensions } = await server.refusal(updateUser, { variables, as: ada });
    expect(extensions.code).toBe('BAD_USER_INPUT');
    expect(new Set(extensions.issues?.map(({ path }) => path.join('.')))).toEqual(
      new Set(places.map((place) => `input.${place}`)),
    );
    expect(await profileOf(ada)).toEqual(before);
    expect(server.changes).toEqual([]);
  });

  it.each([
    ['role: ADMIN'],
    ['email: "x@example.com"'],
    ['createdAt: "2020-01-01T00:00:00Z"'],
    ['suspendedAt: null'],
  ])('has no field { %s }', async (field) => {
    const ada = await profiled();
    const document = `mutation { updateUser(id: "${ada.id}", input: { ${field} }) { id } }`;
    const { status, errors, data } = await server.send(document, { as: ada });
    expect({ status, data }).toEqual({ status: 400, data: undefined });
    expect(errors[0]?.extensions.code).toBe('GRAPHQL_VALIDATION_FAILED');
    expect(server.changes).toEqual([]);
  });

  it('refuses a username that is taken', async () => {
    const [ada, grace] = [await profiled(), await profiled()];
    const variables = { id: ada.id, input: { username: grace.username, name: 'Grace' } };
    const { extensions } = await server.refusal(updateUser, { variables, as: ada });
    expect(extensions).toMatchObject({
      code: 'CONFLICT',
      issues: [{ path: ['input', 'username'], code: 'taken' }],
    });
    expect(await profileOf(ada)).toMatchObject({ ...full, username: ada.username });
    expect(server.changes).toEqual([]);
  });

  it('gives a free username to one of 50 who ask at once', async () => {
    const people = await Promise.all(Array.from({ length: 50 }, () => server.person()));
    const username = `${people[0]?.username}-sought`;
    const answers = await Promise.all(
      people.map((as) => server.send(updateUser, { variables: { id: as.id, input: { username } }, as })),
    );
    expect(answers.filter(({ data }) => data.updateUser?.username === username)).toHaveLength(1);
    const codes = answers.flatMap(({ errors }) => errors.map(({ extensions }) => extensions.code));
    expect(codes).toEqual(Array.from({ length: 49 }, () => 'CONFLICT'));
  });

  it('is for the user and administrators, and changes nothing for others', async () => {
    const ada = await profiled();
    const before = await profileOf(ada);
    const variables = { id: ada.id, input: { name: 'Mallory' } };
    for (const [as, code] of [
      [undefined, 'UNAUTHENTICATED'],
      [await server.person('READER'), 'FORBIDDEN'],
      [await server.person('AUTHOR'), 'FORBIDDEN'],
      [await server.person('EDITOR'), 'FORBIDDEN'],
    ] as const) {
      const { extensions, path } = await server.refusal(updateUser, { variables, as });
      expect(extensions.code).toBe(code);
      expect(path).toEqual(['updateUser']);
    }
    expect(await profileOf(ada)).toEqual(before);
    expect(server.changes).toEqual([]);
    const admin = await server.person('ADMIN');
    expect((await server.query(updateUser, { variables, as: admin })).updateUser.name).toBe('Mallory');
  });

  it('refuses identifiers of nobody, and of other kinds', async () => {
    const as = await server.person('ADMIN');
    const refused = async (id: string) =>
      (await server.refusal(updateUser, { variables: { id, input: { name: 'X' } }, as })).extensions;
    expect(await refused('user_01jd000000e00000000000000r')).toMatchObject({ code: 'NOT_FOUND' });
    expect(await refused('tag_01jd000000e00000000000000r')).toMatchObject({
      code: 'BAD_USER_INPUT',
      issues: [{ path: ['id'], code: 'invalid_id' }],
    });
  });
});
