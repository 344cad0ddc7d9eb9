import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { errors } from 'jose';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { RemoteKeys } from '../../src/modules/tokens/index.ts';
import { type LocalIssuer, type Mood, startIssuer } from '../helpers/issuer.ts';

let local: LocalIssuer;

beforeEach(async () => {
  local = await startIssuer('/realms/press');
});

afterEach(async () => {
  vi.useRealTimers();
  await local.close();
});

const log = pino({ level: 'silent' });
const remote = (changes: object = {}) =>
  new RemoteKeys({
    issuer: local.issuer,
    jwksUri: local.jwksUri,
    mayFetchFrom: (address) => address.startsWith('http://127.0.0.1:'),
    log,
    ...changes,
  });

const header = (kid = local.keys()[0]?.kid ?? '') => ({ alg: 'RS256', kid });
const keysPath = '/realms/press/keys';

/** Lets time pass for the clock, in seconds. */
function pass(seconds: number): void {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + seconds * 1_000 });
}

const unavailable = { code: 'SERVICE_UNAVAILABLE', retryAfter: expect.any(Number) as number };

describe('the keys of another issuer', () => {
  it('are fetched when they are needed, once', async () => {
    const keys = remote();
    expect(local.requests).toEqual([]);
    await Promise.all(Array.from({ length: 50 }, () => keys.find(header())));
    await keys.find(header());
    expect(local.requests).toEqual([keysPath]);
  });

  it('are fetched once for 1,000 unknown ones, and once more after the cool-down', async () => {
    const keys = remote();
    await keys.find(header());
    pass(31);
    for (let round = 0; round < 2; round += 1) {
      const found = await Promise.allSettled(
        Array.from({ length: 1_000 }, () => keys.find(header(randomUUID()))),
      );
      expect(found.every(({ status }) => status === 'rejected')).toBe(true);
      expect(local.requests).toHaveLength(2);
    }
    pass(31);
    await expect(keys.find(header('unknown'))).rejects.toBeInstanceOf(errors.JWKSNoMatchingKey);
    expect(local.requests).toHaveLength(3);
  });

  it('are found after a rotation', async () => {
    const keys = remote();
    const old = header();
    await keys.find(old);
    const before = keys.current();
    await local.rotate();
    await expect(keys.find(header())).rejects.toBeInstanceOf(errors.JWKSNoMatchingKey);
    pass(31);
    await keys.find(header());
    expect(keys.current()).not.toBe(before);
    await expect(keys.find(old)).rejects.toBeInstanceOf(errors.JWKSNoMatchingKey);
  });

  it('are fetched anew when they are old, and stay the same object when nothing changed', async () => {
    const keys = remote();
    await keys.find(header());
    const before = keys.current();
    pass(301);
    expect(keys.current()).toBe(before);
    await vi.waitFor(() => expect(local.requests).toHaveLength(2), { timeout: 20_000 });
    await keys.find(header());
    expect(keys.current()).toBe(before);
    await local.rotate();
    pass(3_601);
    // Nobody asked for an hour, so that the old ones are not used before.
    await keys.find(header());
    expect(keys.current()).not.toBe(before);
  });

  const moods: Mood[] = ['failing', 'slow', 'elsewhere', 'huge', 'nonsense'];

  it.each(moods)(
    'are used while the issuer is %s, with one attempt in each cool-down',
    async (mood) => {
      const failures: unknown[] = [];
      const keys = remote({ log: { warn: (facts: unknown) => failures.push(facts) } });
      await keys.find(header());
      local.mood = mood;
      for (let attempt = 2; attempt < 4; attempt += 1) {
        pass(3_601);
        await Promise.all(Array.from({ length: 20 }, () => keys.find(header())));
        await vi.waitFor(() => expect(failures).toHaveLength(attempt - 1), { timeout: 20_000 });
        await keys.find(header());
        expect(local.requests).toHaveLength(attempt);
      }
      await expect(keys.find(header('unknown'))).rejects.toBeInstanceOf(errors.JWKSNoMatchingKey);
      local.mood = 'fine';
      await local.rotate();
      pass(31);
      await keys.find(header());
    },
    15_000,
  );

  it.each(moods)(
    'cannot be had while the issuer is %s from the beginning, and nobody waits',
    async (mood) => {
      local.mood = mood;
      const keys = remote();
      const tries = Array.from({ length: 20 }, () => keys.find(header()));
      for (const result of await Promise.allSettled(tries)) {
        expect(result).toMatchObject({ reason: { extensions: unavailable } });
      }
      await expect(keys.find(header())).rejects.toMatchObject({ extensions: unavailable });
      expect(local.requests).toEqual([keysPath]);
      local.mood = 'fine';
      pass(31);
      await keys.find(header());
    },
  );

  it('keep nobody waiting who has older ones, and come all the same', async () => {
    const failures: unknown[] = [];
    const keys = remote({ log: { warn: (facts: unknown) => failures.push(facts) } });
    await keys.find(header());
    local.mood = 'slow';
    pass(31);
    await expect(keys.find(header('unknown'))).rejects.toBeInstanceOf(errors.JWKSNoMatchingKey);
    expect(local.requests).toHaveLength(2);
    // The attempt is still under way.
    expect(failures).toEqual([]);
    await vi.waitFor(() => expect(failures).toHaveLength(1), { timeout: 20_000 });
  });

  it('are used while nobody answers', async () => {
    const keys = remote();
    const key = await keys.find(header());
    const wanted = header();
    await local.close();
    pass(86_400);
    expect(await keys.find(wanted)).toBe(key);
    local = await startIssuer();
  });

  it('are never ones that are secret, or for something else', async () => {
    const jwk = generateKeyPairSync('rsa', { modulusLength: 2_048 }).privateKey.export({ format: 'jwk' });
    const sets = [
      { kty: 'oct', k: 'c2VjcmV0', kid: 'k', alg: 'HS256' },
      { ...jwk, kid: 'k', alg: 'RS256' },
      { ...jwk, d: undefined, kid: 'k', use: 'enc' },
      { ...jwk, d: undefined, kid: 'k', alg: 'PS256' },
      { ...jwk, d: undefined, kid: 'other' },
    ];
    for (const key of sets) {
      local.keys().splice(0, 1, JSON.parse(JSON.stringify(key)));
      await expect(remote().find({ alg: 'RS256', kid: 'k' })).rejects.toBeInstanceOf(errors.JOSEError);
      await expect(remote().find({ alg: 'HS256', kid: 'k' })).rejects.toBeInstanceOf(errors.JOSEError);
    }
  });
});

describe('the address of the keys', () => {
  const discovered = () => remote({ jwksUri: undefined });
  const openid = '/realms/press/.well-known/openid-configuration';
  const oauth = '/.well-known/oauth-authorization-server/realms/press';

  it('is what the metadata of OpenID Connect say', async () => {
    const keys = discovered();
    await Promise.all(Array.from({ length: 20 }, () => keys.find(header())));
    pass(301);
    keys.current();
    await vi.waitFor(() => expect(local.requests).toEqual([openid, keysPath, keysPath]), { timeout: 20_000 });
  });

  it('is what the metadata of OAuth 2.0 say, where there are no others', async () => {
    local.metadataPath = oauth;
    await discovered().find(header());
    expect(local.requests).toEqual([openid, oauth, keysPath]);
  });

  it.each<[string, () => Record<string, unknown>]>([
    ['of another issuer', () => ({ issuer: `${local.issuer}/` })],
    ['without an issuer', () => ({ issuer: undefined })],
    ['that name no address', () => ({ jwks_uri: undefined })],
    ['that name what is no address', () => ({ jwks_uri: 'keys' })],
    ['that name an address from which nothing may be fetched', () => ({ jwks_uri: 'http://10.0.0.1/keys' })],
    ['that name a file', () => ({ jwks_uri: 'file:///etc/passwd' })],
  ])('is not taken from metadata %s', async (_, metadata) => {
    local.metadata = metadata();
    await expect(discovered().find(header())).rejects.toMatchObject({ extensions: unavailable });
    expect(local.requests).toEqual([openid]);
  });

  it('is asked for again after it gave no keys', async () => {
    const keys = discovered();
    await keys.find(header());
    local.mood = 'failing';
    pass(3_601);
    await keys.find(header());
    local.mood = 'fine';
    pass(31);
    await keys.find(header());
    expect(local.requests).toEqual([openid, keysPath, keysPath, openid, keysPath]);
  });
});
