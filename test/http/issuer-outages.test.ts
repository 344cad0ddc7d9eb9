import { generateKeyPairSync, type KeyObject, randomUUID, sign } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { documentOf, expectRefused, post } from '../helpers/http.ts';
import { type LocalIssuer, startIssuer } from '../helpers/issuer.ts';
import { startServer, type TestServer } from '../helpers/server.ts';
import { bearer, expectBadHeader, forge, now, type Signer } from '../helpers/tokens.ts';

let issuer: LocalIssuer;
let server: TestServer;
/** A server that nobody has a reason to ask, and how often it was asked. */
let trap: Server;
let trapUrl: string;
let trapped = 0;

beforeAll(async () => {
  trap = createServer((_, response) => {
    trapped += 1;
    response.end(JSON.stringify({ keys: [attacker.publicKey.export({ format: 'jwk' })] }));
  }).listen(0, '127.0.0.1');
  await once(trap, 'listening');
  trapUrl = `http://127.0.0.1:${(trap.address() as AddressInfo).port}`;
});

afterAll(() => trap.close());

beforeEach(async () => {
  issuer = await startIssuer('/realms/press');
  server = await startServer({
    TRUSTED_ISSUERS: JSON.stringify([
      { issuer: issuer.issuer, jwksUri: issuer.jwksUri, audience: 'broadsheet' },
    ]),
  });
});

afterEach(async () => {
  vi.useRealTimers();
  await server.close();
  await issuer.close();
});

const attacker = generateKeyPairSync('rsa', { modulusLength: 2_048 });
const rs256 =
  (key: KeyObject = attacker.privateKey): Signer =>
  (text) =>
    sign('sha256', Buffer.from(text), key);

const good = (sub = 'ada') => issuer.sign({ aud: 'broadsheet', sub });
const isGood = async (token: string) =>
  documentOf(await post(server, { query: '{ viewer { role } }' }, bearer(token)));
const welcome = { data: { viewer: { role: 'READER' } } };

describe('forged tokens of an issuer', () => {
  const claims = (changes: object = {}) => ({
    iss: issuer.issuer,
    aud: 'broadsheet',
    sub: 'ada',
    iat: now(),
    exp: now() + 60,
    ...changes,
  });
  const header = (changes: object = {}) => ({ alg: 'RS256', typ: 'at+jwt', kid: 'unknown', ...changes });
  const known = () => issuer.keys()[0]?.kid;

  it('are refused, with one fetch of its keys and none of anything else', async () => {
    const jwk = attacker.publicKey.export({ format: 'jwk' });
    const headers = [
      { kid: known() },
      { kid: undefined },
      { kid: known(), jwk },
      { jwk },
      { jku: `${trapUrl}/keys` },
      { x5u: `${trapUrl}/keys` },
      { kid: `${trapUrl}/keys` },
      { kid: '../../../../dev/null' },
      { kid: { toString: 'x' } },
      { kid: '__proto__' },
      { kid: 'k'.repeat(5_000) },
      { crit: ['x'], x: true },
      { crit: ['b64'], b64: false },
      { alg: 'none' },
      { alg: 'HS256', kid: known() },
    ];
    for (const changes of headers) {
      await expectBadHeader(server, `Bearer ${forge(header(changes), claims(), rs256())}`);
    }
    for (let round = 0; round < 100; round += 1) {
      await expectBadHeader(server, `Bearer ${forge(header({ kid: randomUUID() }), claims(), rs256())}`);
    }
    expect(issuer.requests).toEqual(['/realms/press/keys']);
    expect(trapped).toBe(0);
  });

  it('that name another issuer make nobody ask anything', async () => {
    for (const iss of [
      trapUrl,
      `${trapUrl}/`,
      issuer.issuer.toUpperCase(),
      [issuer.issuer],
      { a: 1 },
      null,
    ]) {
      await expectBadHeader(server, `Bearer ${forge(header({ kid: known() }), claims({ iss }), rs256())}`);
    }
    for (const token of ['a.b.c', '..', '.'.repeat(4_000), (await good()).split('.')[0]]) {
      await expectBadHeader(server, `Bearer ${token}`);
    }
    const encrypted = forge(header({ alg: 'PBES2-HS256+A128KW', enc: 'A128GCM', p2c: 2 ** 31 }), claims());
    await expectBadHeader(server, `Bearer ${encrypted}`);
    await expectBadHeader(server, `Bearer ${encrypted}.x.y`);
    expect(issuer.requests).toEqual([]);
    expect(trapped).toBe(0);
  });
});

describe('an issuer that does not answer', () => {
  it('from the beginning makes its tokens wait for another time, and no others', async () => {
    issuer.mood = 'failing';
    const token = await good();
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => post(server, { query: '{ viewer { id } }' }, bearer(token))),
    );
    for (const answer of answers) {
      const after = Number(answer.headers.get('retry-after'));
      expect(after).toBeGreaterThan(0);
      expect(after).toBeLessThanOrEqual(30);
      const { message } = await expectRefused(answer, 503, 'SERVICE_UNAVAILABLE');
      expect(message).toBe('The keys of the issuer of the access token cannot be fetched at the moment.');
    }
    expect(issuer.requests).toHaveLength(1);
    expect(server.log).toContainEqual(
      expect.objectContaining({ msg: 'the keys of an issuer could not be fetched', issuer: issuer.issuer }),
    );
    const as = await server.person();
    expect((await server.query('{ viewer { id } }', { as })).viewer.id).toBe(as.id);
    expect(await server.query('{ viewer { id } }')).toEqual({ viewer: null });
    issuer.mood = 'fine';
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 31_000 });
    expect(await isGood(token)).toEqual(welcome);
  });

  it('later is not missed, however long', async () => {
    expect(await isGood(await good())).toEqual(welcome);
    issuer.mood = 'failing';
    for (const hours of [1, 24]) {
      vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + hours * 3_600_000 + 1_000 });
      expect(await isGood(await good())).toEqual(welcome);
      expect(await isGood(await good('bob'))).toEqual(welcome);
    }
    expect(issuer.requests).toHaveLength(3);
  });
});

it('a token that was remembered is refused once its issuer has taken the key away', async () => {
  const token = await issuer.sign({ aud: 'broadsheet', sub: 'ada', exp: now() + 7_200 });
  expect(await isGood(token)).toEqual(welcome);
  await issuer.rotate();
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 301_000 });
  // The keys are fetched again while the old ones are used.
  await isGood(token);
  await vi.waitFor(async () => expect(await isGood(token)).toMatchObject({ errors: [{}] }), {
    timeout: 20_000,
  });
  await expectBadHeader(server, `Bearer ${token}`);
  expect(await isGood(await good())).toEqual(welcome);
});
