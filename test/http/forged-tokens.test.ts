import { generateKeyPairSync, randomUUID, sign } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { toGlobalId } from '../../src/shared/ids.ts';
import { postWithHeaders } from '../helpers/http.ts';
import { type Person, useServer } from '../helpers/server.ts';
import {
  bearer,
  claims,
  es256,
  expectBadHeader,
  forge,
  header,
  hmac,
  keyId,
  now,
  privateKey,
  publicKey,
  sessionOf,
  type Signer,
  unsigned,
} from '../helpers/tokens.ts';

const server = useServer();

let ada: Person;
/** A server that nobody has a reason to ask, and how often it was asked. */
let trap: { url: string; requests: number; close(): void };

beforeAll(async () => {
  ada = await server.person();
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

/** The same bytes but for one bit. */
function withLastBitFlipped(bytes: Buffer): Buffer {
  bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
  return bytes;
}

const expectBadToken = (token: string, statements?: number) =>
  expectBadHeader(server, `Bearer ${token}`, statements);

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
      await expectBadToken(forge(header({ alg }), claims(ada), signer));
    }
  });

  it.each(['ES384', 'ES512', 'RS256', 'PS256', 'EdDSA', 'Ed25519', 'dir', 'PBES2-HS256+A128KW'])(
    '%s, with the signature of ES256',
    async (alg) => {
      await expectBadToken(forge(header({ alg }), claims(ada)));
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
      await expectBadToken(forge(header({ alg: `HS${bits}` }), claims(ada), hmac(bits, secret)));
    }
  });
});

describe('a token with another key is refused', () => {
  const others: [string, Signer][] = [
    ['of the same kind', es256(attacker.privateKey)],
    ['that signs in DER', (text) => sign('sha256', Buffer.from(text), privateKey)],
    ['that gets the last bit wrong', (text) => withLastBitFlipped(es256()(text))],
    ['that signs nothing', () => Buffer.alloc(64)],
    ['that signs less', (text) => es256()(text).subarray(0, 32)],
  ];
  it.each(others)('%s', async (_, signer) => {
    await expectBadToken(forge(header(), claims(ada), signer));
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
    await expectBadToken(forge(header({ kid }), claims(ada)));
    await expectBadToken(forge(header({ kid }), claims(ada), es256(attacker.privateKey)));
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
      await expectBadToken(forge(header(pointer), claims(ada), foreign));
    }
    await expectBadToken(forge(header(), claims(ada, { iss: trap.url }), foreign));
    await expectBadToken(forge(header(), claims(ada, { iss: trap.url })));
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
    await expectBadToken(forge(header(changes), claims(ada)));
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
    ['a session with NUL', () => ({ sid: `${sessionOf(ada)}\0` })],
    ['a session in upper case', () => ({ sid: sessionOf(ada).toUpperCase() })],
    ['no token identifier', () => ({ jti: undefined })],
    ['a token identifier that is a number', () => ({ jti: 7 })],
    ['a token identifier that is null', () => ({ jti: null })],
    ['an unknown subject', () => ({ sub: toGlobalId('user', randomUUID()) }), 1],
    ['an unknown session', () => ({ sid: randomUUID() }), 1],
  ])('%s', async (_, changes, statements) => {
    await expectBadToken(forge(header(), claims(ada, changes())), statements);
  });

  it('claims that are no object', async () => {
    for (const payload of [null, [], 'text', 7]) await expectBadToken(forge(header(), payload));
  });

  it('the session of somebody else', async () => {
    const bob = await server.person('ADMIN');
    await expectBadToken(forge(header(), claims(ada, { sub: bob.id })), 1);
  });

  it('and says only of an old token what is wrong with it', async () => {
    expect(await expectBadToken(forge(header(), claims(ada, { exp: now() - 3_600 })))).toBe(
      'The access token has expired.',
    );
    const foreign = es256(attacker.privateKey);
    for (const token of [
      forge(header(), claims(ada, { exp: now() - 3_600 }), foreign),
      forge(header(), claims(ada, { iss: 'elsewhere' })),
      forge(header({ typ: 'JWT' }), claims(ada)),
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
        return `${head}.${Buffer.from(JSON.stringify(claims(ada))).toString('base64url')}.${signature}`;
      },
    ],
    ['15 kB', () => forge(header(), claims(ada, { more: 'a'.repeat(11_000) }), es256(attacker.privateKey))],
    ['a token inside', () => forge(header({ cty: 'JWT' }), ada.token)],
    [
      'many rounds of hashing',
      () => forge(header({ alg: 'PBES2-HS256+A128KW', p2c: 2 ** 31, enc: 'A128GCM' }), 'x'),
    ],
  ])('%s', async (_, token) => {
    await expectBadToken(token());
  });

  it('60 kB, before it is read', async () => {
    const { status } = await postWithHeaders(
      server,
      { query: '{ viewer { id } }' },
      bearer('a'.repeat(60_000)),
    );
    expect(status).toBe(431);
  });
});

describe('the key', () => {
  it('is the one of the tests, so that these tests forge with what the server signs with', () => {
    expect(forge(header(), claims(ada)).split('.')[0]).toBe(ada.token.split('.')[0]);
    expect(privateKey.asymmetricKeyDetails).toEqual({ namedCurve: 'prime256v1' });
  });
});
