import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { uuidOf } from '../../src/shared/ids.ts';
import { documentOf, post } from '../helpers/http.ts';
import { type LocalIssuer, startIssuer } from '../helpers/issuer.ts';
import { countRows } from '../helpers/rows.ts';
import { startServer, type TestServer } from '../helpers/server.ts';
import { bearer, expectBadHeader } from '../helpers/tokens.ts';

/** Issuers like those of four providers: what their access tokens and ID tokens have, and how they are trusted. */
const providers = {
  keycloak: {
    path: '/realms/press',
    settings: {
      audience: 'broadsheet',
      tokenType: 'JWT',
      requiredClaims: { typ: 'Bearer' },
      rolesClaim: 'realm_access.roles',
      roles: { editor: 'EDITOR', writer: 'AUTHOR', chief: 'ADMIN' },
    },
    header: { typ: 'JWT' },
    access: {
      aud: ['account', 'broadsheet'],
      typ: 'Bearer',
      azp: 'web',
      scope: 'openid profile',
      name: 'Ada Byron',
      realm_access: { roles: ['offline_access', 'writer', 'editor'] },
    },
    id: { aud: 'broadsheet', typ: 'ID', azp: 'web', at_hash: 'x', name: 'Ada Byron' },
    viewer: { name: 'Ada Byron', role: 'EDITOR' },
  },
  auth0: {
    path: '/',
    settings: {
      audience: ['https://api.lantern.example'],
      rolesClaim: 'https://lantern.example/roles',
      roles: { Writers: 'AUTHOR' },
      defaultRole: 'EDITOR',
    },
    header: { typ: 'at+jwt' },
    access: {
      aud: ['https://api.lantern.example', 'https://lantern.auth0.example/userinfo'],
      client_id: 'web',
      scope: 'openid',
      'https://lantern.example/roles': ['Writers', 'Others'],
    },
    id: { aud: 'https://api.lantern.example', nonce: 'n' },
    viewer: { name: expect.stringMatching(/^user-[0-9a-f]{12}$/) as string, role: 'AUTHOR' },
  },
  entra: {
    path: '/9188040d/v2.0',
    settings: {
      audience: 'api://broadsheet',
      tokenType: 'JWT',
      requiredClaims: { scp: 'publish', tid: true },
      userClaim: 'oid',
    },
    header: { typ: 'JWT' },
    access: {
      aud: 'api://broadsheet',
      oid: 'the-object',
      tid: '9188040d',
      scp: 'read publish',
      name: 'Grace Hopper',
      ver: '2.0',
    },
    id: { aud: 'api://broadsheet', oid: 'the-object', tid: '9188040d', nonce: 'n', name: 'Grace Hopper' },
    viewer: { name: 'Grace Hopper', role: 'READER' },
  },
  cognito: {
    path: '/eu-west-1_pool',
    settings: {
      audience: ['app-1', 'app-2'],
      audienceClaim: 'client_id',
      tokenType: 'none',
      requiredClaims: { token_use: 'access' },
      nameClaim: 'username',
      rolesClaim: 'cognito:groups',
      roles: { admins: 'ADMIN' },
    },
    header: { typ: undefined },
    access: {
      client_id: 'app-2',
      token_use: 'access',
      username: 'jean',
      'cognito:groups': ['admins', 'others'],
    },
    id: { aud: 'app-2', token_use: 'id', 'cognito:username': 'jean', 'cognito:groups': ['admins'] },
    viewer: { name: 'jean', role: 'ADMIN' },
  },
} as const;

type Provider = keyof typeof providers;
const names = Object.keys(providers) as Provider[];

const issuers = {} as Record<Provider, LocalIssuer>;
let strict: LocalIssuer;
let server: TestServer;

beforeAll(async () => {
  await Promise.all(
    names.map(async (name) => {
      issuers[name] = await startIssuer(providers[name].path.replace(/^\/$/, ''));
    }),
  );
  strict = await startIssuer('/strict');
  // An issuer whose name ends with a slash.
  const slash = issuers.auth0;
  Object.assign(slash, { issuer: `${slash.issuer}/` });
  const list = names.map((name) => ({ issuer: issuers[name].issuer, ...providers[name].settings }));
  const known = {
    issuer: strict.issuer,
    jwksUri: strict.jwksUri,
    audience: 'broadsheet',
    users: 'mustExist',
  };
  server = await startServer({ TRUSTED_ISSUERS: JSON.stringify([...list, known]) });
});

afterAll(async () => {
  await server.close();
  await Promise.all([...Object.values(issuers), strict].map((issuer) => issuer.close()));
});

const viewerQuery = '{ viewer { id name username email role } }';
const ask = async (token: string, query = viewerQuery) =>
  documentOf(await post(server, { query }, bearer(token)));
const expectBad = (token: string, statements?: number) =>
  expectBadHeader(server, `Bearer ${token}`, statements);

/** The types of the security events of a user, by the alphabet. */
async function audited(id: string): Promise<unknown[]> {
  const rows = await server.driver.query({
    name: null,
    text: 'select type from audit_events where user_id = $1 order by type',
    values: [uuidOf('user', id)],
  });
  return rows.map(([type]) => type);
}

let subjects = 0;
const newSubject = () => `subject-${(subjects += 1)}`;

/** A good access token of a provider, with changes. */
const access = (name: Provider, claims: object, header: object = {}) =>
  issuers[name].sign({ ...providers[name].access, ...claims }, { ...providers[name].header, ...header });

describe.each(names)('a token of an issuer like %s', (name) => {
  const { viewer, id, header } = providers[name];
  const user = (subject: string) => (name === 'entra' ? { sub: 'pairwise', oid: subject } : { sub: subject });

  it('makes a user at first sight, and signs the same one in after that, with one statement', async () => {
    const token = await access(name, user(newSubject()));
    const first = await ask(token);
    expect(first).toEqual({
      data: {
        viewer: {
          id: expect.stringMatching(/^user_/) as string,
          username: expect.stringMatching(/./) as string,
          email: null,
          ...viewer,
        },
      },
    });
    const again = await server.send('{ __typename }', { headers: bearer(token) });
    expect(again).toMatchObject({ status: 200, statements: 1 });
    expect(await ask(token)).toEqual(first);
  });

  it('is another user with another subject', async () => {
    const [one, other] = [
      await ask(await access(name, user('one'))),
      await ask(await access(name, user('other'))),
    ];
    expect(one.data.viewer.id).not.toBe(other.data.viewer.id);
    expect(one.data.viewer.username).not.toBe(other.data.viewer.username);
  });

  it('is refused when it is an ID token', async () => {
    await expectBad(await issuers[name].sign({ ...user('one'), ...id }, header));
    for (const mark of [{ nonce: 'n' }, { at_hash: 'h' }, { typ: 'ID' }, { token_use: 'id' }]) {
      await expectBad(await access(name, { ...user('one'), ...mark }));
    }
  });

  it('is refused with another type, audience, time or issuer', async () => {
    for (const typ of ['JWT', 'at+jwt', 'id_token+jwt', undefined]) {
      if (typ !== header.typ) await expectBad(await access(name, user('one'), { typ }));
    }
    const audience = name === 'cognito' ? 'client_id' : 'aud';
    for (const value of [undefined, 'other', ['other'], 'broad', [], {}, 7]) {
      await expectBad(await access(name, { ...user('one'), [audience]: value }));
    }
    const now = Math.floor(Date.now() / 1_000);
    for (const time of [
      { exp: undefined },
      { exp: now - 61 },
      { exp: String(now + 60) },
      { nbf: now + 60 },
    ]) {
      await expectBad(await access(name, { ...user('one'), ...time }));
    }
    const others = names.filter((other) => other !== name).map((other) => issuers[other].issuer);
    for (const iss of [
      ...others,
      `${issuers[name].issuer}/`,
      issuers[name].issuer.toUpperCase(),
      undefined,
    ]) {
      await expectBad(await access(name, { ...user('one'), iss }));
    }
  });

  it('is refused without a subject that can be one', async () => {
    const claim = name === 'entra' ? 'oid' : 'sub';
    for (const value of [undefined, null, 7, '', ' ', {}, ['one'], 'a\0b', '\ud800', 'x'.repeat(256)]) {
      await expectBad(await access(name, { [claim]: value }));
    }
  });
});

describe('a token of another issuer', () => {
  it('is refused without the claims that are required', async () => {
    for (const claims of [{ typ: undefined }, { typ: 'Refresh' }, { typ: ['Offline'] }, { typ: null }]) {
      await expectBad(await access('keycloak', { sub: 'one', ...claims }));
    }
    for (const claims of [{ scp: 'publisher read' }, { scp: undefined }, { tid: undefined }, { tid: null }]) {
      await expectBad(await access('entra', { oid: 'one', ...claims }));
    }
    await expectBad(await access('cognito', { sub: 'one', token_use: undefined }));
  });

  it('is refused when it is signed with a secret, or not at all, or for an algorithm that is not set', async () => {
    const [head = '', body = ''] = (await access('keycloak', { sub: 'one' })).split('.');
    const { kid } = JSON.parse(Buffer.from(head, 'base64url').toString()) as { kid: string };
    for (const alg of ['none', 'HS256', 'PS256', 'RS512', 'ES256']) {
      const header = Buffer.from(JSON.stringify({ alg, typ: 'JWT', kid })).toString('base64url');
      for (const signature of ['', 'AAAA']) await expectBad(`${header}.${body}.${signature}`);
    }
  });

  it('does not stand for anybody of ours, whatever it says', async () => {
    const ada = await server.person('ADMIN', 'Ada Byron');
    for (const claims of [
      { sub: ada.id, sid: '01890000-0000-7000-8000-000000000001', jti: 'x' },
      { sub: ada.email, email: ada.email, email_verified: true, preferred_username: ada.username },
    ]) {
      const { data } = await ask(await access('keycloak', claims));
      expect(data.viewer.id).not.toBe(ada.id);
      expect(data.viewer).toMatchObject({ email: null, role: 'EDITOR' });
    }
    await expectBad(await access('keycloak', { sub: ada.id, iss: 'broadsheet', aud: 'broadsheet' }));
  });

  it('makes one user of 20 requests that come first together', async () => {
    const token = await access('keycloak', { sub: newSubject(), name: 'Twin Twin' });
    const answers = await Promise.all(Array.from({ length: 20 }, () => ask(token)));
    const ids = new Set(answers.map(({ data }) => data.viewer.id));
    expect(ids.size).toBe(1);
    expect(await countRows(server, 'users', 'name = $1', 'Twin Twin')).toBe(1);
  });

  it('takes a name that can be one, and no other', async () => {
    for (const name of [7, '', '  ', 'x'.repeat(101), 'a\nb', { first: 'A' }, 'a\0b']) {
      const { data } = await ask(await access('keycloak', { sub: newSubject(), name }));
      expect(data.viewer.name).toMatch(/^[\w-]+$/);
    }
  });

  it('gives the role that it has now, which is kept for others to see', async () => {
    const sub = newSubject();
    // Each is a second newer than the one before.
    let iat = Math.floor(Date.now() / 1_000) - 20;
    const issue = (claims: object) => access('keycloak', { sub, iat: (iat += 1), ...claims });
    const withRoles = (...roles: unknown[]) => issue({ realm_access: { roles } });
    const token = await withRoles('writer');
    const { id } = (await ask(token)).data.viewer;
    expect(await audited(id)).toEqual(['IDENTITY_LINKED', 'SIGNED_UP']);
    const roleSeen = async () =>
      (await server.query('query ($id: ID!) { user(id: $id) { role } }', { variables: { id } })).user.role;
    for (const [roles, role] of [
      [['chief', 'writer'], 'ADMIN'],
      [['writer'], 'AUTHOR'],
      [['unknown', 7, null, '__proto__', 'constructor'], 'READER'],
      [['editor'], 'EDITOR'],
    ] as const) {
      const next = await withRoles(...roles);
      expect((await ask(next)).data.viewer.role).toBe(role);
      expect(await roleSeen()).toBe(role);
      // Nothing is written where nothing changes.
      expect((await server.send('{ __typename }', { headers: bearer(next) })).statements).toBe(1);
    }
    expect(await audited(id)).toEqual([
      'IDENTITY_LINKED',
      ...Array.from({ length: 4 }, () => 'ROLE_CHANGED'),
      'SIGNED_UP',
    ]);
    for (const realm_access of [undefined, null, 'chief', { roles: 'chief ' }, { roles: { chief: true } }]) {
      expect((await ask(await issue({ realm_access }))).data.viewer.role).toBe('READER');
    }
  });

  it('gives the role that its user has here, where the issuer gives none', async () => {
    const token = await access('entra', { oid: newSubject() });
    const { id, role } = (await ask(token)).data.viewer;
    expect(role).toBe('READER');
    const as = await server.person('ADMIN');
    const mutation = 'mutation ($id: ID!) { setUserRole(id: $id, role: AUTHOR) { role } }';
    await server.query(mutation, { variables: { id }, as });
    expect((await ask(token)).data.viewer.role).toBe('AUTHOR');
  });

  it('is good for nothing once its user is suspended or deleted', async () => {
    const subject = newSubject();
    const token = await access('entra', { oid: subject });
    const { id } = (await ask(token)).data.viewer;
    const as = await server.person('ADMIN');
    const run = (mutation: string) =>
      server.query(`mutation ($id: ID!) { ${mutation}(id: $id) { id } }`, { variables: { id }, as });
    await run('suspendUser');
    expect(await expectBad(token, 1)).toBe('The user is suspended.');
    await run('reinstateUser');
    expect((await ask(token)).data.viewer.id).toBe(id);
    await run('deleteUser');
    expect(await expectBad(token, 1)).toBe('The user was deleted.');
    const newer = await access('entra', { oid: subject });
    expect(await expectBad(newer, 1)).toBe('The user was deleted.');
  });

  it('belongs to no session here, which is said where one is needed', async () => {
    const token = await access('entra', { oid: newSubject() });
    const sessions = '{ viewer { sessions { totalCount nodes { id } } } }';
    expect((await ask(token, sessions)).data).toEqual({ viewer: { sessions: { totalCount: 0, nodes: [] } } });
    const signOut = await ask(token, 'mutation { signOut { id } }');
    expect(signOut.errors).toMatchObject([
      { message: 'You are signed in by another issuer: sign out there.', extensions: { code: 'FORBIDDEN' } },
    ]);
    expect((await ask(token, 'mutation { signOutEverywhere { id } }')).data).toEqual({
      signOutEverywhere: [],
    });
    const change = await ask(
      token,
      'mutation { changePassword(input: { currentPassword: "", newPassword: "another long password" }) { id } }',
    );
    expect(change.errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
    expect((await ask(token)).data.viewer).not.toBeNull();
  });

  it('stands for a user who exists, where users must, and for nobody else', async () => {
    const token = await strict.sign({ aud: 'broadsheet', sub: 'known', name: 'Nobody' });
    expect(await expectBad(token, 1)).toBe('There is no user for this access token.');
    const ada = await server.person('EDITOR');
    await server.driver.query({
      name: null,
      text: 'insert into external_identities (issuer, subject, user_id) values ($1, $2, $3)',
      values: [strict.issuer, 'known', ada.uuid],
    });
    expect((await ask(token)).data.viewer).toMatchObject({ id: ada.id, role: 'EDITOR' });
    await expectBad(await strict.sign({ aud: 'broadsheet', sub: 'Known' }), 1);
  });

  it('is remembered as good until it expires, and no longer', async () => {
    const exp = Math.floor(Date.now() / 1_000) - 3;
    const token = await access('entra', { oid: newSubject(), exp });
    expect((await ask(token)).data.viewer).not.toBeNull();
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    expect(await expectBad(token)).toBe('The access token has expired.');
  });
});

it('own tokens are good beside those of other issuers', async () => {
  const as = await server.person('EDITOR');
  expect((await server.query('{ viewer { id } }', { as })).viewer.id).toBe(as.id);
});
