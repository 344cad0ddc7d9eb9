import { describe, expect, it } from 'vitest';
import { useServer } from '../helpers/server.ts';

const server = useServer();

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
    const id = 'user_01jd000000e00000000000000r';
    expect(await server.query(byId, { variables: { id } })).toEqual({ user: null });
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

  it('shows an e-mail address to the user and to administrators alone', async () => {
    const ada = await server.person();
    const shown = async (as?: Awaited<ReturnType<typeof server.person>>) =>
      (await server.query(byId, { variables: { id: ada.id }, as })).user.email;
    expect(await shown(ada)).toBe(ada.email);
    expect(await shown(await server.person('ADMIN'))).toBe(ada.email);
    expect(await shown(await server.person('EDITOR'))).toBeNull();
    expect(await shown()).toBeNull();
  });
});
