import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { decodeProtectedHeader } from 'jose';
import { describe, expect, it } from 'vitest';
import { createAccountServices } from '../../src/app.ts';
import { ConfigError, readConfig } from '../../src/config.ts';
import { useFolders } from '../helpers/folder.ts';

const { folder } = useFolders();

const pem = (key: KeyObject) =>
  key.export({ format: 'pem', type: key.type === 'public' ? 'spki' : 'pkcs8' }).toString();
const jwk = (key: KeyObject) => JSON.stringify(key.export({ format: 'jwk' }));
const ec = (namedCurve = 'P-256') => generateKeyPairSync('ec', { namedCurve });
const rsa = (modulusLength = 2_048, publicExponent = 65_537) =>
  generateKeyPairSync('rsa', { modulusLength, publicExponent });
const ed25519 = () => generateKeyPairSync('ed25519');
const secret = 'hunter2-hunter2-hunter2-hunter2-';

const ids = {
  userId: '01890000-0000-7000-8000-000000000001',
  sessionId: '01890000-0000-7000-8000-000000000002',
};

const servicesWith = async (variables: Record<string, string>) =>
  createAccountServices(readConfig({ DATA_DIR: await folder(), ...variables }));

/** What is wrong with these settings, by the error that stops the start. */
async function faultOf(variables: Record<string, string>): Promise<string> {
  const error = await servicesWith(variables).then(
    () => null,
    (refusal: unknown) => refusal,
  );
  expect(error).toBeInstanceOf(ConfigError);
  const { message } = error as ConfigError;
  expect(message).not.toContain('hunter2');
  return message;
}

/** The same in production and outside it. */
async function faultsOf(variables: Record<string, string>): Promise<string> {
  const faults = [
    await faultOf({ NODE_ENV: 'production', ...variables }),
    await faultOf({ NODE_ENV: 'development', ...variables }),
  ];
  expect(faults[0]).toBe(faults[1]);
  return faults[0] as string;
}

describe('the key that signs', () => {
  it('must be there in production, where none is made in passing', async () => {
    const data = await folder();
    expect(await faultOf({ NODE_ENV: 'production', DATA_DIR: data })).toMatch(
      /^TOKEN_SIGNING_KEY: must be set/,
    );
    expect(await faultOf({ NODE_ENV: 'production', TOKEN_KEYS_DIR: path.join(data, 'none') })).toContain(
      'keys add',
    );
    expect(await faultOf({ NODE_ENV: 'production', TOKEN_ALGORITHM: 'HS256' })).toBe(
      'TOKEN_SECRET: must be set where TOKEN_ALGORITHM is HS256',
    );
    expect(await readdir(data)).toEqual([]);
  });

  it.each([
    ['ES256', () => ec().privateKey],
    ['EdDSA', () => ed25519().privateKey],
    ['RS256', () => rsa().privateKey],
  ])('for %s may be PEM or JWK, and is the same key then', async (TOKEN_ALGORITHM, key) => {
    const privateKey = key();
    const [byPem, byJwk] = await Promise.all(
      [pem(privateKey), jwk(privateKey)].map((TOKEN_SIGNING_KEY) =>
        servicesWith({ NODE_ENV: 'production', TOKEN_ALGORITHM, TOKEN_SIGNING_KEY }),
      ),
    );
    const { token } = await byPem!.tokens.sign(ids);
    expect(decodeProtectedHeader(token)).toMatchObject({ alg: TOKEN_ALGORITHM, typ: 'at+jwt' });
    expect(await byJwk!.verifier.verify(token)).toEqual({ kind: 'own', ...ids });
  });

  it('may be a secret, of which nothing is told', async () => {
    const variables = { NODE_ENV: 'production', TOKEN_ALGORITHM: 'HS256', TOKEN_SECRET: secret };
    const [first, second] = [await servicesWith(variables), await servicesWith(variables)];
    const { token } = await first.tokens.sign(ids);
    expect(decodeProtectedHeader(token)).toEqual({ alg: 'HS256', typ: 'at+jwt', kid: 'secret' });
    expect(await second.verifier.verify(token)).toEqual({ kind: 'own', ...ids });
    expect(first.keys.publicSet()).toEqual({ keys: [] });
    const other = await servicesWith({ ...variables, TOKEN_SECRET: `${secret}x` });
    await expect(other.verifier.verify(token)).rejects.toThrow('not valid');
  });

  it('is made once outside production, for its owner alone to read', async () => {
    const data = await folder();
    const [first, second] = await Promise.all([
      servicesWith({ DATA_DIR: data }),
      servicesWith({ DATA_DIR: data }),
    ]);
    const { token } = await first.tokens.sign(ids);
    expect(await second.verifier.verify(token)).toEqual({ kind: 'own', ...ids });
    const [file, ...others] = await readdir(path.join(data, 'keys'));
    expect(others).toEqual([]);
    expect((await stat(path.join(data, 'keys', String(file)))).mode & 0o777).toBe(0o600);
  });

  it('may be one that an earlier version made outside production', async () => {
    const privateKey = pem(ec().privateKey);
    const data = await folder({ 'signing-key.pem': privateKey });
    const [after, before] = [
      await servicesWith({ DATA_DIR: data }),
      await servicesWith({ TOKEN_SIGNING_KEY: privateKey }),
    ];
    const { token } = await before.tokens.sign(ids);
    expect(await after.verifier.verify(token)).toEqual({ kind: 'own', ...ids });
    expect(await readdir(data)).toEqual(['keys']);
    const again = await servicesWith({ DATA_DIR: data });
    expect(await again.verifier.verify(token)).toEqual({ kind: 'own', ...ids });
  });

  it('is not one of an earlier version in production', async () => {
    const data = await folder({ 'signing-key.pem': pem(ec().privateKey) });
    await faultOf({ NODE_ENV: 'production', DATA_DIR: data });
    expect(await readdir(data)).toEqual(['signing-key.pem']);
  });
});

describe('start-up refuses a key that cannot be trusted, and says which', () => {
  const weak: [string, () => string, string][] = [
    ['nonsense', () => 'hunter2', 'is neither a key'],
    ['an empty JWK', () => '{}', 'is neither a key'],
    ['broken JSON', () => '{"kty":', 'is neither a key'],
    ['a secret', () => '{"kty":"oct","k":"aHVudGVyMg"}', 'is neither a key'],
    [
      'a certificate',
      () => '-----BEGIN CERTIFICATE-----\nhunter2\n-----END CERTIFICATE-----',
      'is neither a key',
    ],
    ['RSA with 1024 bits', () => pem(rsa(1_024).privateKey), 'is an RSA key of 1024 bits'],
    ['RSA with 2047 bits', () => pem(rsa(2_047).privateKey), 'is an RSA key of 2047 bits'],
    ['RSA with the exponent 3', () => pem(rsa(2_048, 3).privateKey), 'the public exponent 3;'],
    ['RSA with the exponent 17', () => jwk(rsa(2_048, 17).privateKey), 'the public exponent 17;'],
    ['P-384', () => pem(ec('P-384').privateKey), 'is an EC key on the curve secp384r1; ES256 needs P-256'],
    ['P-521', () => jwk(ec('P-521').privateKey), 'secp521r1'],
    ['a curve of Koblitz', () => pem(ec('secp256k1').privateKey), 'secp256k1'],
    ['Ed448', () => pem(generateKeyPairSync('ed448').privateKey), 'is a key of the kind ed448'],
    ['X25519', () => pem(generateKeyPairSync('x25519').privateKey), 'is a key of the kind x25519'],
    [
      'RSA-PSS',
      () => pem(generateKeyPairSync('rsa-pss', { modulusLength: 2_048 }).privateKey),
      'is a key of the kind rsa-pss',
    ],
  ];

  it.each(weak)('%s in TOKEN_SIGNING_KEY', async (_, key, why) => {
    const fault = await faultsOf({ TOKEN_SIGNING_KEY: key() });
    expect(fault).toMatch(/^TOKEN_SIGNING_KEY: is /);
    expect(fault).toContain(why);
  });

  it.each(weak)('%s in a file', async (_, key, why) => {
    const keys = await folder({ 'good.pem': pem(ec().privateKey), 'bad.pem': key() });
    const fault = await faultsOf({ TOKEN_KEYS_DIR: keys });
    expect(fault).toMatch(/^TOKEN_KEYS_DIR: bad\.pem is /);
    expect(fault).toContain(why);
  });

  it('RSA with the exponent 1, which signs nothing', async () => {
    const { n } = rsa().publicKey.export({ format: 'jwk' });
    const keys = await folder({
      'good.pem': pem(ec().privateKey),
      'one.pem': JSON.stringify({ kty: 'RSA', n, e: 'AQ' }),
      'even.pem': JSON.stringify({ kty: 'RSA', n, e: 'AQAC' }),
    });
    expect((await faultsOf({ TOKEN_KEYS_DIR: keys })).split('\n')).toEqual([
      'TOKEN_KEYS_DIR: even.pem is an RSA key with the public exponent 65538; it must be odd and at least 65537',
      'TOKEN_KEYS_DIR: one.pem is an RSA key with the public exponent 1; it must be odd and at least 65537',
    ]);
  });

  it('a secret that is too short, counted in bytes', async () => {
    const TOKEN_ALGORITHM = 'HS256';
    for (const TOKEN_SECRET of ['hunter2', 'x'.repeat(31)]) {
      expect(await faultsOf({ TOKEN_ALGORITHM, TOKEN_SECRET })).toMatch(
        /^TOKEN_SECRET: must have at least 32 bytes/,
      );
    }
    await servicesWith({ TOKEN_ALGORITHM, TOKEN_SECRET: 'é'.repeat(16) });
  });

  it('a public key that is to sign', async () => {
    expect(await faultsOf({ TOKEN_SIGNING_KEY: jwk(ec().publicKey) })).toBe(
      'TOKEN_SIGNING_KEY: is a public key; a private one is needed',
    );
    const keys = await folder({ 'a.pem': pem(ec().publicKey) });
    expect(await faultOf({ NODE_ENV: 'production', TOKEN_KEYS_DIR: keys })).toMatch(
      /^TOKEN_KEYS_DIR: has no key that signs with ES256/,
    );
  });

  it('a key for another algorithm', async () => {
    expect(await faultsOf({ TOKEN_SIGNING_KEY: pem(ec().privateKey), TOKEN_ALGORITHM: 'RS256' })).toBe(
      'TOKEN_SIGNING_KEY: is a key for ES256, and TOKEN_ALGORITHM is RS256',
    );
    const keys = await folder({ 'a.pem': pem(rsa().privateKey) });
    expect(await faultOf({ NODE_ENV: 'production', TOKEN_KEYS_DIR: keys, TOKEN_ALGORITHM: 'EdDSA' })).toMatch(
      /^TOKEN_KEYS_DIR: has no key that signs with EdDSA/,
    );
  });

  it('keys that are mixed up', async () => {
    const TOKEN_SIGNING_KEY = pem(ec().privateKey);
    expect(await faultsOf({ TOKEN_SIGNING_KEY, TOKEN_KEYS_DIR: 'keys' })).toMatch(
      /^TOKEN_SIGNING_KEY: is set beside TOKEN_KEYS_DIR/,
    );
    expect(await faultsOf({ TOKEN_SIGNING_KEY, TOKEN_SECRET: secret })).toMatch(
      /^TOKEN_SECRET: is for HS256, and TOKEN_ALGORITHM is ES256/,
    );
    const hs256 = { TOKEN_ALGORITHM: 'HS256', TOKEN_SECRET: secret };
    expect(await faultsOf({ ...hs256, TOKEN_SIGNING_KEY })).toMatch(
      /^TOKEN_SIGNING_KEY: is for a key pair, and TOKEN_ALGORITHM is HS256/,
    );
    expect(await faultsOf({ ...hs256, TOKEN_KEYS_DIR: 'keys' })).toMatch(
      /^TOKEN_KEYS_DIR: is for a key pair/,
    );
  });

  it('one key in two files', async () => {
    const key = pem(ec().privateKey);
    const keys = await folder({ 'a.pem': key, 'b.pem': key });
    expect(await faultsOf({ TOKEN_KEYS_DIR: keys })).toBe('TOKEN_KEYS_DIR: b.pem has the same key as a.pem');
  });

  it('a folder that is none, and a time that is none', async () => {
    const keys = await folder({ file: 'x', 'a/a.pem': `Signs from: soon\n${pem(ec().privateKey)}` });
    expect(await faultOf({ NODE_ENV: 'production', TOKEN_KEYS_DIR: path.join(keys, 'file') })).toBe(
      'TOKEN_KEYS_DIR: cannot be read (ENOTDIR)',
    );
    expect(await faultOf({ NODE_ENV: 'production', TOKEN_KEYS_DIR: path.join(keys, 'a') })).toMatch(
      /^TOKEN_KEYS_DIR: a\.pem has a line "Signs from:" without a time/,
    );
  });

  it('an issuer or an audience that is empty', async () => {
    const TOKEN_SIGNING_KEY = pem(ec().privateKey);
    for (const name of ['TOKEN_ISSUER', 'TOKEN_AUDIENCE']) {
      const production = { NODE_ENV: 'production', TOKEN_SIGNING_KEY };
      expect(await faultOf({ ...production, [name]: '' })).toBe(`${name}: must not be empty`);
      expect(await faultsOf({ TOKEN_SIGNING_KEY, [name]: '  ' })).toBe(`${name}: must not be empty`);
    }
  });

  it('an access token that would be good for more than a year', async () => {
    expect(await faultsOf({ ACCESS_TOKEN_TTL: '366d' })).toBe('ACCESS_TOKEN_TTL: must be at most 365d');
  });
});
