import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { toGlobalId } from '../../src/shared/ids.ts';
import { documentOf, expectRefused, get, post, postWithHeaders, preflighted } from '../helpers/http.ts';
import { type Person, useServer } from '../helpers/server.ts';
import {
  es256,
  forge,
  hmac,
  keyId,
  privateKey,
  publicKey,
  type Signer,
  unsigned,
} from '../helpers/tokens.ts';

const server = useServer();
const viewerQuery = '{ viewer { id role } }';

let ada: Person;
let sessionId: string;
/** A server that nobody has a reason to ask, and how often it was asked. */
let trap: { url: string; requests: number; close(): void };

beforeAll(async () => {
  ada = await server.person();
  sessionId = String(claimsOf(ada.token)['sid']);
  const listener = createServer((_, response) => {
    trap.requests += 1;
    response.end(JSON.stringify({ keys: [attackerJwk] }));
  });
  await new Promise<void>((resolve) => {
    listener.listen(0, '127.0.0.1', resolve);
  });
  const { port } = listener.address() as AddressInfo;
  trap = { url: `http://127.0.0.1:${port}/keys`, requests: 0, close: () => listener.close() };
});

afterAll(() => trap.close());

const attacker = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const attackerJwk = attacker.publicKey.export({ format: 'jwk' });
const publicJwk = publicKey.export({ format: 'jwk' });
const publicPem = publicKey.export({ format: 'pem', type: 'spki' }).toString();

function claimsOf(token: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as Record<
    string,
    unknown
  >;
}

const now = () => Math.floor(Date.now() / 1_000);

const header = (changes: object = {}): object => ({ alg: 'ES256', typ: 'at+jwt', kid: keyId, ...changes });

const claims = (changes: object = {}): object => ({
  iss: 'broadsheet',
  aud: 'broadsheet',
  sub: ada.id,
  sid: sessionId,
  jti: randomUUID(),
  iat: now(),
  exp: now() + 60,
  ...changes,
});

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

/** Expects that a request with this `Authorization` header is refused, without a word to the database. */
async function expectBadHeader(authorization: string, statements = 0): Promise<string> {
  const driver = vi.spyOn(server.driver, 'query');
  const response = await post(server, { query: viewerQuery }, { authorization });
  expect(driver).toHaveBeenCalledTimes(statements);
  driver.mockRestore();
  expect(response.headers.get('www-authenticate')).toBe('Bearer error="invalid_token"');
  const { message, extensions } = await expectRefused(response, 401, 'UNAUTHENTICATED');
  expect(extensions).toEqual({ code: 'UNAUTHENTICATED' });
  return message;
}

const expectBadToken = (token: string, statements?: number) => expectBadHeader(`Bearer ${token}`, statements);

async function update(text: string, ...values: unknown[]): Promise<void> {
  await server.driver.query({ name: null, text, values });
}

describe('a good token', () => {
  it('signs its user in, with one statement for the session and the user', async () => {
    const { data, statements } = await server.send('{ __typename }', { as: ada });
    expect(data).toEqual({ __typename: 'Query' });
    expect(statements).toBe(1);
    expect(await server.query(viewerQuery, { as: ada })).toEqual({
      viewer: { id: ada.id, role: 'AUTHOR' },
    });
  });

  it('may be one that was made elsewhere with the same key, and have our audience among others', async () => {
    for (const changes of [
      {},
      { aud: ['elsewhere', 'broadsheet'] },
      { exp: now() - 2 },
      { nbf: now() - 60 },
    ]) {
      const response = await post(server, { query: viewerQuery }, bearer(forge(header(), claims(changes))));
      expect(await documentOf(response)).toMatchObject({ data: { viewer: { id: ada.id } } });
    }
  });

  it('may follow the scheme in any case, and come with GET', async () => {
    for (const scheme of ['bearer', 'BEARER']) {
      const headers = { ...preflighted, authorization: `${scheme} ${ada.token}` };
      const response = await get(server, { query: viewerQuery }, headers);
      expect(await documentOf(response)).toMatchObject({ data: { viewer: { id: ada.id } } });
    }
  });

  it('is not needed: without one nobody is signed in, and nothing is read', async () => {
    const { data, statements } = await server.send(viewerQuery);
    expect(data).toEqual({ viewer: null });
    expect(statements).toBe(0);
  });
});

describe('a token with another algorithm is refused', () => {
  it.each([
    'none',
    'None',
    'NONE',
    'nOnE',
    '',
    null,
    undefined,
    7,
    ['ES256'],
    ['none'],
    {},
    'es256',
    'ES256 ',
  ])('%j, signed and unsigned', async (alg) => {
    for (const signer of [unsigned, es256()]) {
      await expectBadToken(forge(header({ alg }), claims(), signer));
    }
  });

  it.each(['ES384', 'ES512', 'RS256', 'PS256', 'EdDSA', 'Ed25519', 'dir', 'PBES2-HS256+A128KW'])(
    '%s, with the signature of ES256',
    async (alg) => {
      await expectBadToken(forge(header({ alg }), claims()));
    },
  );

  const secrets: [string, string | Buffer][] = [
    ['PEM', publicPem],
    ['PEM without its last line end', publicPem.trimEnd()],
    ['PEM with CRLF', publicPem.replaceAll('\n', '\r\n')],
    ['DER', publicKey.export({ format: 'der', type: 'spki' })],
    ['JWK', JSON.stringify(publicJwk)],
    ['x', String(publicJwk.x)],
    ['the bytes of x', Buffer.from(String(publicJwk.x), 'base64url')],
    ['nothing', ''],
  ];
  it.each(secrets)('HMAC with the public key as %s', async (_, secret) => {
    for (const bits of [256, 384, 512] as const) {
      await expectBadToken(forge(header({ alg: `HS${bits}` }), claims(), hmac(bits, secret)));
    }
  });
});

describe('a token with another key is refused', () => {
  const others: [string, Signer][] = [
    ['of the same kind', es256(attacker.privateKey)],
    ['that signs in DER', (text) => Buffer.concat([es256()(text).subarray(0, 63), Buffer.alloc(1)])],
    ['that signs nothing', () => Buffer.alloc(64)],
    ['that signs less', (text) => es256()(text).subarray(0, 32)],
  ];
  it.each(others)('%s', async (_, signer) => {
    await expectBadToken(forge(header(), claims(), signer));
  });

  it.each([
    ['none', undefined],
    ['null', null],
    ['another one', 'other'],
    ['a path', '../../../../dev/null'],
    ['a file', '/etc/passwd'],
    ['SQL', "' or true --"],
    ['a prototype', '__proto__'],
    ['NUL', '\0'],
    ['5 kB', 'k'.repeat(5_000)],
    ['an object', { toString: 'x' }],
    ['a list', [keyId]],
  ])('named by %s, however it is signed', async (_, kid) => {
    await expectBadToken(forge(header({ kid }), claims()));
    await expectBadToken(forge(header({ kid }), claims(), es256(attacker.privateKey)));
  });

  it('that the token brings along or points to, which nobody fetches', async () => {
    const foreign = es256(attacker.privateKey);
    const certificate = Buffer.from('certificate').toString('base64');
    for (const pointer of [
      { jku: trap.url },
      { x5u: trap.url },
      { jwk: attackerJwk },
      { x5c: [certificate] },
      { kid: trap.url },
      { jku: trap.url, kid: undefined, jwk: attackerJwk },
    ]) {
      await expectBadToken(forge(header(pointer), claims(), foreign));
    }
    await expectBadToken(forge(header(), claims({ iss: trap.url }), foreign));
    await expectBadToken(forge(header(), claims({ iss: trap.url })));
    expect(trap.requests).toBe(0);
  });
});

describe('a token with a strange header is refused', () => {
  it.each([
    ['an unknown extension', { crit: ['x-unknown'], 'x-unknown': true }],
    ['no extensions', { crit: [] }],
    ['extensions that are no list', { crit: 'exp' }],
    ['an unencoded payload', { crit: ['b64'], b64: false }],
    ['the type JWT', { typ: 'JWT' }],
    ['no type', { typ: undefined }],
    ['the type of an ID token', { typ: 'id_token+jwt' }],
    ['the type of a refresh token', { typ: 'rt+jwt' }],
    ['a type that is a list', { typ: ['at+jwt'] }],
  ])('%s', async (_, changes) => {
    await expectBadToken(forge(header(changes), claims()));
  });
});

describe('a token with wrong claims is refused', () => {
  it.each<[string, () => object, number?]>([
    ['expired a minute ago', () => ({ exp: now() - 61 })],
    ['expired an hour ago', () => ({ exp: now() - 3_600 })],
    ['expired in 1970', () => ({ exp: 0 })],
    ['no expiry', () => ({ exp: undefined })],
    ['an expiry that is null', () => ({ exp: null })],
    ['an expiry that is a text', () => ({ exp: String(now() + 60) })],
    ['not yet good', () => ({ nbf: now() + 60 })],
    ['a start that is a text', () => ({ nbf: '0' })],
    ['no time of issue', () => ({ iat: undefined })],
    ['a time of issue that is a text', () => ({ iat: 'now' })],
    ['another issuer', () => ({ iss: 'elsewhere' })],
    ['an issuer that begins like ours', () => ({ iss: 'broadsheet.example' })],
    ['no issuer', () => ({ iss: undefined })],
    ['a list of issuers', () => ({ iss: ['broadsheet'] })],
    ['another audience', () => ({ aud: 'elsewhere' })],
    ['an audience that has ours in it', () => ({ aud: 'broadsheet-admin' })],
    ['a part of our audience', () => ({ aud: 'broad' })],
    ['no audience', () => ({ aud: undefined })],
    ['a list of other audiences', () => ({ aud: ['broadsheet-admin', 'elsewhere'] })],
    ['an empty list of audiences', () => ({ aud: [] })],
    ['no subject', () => ({ sub: undefined })],
    ['a subject that is a number', () => ({ sub: 7 })],
    ['a subject that is an object', () => ({ sub: { id: ada.id } })],
    ['a subject that is SQL', () => ({ sub: "' or true --" })],
    ['a subject with NUL', () => ({ sub: `${ada.id}\0` })],
    ['a subject that is no user', () => ({ sub: toGlobalId('post', ada.uuid) })],
    ['a subject that is a UUID', () => ({ sub: ada.uuid })],
    ['no session', () => ({ sid: undefined })],
    ['a session that is a number', () => ({ sid: 7 })],
    ['a session that is SQL', () => ({ sid: "' or true --" })],
    ['a session with NUL', () => ({ sid: `${sessionId}\0` })],
    ['a session in upper case', () => ({ sid: sessionId.toUpperCase() })],
    ['no token identifier', () => ({ jti: undefined })],
    ['a token identifier that is a number', () => ({ jti: 7 })],
    ['a token identifier that is null', () => ({ jti: null })],
    ['an unknown subject', () => ({ sub: toGlobalId('user', randomUUID()) }), 1],
    ['an unknown session', () => ({ sid: randomUUID() }), 1],
  ])('%s', async (_, changes, statements) => {
    await expectBadToken(forge(header(), claims(changes())), statements);
  });

  it('claims that are no object', async () => {
    for (const payload of [null, [], 'text', 7]) await expectBadToken(forge(header(), payload));
  });

  it('the session of somebody else', async () => {
    const bob = await server.person('ADMIN');
    await expectBadToken(forge(header(), claims({ sub: bob.id })), 1);
  });

  it('and says only of an old token what is wrong with it', async () => {
    expect(await expectBadToken(forge(header(), claims({ exp: now() - 3_600 })))).toBe(
      'The access token has expired.',
    );
    const foreign = es256(attacker.privateKey);
    for (const token of [
      forge(header(), claims({ exp: now() - 3_600 }), foreign),
      forge(header(), claims({ iss: 'elsewhere' })),
      forge(header({ typ: 'JWT' }), claims()),
      'nonsense',
    ]) {
      expect(await expectBadToken(token)).toBe('The access token is not valid.');
    }
  });
});

describe('a token in a strange form is refused', () => {
  it.each<[string, () => string]>([
    ['two parts', () => ada.token.split('.').slice(0, 2).join('.')],
    ['four parts', () => `${ada.token}.x`],
    ['five parts, as if encrypted', () => `${ada.token}.x.y`],
    ['4,000 dots', () => '.'.repeat(4_000)],
    ['dots alone', () => '..'],
    [
      'a claim changed after signing',
      () => {
        const [head, , signature] = ada.token.split('.');
        return `${head}.${Buffer.from(JSON.stringify(claims())).toString('base64url')}.${signature}`;
      },
    ],
    ['15 kB', () => forge(header(), claims({ more: 'a'.repeat(11_000) }), es256(attacker.privateKey))],
    ['a token inside', () => forge(header({ cty: 'JWT' }), ada.token)],
    [
      'many rounds of hashing',
      () => forge(header({ alg: 'PBES2-HS256+A128KW', p2c: 2 ** 31, enc: 'A128GCM' }), 'x'),
    ],
  ])('%s', async (_, token) => {
    await expectBadToken(token());
  });

  it('60 kB, before it is read', async () => {
    const { status } = await postWithHeaders(server, { query: viewerQuery }, bearer('a'.repeat(60_000)));
    expect(status).toBe(431);
  });
});

describe('the Authorization header', () => {
  it.each<[string, () => string]>([
    ['is empty', () => ''],
    ['has no token', () => 'Bearer'],
    ['has a token alone', () => ada.token],
    ['has another scheme', () => `Basic ${Buffer.from(`${ada.email}:password`).toString('base64')}`],
    ['has another scheme with a token', () => `Token ${ada.token}`],
    ['has two tokens', () => `Bearer ${ada.token} ${ada.token}`],
    ['has two tokens in a list', () => `Bearer ${ada.token}, Bearer ${ada.token}`],
    ['quotes the token', () => `Bearer "${ada.token}"`],
    ['names the token', () => `Bearer token=${ada.token}`],
  ])('is refused when it %s', async (_, value) => {
    await expectBadHeader(value());
  });

  it('is refused when it comes twice, whichever is good', async () => {
    for (const values of [
      [`Bearer ${ada.token}`, 'Bearer nonsense'],
      ['Bearer nonsense', `Bearer ${ada.token}`],
      [`Bearer ${ada.token}`, `Bearer ${ada.token}`],
    ]) {
      const answer = await postWithHeaders(server, { query: viewerQuery }, { authorization: values });
      expect(answer.status).toBe(401);
      expect(JSON.parse(answer.body)).toMatchObject({
        errors: [{ extensions: { code: 'UNAUTHENTICATED' } }],
      });
    }
  });

  it('is refused whatever else is wrong with the request', async () => {
    const bad = bearer('nonsense');
    await expectRefused(await post(server, { query: '{ nothing }' }, bad), 401, 'UNAUTHENTICATED');
    await expectRefused(await post(server, [], bad), 401, 'UNAUTHENTICATED');
    await expectRefused(await get(server, {}, { ...bad, accept: 'text/html' }), 401, 'UNAUTHENTICATED');
  });

  it('is the only place for a token', async () => {
    const { token } = ada;
    const elsewhere = [
      post(server, { query: viewerQuery, access_token: token, authorization: `Bearer ${token}` }),
      post(server, { query: viewerQuery, extensions: { authorization: `Bearer ${token}` } }),
      post(
        server,
        { query: viewerQuery },
        { cookie: `access_token=${token}; authorization=Bearer ${token}` },
      ),
      post(server, { query: viewerQuery }, { 'x-authorization': `Bearer ${token}` }),
      post(server, { query: viewerQuery }, { 'proxy-authorization': `Bearer ${token}` }),
      post(server, { query: viewerQuery }, { 'x-user-id': ada.id, 'x-forwarded-user': ada.id }),
      get(server, { query: viewerQuery, access_token: token, authorization: `Bearer ${token}` }),
    ];
    for (const response of await Promise.all(elsewhere)) {
      expect(await documentOf(response)).toEqual({ data: { viewer: null } });
    }
  });
});

describe('a session', () => {
  async function signedIn(): Promise<Person & { sessionId: string }> {
    const person = await server.person('ADMIN');
    expect((await server.query(viewerQuery, { as: person })).viewer.id).toBe(person.id);
    return { ...person, sessionId: String(claimsOf(person.token)['sid']) };
  }

  it('ends at once when it is revoked, for every text of its token', async () => {
    const person = await signedIn();
    await update('update sessions set revoked_at = now() where id = $1', person.sessionId);
    expect(await expectBadToken(person.token, 1)).toBe('The session has ended.');
    await expectBadToken(forge(header(), claims({ sub: person.id, sid: person.sessionId })), 1);
    // Padding is no part of a token, and ways of reading base64url differ in what they make of it.
    await expectBadHeader(`Bearer ${person.token}=`, (await isRead(`${person.token}=`)) ? 1 : 0);
  });

  /** Whether a token is good enough to ask the database about it. */
  async function isRead(token: string): Promise<boolean> {
    return server.accounts.tokens.verify(token).then(
      () => true,
      () => false,
    );
  }

  it('ends when its time is over', async () => {
    const person = await signedIn();
    const past = `update sessions set created_at = now() - interval '2 days', expires_at = now() - interval '1 second'
      where id = $1`;
    await update(past, person.sessionId);
    await expectBadToken(person.token, 1);
  });

  it('ends when the user is suspended, and lives again with them', async () => {
    const person = await signedIn();
    await update('update users set suspended_at = now() where id = $1', person.uuid);
    await expectBadToken(person.token, 1);
    await update('update users set suspended_at = null where id = $1', person.uuid);
    expect((await server.query(viewerQuery, { as: person })).viewer.id).toBe(person.id);
  });

  it('ends when the user is erased', async () => {
    const person = await signedIn();
    await update('delete from users where id = $1', person.uuid);
    await expectBadToken(person.token, 1);
  });

  it('has the role that the user has now', async () => {
    const reader = await server.person('READER');
    const write = 'mutation { createPost(input: { title: "Post", body: "Body" }) { id } }';
    expect((await server.refusal(write, { as: reader })).extensions.code).toBe('FORBIDDEN');
    const setRole = `mutation ($id: ID!, $role: Role!) { setUserRole(id: $id, role: $role) { role } }`;
    const admin = await server.person('ADMIN');
    await server.query(setRole, { as: admin, variables: { id: reader.id, role: 'AUTHOR' } });
    expect((await server.query(write, { as: reader })).createPost.id).toMatch(/^post_/);
    await server.query(setRole, { as: admin, variables: { id: reader.id, role: 'READER' } });
    expect((await server.refusal(write, { as: reader })).extensions.code).toBe('FORBIDDEN');
  });
});

describe('the key', () => {
  it('is the one of the tests, so that these tests forge with what the server signs with', () => {
    expect(forge(header(), claims()).split('.')[0]).toBe(ada.token.split('.')[0]);
    expect(privateKey.asymmetricKeyDetails).toEqual({ namedCurve: 'prime256v1' });
  });
});
