import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createAccountServices } from '../../src/app.ts';
import { type Config, ConfigError, readConfig, showsStacks, variableNames } from '../../src/config.ts';
import { testSigningKey } from '../helpers/signing-key.ts';

const root = path.resolve(import.meta.dirname, '../..');
const read = (name: string) => readFileSync(path.join(root, name), 'utf8');
const folder = mkdtempSync(path.join(tmpdir(), 'broadsheet-config-'));

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What is wrong with these variables, a line each. */
function faults(variables: Record<string, string>): string[] {
  try {
    readConfig(variables);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.message.split('\n');
    throw error;
  }
}

const defaults: Config = {
  production: false,
  dataFolder: '.data',
  http: {
    host: '127.0.0.1',
    port: 4000,
    trustedProxies: [],
    bodyLimit: 7_000_000,
    requestTimeout: 30_000,
    shutdownTimeout: 25_000,
  },
  database: { kind: 'embedded', folder: '.data' },
  logLevel: 'info',
  tokens: {
    issuer: 'broadsheet',
    audience: 'broadsheet',
    signingKey: null,
    accessTtl: 15 * 60,
    sessionTtl: 30 * 86_400,
  },
  signUp: { open: true, role: 'AUTHOR' },
  introspection: true,
  explorer: true,
  demo: true,
};

describe('readConfig', () => {
  it('has a default for everything, also where a variable is empty or unknown', () => {
    expect(readConfig({})).toEqual(defaults);
    const empty = Object.fromEntries(variableNames.map((name) => [name, '']));
    expect(readConfig({ ...empty, PATH: '/bin', NOT_OURS: 'x' })).toEqual(defaults);
  });

  it('reads every variable', () => {
    const values: Record<string, string> = {
      NODE_ENV: 'test',
      HOST: '::1',
      PORT: '0',
      DATA_DIR: '/var/lib/broadsheet',
      DATABASE_URL: 'postgresql://ada:pass@db.example:6432/main?sslmode=require',
      DATABASE_POOL_SIZE: '20',
      DATABASE_CONNECT_TIMEOUT_MS: '1',
      DATABASE_STATEMENT_TIMEOUT_MS: '2',
      DATABASE_LOCK_TIMEOUT_MS: '3',
      DATABASE_PREPARED_STATEMENTS: 'false',
      LOG_LEVEL: 'debug',
      TOKEN_ISSUER: 'https://issuer.example',
      TOKEN_AUDIENCE: 'https://api.example',
      TOKEN_SIGNING_KEY: testSigningKey,
      ACCESS_TOKEN_TTL: '90s',
      SESSION_TTL: '24h',
      SIGN_UP: 'closed',
      SIGN_UP_ROLE: 'READER',
      INTROSPECTION: 'false',
      EXPLORER: 'false',
      DEMO: 'false',
      TRUSTED_PROXIES: '10.0.0.1, 2001:db8::/32',
      HTTP_BODY_LIMIT_BYTES: '1024',
      HTTP_REQUEST_TIMEOUT_MS: '600000',
      SHUTDOWN_TIMEOUT_MS: '4',
    };
    expect(Object.keys(values).toSorted()).toEqual([...variableNames].toSorted());
    expect(readConfig(values)).toEqual({
      production: false,
      dataFolder: '/var/lib/broadsheet',
      http: {
        host: '::1',
        port: 0,
        trustedProxies: ['10.0.0.1', '2001:db8::/32'],
        bodyLimit: 1_024,
        requestTimeout: 600_000,
        shutdownTimeout: 4,
      },
      database: {
        kind: 'server',
        url: 'postgresql://ada:pass@db.example:6432/main?sslmode=require',
        poolSize: 20,
        connectTimeout: 1,
        statementTimeout: 2,
        lockTimeout: 3,
        prepare: false,
      },
      logLevel: 'debug',
      tokens: {
        issuer: 'https://issuer.example',
        audience: 'https://api.example',
        signingKey: testSigningKey,
        accessTtl: 90,
        sessionTtl: 86_400,
      },
      signUp: { open: false, role: 'READER' },
      introspection: false,
      explorer: false,
      demo: false,
    } satisfies Config);
  });

  it('cannot be changed', () => {
    expect(Object.isFrozen(readConfig({}))).toBe(true);
  });

  it('shows less in production, unless it is told to, and never the demo', () => {
    const production = { NODE_ENV: 'production' };
    expect(readConfig(production)).toMatchObject({
      production: true,
      introspection: false,
      explorer: false,
      demo: false,
    });
    const shown = readConfig({ ...production, INTROSPECTION: 'true', EXPLORER: 'true', DEMO: 'true' });
    expect(shown).toMatchObject({ introspection: true, explorer: true, demo: false });
  });

  it.each([
    ['HOST', 'not a host'],
    ['HOST', '127.0.0.1:4000'],
    ['HOST', 'http://localhost'],
    ['PORT', '-1'],
    ['PORT', '65536'],
    ['PORT', '80.5'],
    ['PORT', 'http'],
    ['DATABASE_URL', 'mysql://db.example/main'],
    ['DATABASE_URL', 'db.example/main'],
    ['DATABASE_URL', 'postgres'],
    ['DATABASE_POOL_SIZE', '0'],
    ['DATABASE_POOL_SIZE', '1001'],
    ['DATABASE_CONNECT_TIMEOUT_MS', '0'],
    ['DATABASE_CONNECT_TIMEOUT_MS', '5s'],
    ['DATABASE_STATEMENT_TIMEOUT_MS', '600001'],
    ['DATABASE_STATEMENT_TIMEOUT_MS', 'Infinity'],
    ['DATABASE_LOCK_TIMEOUT_MS', '-1'],
    ['DATABASE_PREPARED_STATEMENTS', 'yes'],
    ['LOG_LEVEL', 'verbose'],
    ['ACCESS_TOKEN_TTL', '15'],
    ['ACCESS_TOKEN_TTL', '0m'],
    ['ACCESS_TOKEN_TTL', '-15m'],
    ['ACCESS_TOKEN_TTL', '15 m'],
    ['SESSION_TTL', '1w'],
    ['SESSION_TTL', '1234567d'],
    ['SIGN_UP', 'true'],
    ['SIGN_UP_ROLE', 'ADMIN'],
    ['SIGN_UP_ROLE', 'author'],
    ['INTROSPECTION', '1'],
    ['EXPLORER', 'TRUE'],
    ['DEMO', 'on'],
    ['TRUSTED_PROXIES', 'proxy.example'],
    ['TRUSTED_PROXIES', '10.0.0.1,'],
    ['TRUSTED_PROXIES', '10.0.0.1 10.0.0.2'],
    ['TRUSTED_PROXIES', '10.0.0.0/33'],
    ['TRUSTED_PROXIES', '10.0.0.0/0'],
    ['TRUSTED_PROXIES', '::/8/8'],
    ['TRUSTED_PROXIES', 'true'],
    ['HTTP_BODY_LIMIT_BYTES', '1023'],
    ['HTTP_BODY_LIMIT_BYTES', '1e9'],
    ['HTTP_REQUEST_TIMEOUT_MS', '0'],
    ['SHUTDOWN_TIMEOUT_MS', 'never'],
  ])('refuses %s=%s, and names the variable', (name, value) => {
    const [fault, ...others] = faults({ [name]: value });
    expect(fault).toMatch(new RegExp(`^${name}: .{5}`));
    expect(others).toEqual([]);
  });

  it('names everything that is wrong at once, and never says a value that may be secret', () => {
    const secret = 'postgre://ada:hunter2@db.example/main';
    const found = faults({ PORT: 'x', DATABASE_URL: secret, SIGN_UP: 'no' });
    expect(found.map((line) => line.split(':')[0])).toEqual(['PORT', 'DATABASE_URL', 'SIGN_UP']);
    expect(found.join()).not.toContain('hunter2');
  });
});

describe('showsStacks', () => {
  it('is for whoever looks for a fault', () => {
    expect(
      ['debug', 'trace', 'info', 'nonsense', undefined].map((LOG_LEVEL) => showsStacks({ LOG_LEVEL })),
    ).toEqual([true, true, false, false, false]);
  });
});

describe('the signing key', () => {
  const servicesWith = (variables: Record<string, string>) =>
    createAccountServices(readConfig({ DATA_DIR: path.join(folder, 'data'), ...variables }));

  const pemOf = (key: ReturnType<typeof generateKeyPairSync>['privateKey']) =>
    (key as unknown as { export(options: object): string }).export({ format: 'pem', type: 'pkcs8' });

  it('must be given in production, and no key is made there', async () => {
    await expect(servicesWith({ NODE_ENV: 'production' })).rejects.toThrow(ConfigError);
    await expect(servicesWith({ NODE_ENV: 'production' })).rejects.toThrow(/^TOKEN_SIGNING_KEY: /);
    expect(() => statSync(path.join(folder, 'data'))).toThrow('ENOENT');
  });

  it('may be PEM or JWK, and is the same key then', async () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const jwk = JSON.stringify(privateKey.export({ format: 'jwk' }));
    const pem = privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
    const [byPem, byJwk] = await Promise.all(
      [pem, jwk].map((TOKEN_SIGNING_KEY) => servicesWith({ NODE_ENV: 'production', TOKEN_SIGNING_KEY })),
    );
    const ids = {
      userId: '01890000-0000-7000-8000-000000000001',
      sessionId: '01890000-0000-7000-8000-000000000002',
    };
    const { token } = await byPem!.tokens.sign(ids);
    expect(await byJwk!.tokens.verify(token)).toEqual(ids);
  });

  it.each([
    ['nonsense', () => 'hunter2'],
    ['an empty JWK', () => '{}'],
    ['broken JSON', () => '{"kty":'],
    ['a secret', () => '{"kty":"oct","k":"aHVudGVyMg"}'],
    ['a certificate', () => '-----BEGIN CERTIFICATE-----\nhunter2\n-----END CERTIFICATE-----'],
    ['RSA', () => pemOf(generateKeyPairSync('rsa', { modulusLength: 2_048 }).privateKey)],
    ['another curve', () => pemOf(generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey)],
    ['a curve of Koblitz', () => pemOf(generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).privateKey)],
    ['Ed25519', () => pemOf(generateKeyPairSync('ed25519').privateKey)],
    [
      'a public key',
      () =>
        JSON.stringify(
          generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'jwk' }),
        ),
    ],
  ])('is refused when it is %s, and is not told', async (_, key) => {
    const TOKEN_SIGNING_KEY = key();
    for (const NODE_ENV of ['production', 'development']) {
      const error = await servicesWith({ NODE_ENV, TOKEN_SIGNING_KEY }).then(
        () => null,
        (refusal: Error) => refusal,
      );
      expect(error).toBeInstanceOf(ConfigError);
      expect(error?.message).toMatch(/^TOKEN_SIGNING_KEY: The signing key /);
      expect(error?.message).not.toContain('hunter2');
    }
  });

  it('is made once outside production, for its owner alone to read', async () => {
    const first = await servicesWith({});
    const second = await servicesWith({});
    const ids = {
      userId: '01890000-0000-7000-8000-000000000001',
      sessionId: '01890000-0000-7000-8000-000000000002',
    };
    const { token } = await first.tokens.sign(ids);
    expect(await second.tokens.verify(token)).toEqual(ids);
    expect(statSync(path.join(folder, 'data/signing-key.pem')).mode & 0o777).toBe(0o600);
  });
});

describe('the documentation of the variables', () => {
  const rows = [...read('README.md').matchAll(/^\| `([A-Z][A-Z_]+)` \| (.+?) \| (.+) \|$/gm)];
  const example = [...read('.env.example').matchAll(/^#?([A-Z][A-Z_]+)=(.*)$/gm)];
  const seconds = /^\d+[smhd]$/;

  it('has a row in the README for each, in the same order', () => {
    expect(rows.map(([, name]) => name)).toEqual(variableNames);
    for (const [, name, , meaning] of rows) expect(meaning, name).toMatch(/\.$/);
  });

  it('has a line in .env.example for each, in the same order', () => {
    expect(example.map(([, name]) => name)).toEqual(variableNames);
  });

  it('tells the true defaults', () => {
    const told = Object.fromEntries(
      rows.map(([, name = '', cell = '']) => [name, /^`([^`]*)`/.exec(cell)?.[1] ?? '']),
    );
    expect(readConfig(told)).toEqual(defaults);
    expect(Object.values(told).filter((value) => seconds.test(value))).toHaveLength(2);
    expect(Object.fromEntries(example.map(([, name, value]) => [name, value]))).toEqual(told);
  });
});
