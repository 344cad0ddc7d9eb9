import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { linkIdentity, unlinkIdentity } from '../../src/modules/accounts/index.ts';
import { documentOf, expectRefused, post } from '../helpers/http.ts';
import { type LocalIssuer, startIssuer } from '../helpers/issuer.ts';
import { countRows } from '../helpers/rows.ts';
import { startServer, type TestServer } from '../helpers/server.ts';
import { bearer } from '../helpers/tokens.ts';

const settings = {
  audience: 'broadsheet',
  rolesClaim: 'roles',
  roles: { writer: 'AUTHOR', editor: 'EDITOR', chief: 'ADMIN' },
};

/** Issuers that decide about roles, that leave it to this server, and whose clients become users. */
const paths = ['/deciding', '/advising', '/clients'] as const;
let deciding: LocalIssuer;
let advising: LocalIssuer;
let clients: LocalIssuer;
let server: TestServer;

beforeAll(async () => {
  [deciding, advising, clients] = (await Promise.all(paths.map((path) => startIssuer(path)))) as [
    LocalIssuer,
    LocalIssuer,
    LocalIssuer,
  ];
  server = await startServer({
    TRUSTED_ISSUERS: JSON.stringify([
      { issuer: deciding.issuer, ...settings },
      { issuer: advising.issuer, ...settings, rolesDecidedBy: 'server' },
      { issuer: clients.issuer, ...settings, clients: 'create' },
    ]),
  });
});

afterAll(async () => {
  await server.close();
  await Promise.all([deciding, advising, clients].map((issuer) => issuer.close()));
});

let subjects = 0;
const newSubject = () => `subject-${(subjects += 1)}`;
const now = () => Math.floor(Date.now() / 1_000);

/** A token that was issued so many seconds ago. */
const token = (issuer: LocalIssuer, sub: string, role: string, age: number, claims: object = {}) =>
  issuer.sign({ aud: 'broadsheet', sub, roles: [role], iat: now() - age, ...claims });

const viewerOf = async (accessToken: string, of: { readonly url: string } = server) =>
  (await documentOf(await post(of, { query: '{ viewer { id role } }' }, bearer(accessToken)))).data.viewer;

const decide = 'mutation ($id: ID!, $role: Role!) { setUserRole(id: $id, role: $role) { role } }';

describe('the role of a user of another issuer', () => {
  it('stays what the newest token says, whatever older ones say', async () => {
    await server.person('ADMIN');
    const sub = newSubject();
    const [oldest, older, newest] = [
      await token(deciding, sub, 'chief', 100),
      await token(deciding, sub, 'editor', 50),
      await token(deciding, sub, 'writer', 10),
    ];
    expect((await viewerOf(oldest)).role).toBe('ADMIN');
    expect((await viewerOf(newest)).role).toBe('AUTHOR');
    for (const again of [oldest, older, newest]) expect((await viewerOf(again)).role).toBe('AUTHOR');
  });

  it('is not changed by an older token that comes after a newer one with the same role', async () => {
    const sub = newSubject();
    await viewerOf(await token(deciding, sub, 'editor', 100));
    await viewerOf(await token(deciding, sub, 'editor', 10));
    expect((await viewerOf(await token(deciding, sub, 'writer', 50))).role).toBe('EDITOR');
  });

  it('is what the newest token says when many come at the same moment', async () => {
    const sub = newSubject();
    await viewerOf(await token(deciding, sub, 'editor', 200));
    const tokens = await Promise.all(
      Array.from({ length: 20 }, (_, age) =>
        token(deciding, sub, age === 5 ? 'writer' : 'editor', 5 + age * 7),
      ),
    );
    const newest = await token(deciding, sub, 'writer', 1);
    await Promise.all([...tokens, newest, ...tokens].map((one) => viewerOf(one)));
    for (const again of tokens) expect((await viewerOf(again)).role).toBe('AUTHOR');
  });

  it('is what setUserRole decided until the issuer issues a newer token', async () => {
    const as = await server.person('ADMIN');
    const sub = newSubject();
    const before = await token(deciding, sub, 'writer', 10);
    const { id } = await viewerOf(before);
    await server.query(decide, { variables: { id, role: 'READER' }, as });
    expect((await viewerOf(before)).role).toBe('READER');
    expect((await viewerOf(await token(deciding, sub, 'editor', -1))).role).toBe('EDITOR');
  });

  it('is decided by setUserRole alone after the first token, where the server decides', async () => {
    const as = await server.person('ADMIN');
    const sub = newSubject();
    const { id, role } = await viewerOf(await token(advising, sub, 'editor', 100));
    expect(role).toBe('EDITOR');
    expect((await viewerOf(await token(advising, sub, 'writer', 50))).role).toBe('EDITOR');
    await server.query(decide, { variables: { id, role: 'READER' }, as });
    expect((await viewerOf(await token(advising, sub, 'chief', 0))).role).toBe('READER');
  });

  it('stays that of the last administrator', async () => {
    const own = await startServer({
      TRUSTED_ISSUERS: JSON.stringify([{ issuer: deciding.issuer, ...settings }]),
    });
    try {
      const sub = newSubject();
      await viewerOf(await token(deciding, sub, 'chief', 100), own);
      expect((await viewerOf(await token(deciding, sub, 'writer', 50), own)).role).toBe('ADMIN');
      await own.person('ADMIN');
      expect((await viewerOf(await token(deciding, sub, 'writer', 50), own)).role).toBe('AUTHOR');
    } finally {
      await own.close();
    }
  });

  it('needs a token that says when it was issued', async () => {
    const undated = await token(deciding, newSubject(), 'writer', 0, { iat: undefined });
    await expectRefused(
      await post(server, { query: '{ __typename }' }, bearer(undated)),
      401,
      'UNAUTHENTICATED',
    );
  });
});

describe('users who are created at first sight', () => {
  it('are not created again after they were deleted, until an operator allows it', async () => {
    const as = await server.person('ADMIN');
    const remove = (id: string) =>
      server.query('mutation ($id: ID!) { deleteUser(id: $id) { id } }', { variables: { id }, as });
    const operator = { db: server.database(), viewer: null, origin: null };
    const identity = { issuer: advising.issuer, subject: newSubject() };
    const accessToken = await token(advising, identity.subject, 'writer', 10);
    const expectDeleted = async () => {
      const refused = await post(server, { query: '{ __typename }' }, bearer(accessToken));
      expect((await expectRefused(refused, 401, 'UNAUTHENTICATED')).message).toBe('The user was deleted.');
    };
    const { id } = await viewerOf(accessToken);
    await remove(id);
    await expectDeleted();
    const ada = await server.person('EDITOR');
    await linkIdentity(operator, ada.uuid, identity);
    expect(await viewerOf(accessToken)).toEqual({ id: ada.id, role: 'EDITOR' });
    await expect(linkIdentity(operator, as.uuid, identity)).rejects.toThrow('linked to a user already');
    await remove(ada.id);
    await expectDeleted();
    expect(await unlinkIdentity(operator, identity)).toBeNull();
    expect((await viewerOf(accessToken)).id).not.toBe(id);
  });

  it('count as sign-ups of their network', async () => {
    const own = await startServer({
      TRUSTED_ISSUERS: JSON.stringify([{ issuer: deciding.issuer, ...settings }]),
      SIGN_UP: 'closed',
      SIGN_UP_LIMIT_PER_ADDRESS: '5',
    });
    try {
      const tokens = await Promise.all(
        Array.from({ length: 12 }, () => token(deciding, newSubject(), 'writer', 10)),
      );
      const responses = [];
      for (const one of tokens) responses.push(await post(own, { query: '{ __typename }' }, bearer(one)));
      expect(responses.map(({ status }) => status)).toEqual([
        ...Array<number>(5).fill(200),
        ...Array<number>(7).fill(429),
      ]);
      expect(responses.at(-1)?.headers.get('retry-after')).toMatch(/^\d+$/);
      expect(await countRows(own, 'users', 'true')).toBe(5);
      // Those who exist go on.
      expect((await viewerOf(tokens[0] as string, own)).role).toBe('AUTHOR');
    } finally {
      await own.close();
    }
  });

  it.each([
    ['RFC 9068', { client_id: 'robot', sub: 'robot' }],
    ['Auth0', { azp: 'robot', sub: 'robot@clients', gty: 'client-credentials' }],
    ['Entra', { oid: 'app', sub: 'app', idtyp: 'app' }],
    ['Entra without idtyp', { oid: 'app', sub: 'app' }],
    ['Keycloak', { azp: 'robot', sub: '0b6f', preferred_username: 'service-account-robot' }],
  ])('are no clients that act for themselves, as %s marks them', async (_, claims) => {
    const sub = `${claims.sub}-${newSubject()}`;
    const own = {
      ...claims,
      sub,
      ...('client_id' in claims && { client_id: sub }),
      ...('oid' in claims && { oid: sub }),
    };
    const refused = await post(
      server,
      { query: '{ __typename }' },
      bearer(await token(deciding, sub, 'writer', 10, own)),
    );
    const { message } = await expectRefused(refused, 401, 'UNAUTHENTICATED');
    expect(message).toBe('There is no user for this access token.');
    expect((await viewerOf(await token(clients, sub, 'writer', 10, own))).role).toBe('AUTHOR');
  });
});
