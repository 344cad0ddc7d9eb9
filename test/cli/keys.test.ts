import { generateKeyPairSync } from 'node:crypto';
import { readdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createRemoteJWKSet, decodeProtectedHeader, jwtVerify } from 'jose';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { runCommand } from '../helpers/command.ts';
import { useFolders } from '../helpers/folder.ts';
import { type Person, startServer, type TestServer } from '../helpers/server.ts';
import { bearer, expectBadHeader, sessionOf } from '../helpers/tokens.ts';
import { documentOf, post } from '../helpers/http.ts';

const { folder } = useFolders();

/** Runs `broadsheet keys` on a folder, and fails when it does. */
async function keys(dir: string, ...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await runCommand(['keys', ...args], { TOKEN_KEYS_DIR: dir });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return stdout.trimEnd();
}

async function refusal(dir: string, ...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await runCommand(['keys', ...args], { TOKEN_KEYS_DIR: dir });
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toMatch(/^broadsheet: [^\n]+\n$/);
  return stderr.slice('broadsheet: '.length, -1);
}

const idOf = (line: string) => line.split(' ')[0] as string;
const statesIn = async (dir: string) =>
  Object.fromEntries(
    (await keys(dir, 'list'))
      .split('\n')
      .slice(1)
      .map((line) => line.split(/ {2,}/))
      .map(([id = '', , state = '']) => [id, state.replace(/\d{4}-.*Z/, '…')]),
  );

describe('keys', () => {
  it('are added, listed and retired', async () => {
    const dir = path.join(await folder(), 'keys');
    expect(await keys(dir, 'list')).toMatch(/^KEY +ALGORITHM +STATE +FILE$/);
    const first = idOf(await keys(dir, 'add'));
    expect(first).toMatch(/^\w[\w-]{42}$/);
    const line = await keys(dir, 'add');
    const second = idOf(line);
    const begins = Date.parse(line.split(' ').at(-1) as string);
    expect(begins).toBeGreaterThan(Date.now() + 9 * 60_000);
    expect(await statesIn(dir)).toEqual({ [first]: 'signs', [second]: 'signs from …' });
    expect(await refusal(dir, 'retire', first)).toMatch(
      /^The next key signs from .*Z\. Retire this one after/,
    );
    const third = idOf(await keys(dir, 'add', '--now'));
    expect(await statesIn(dir)).toEqual({ [first]: 'verifies', [second]: 'signs from …', [third]: 'signs' });
    expect(await keys(dir, 'retire', first, '--keep', '2h')).toMatch(`${first} verifies until `);
    expect(await statesIn(dir)).toMatchObject({ [first]: 'verifies until …', [third]: 'signs' });
    expect(await refusal(dir, 'retire', first)).toMatch(/^The key is retired already: it verifies until /);
    expect(await keys(dir, 'retire', first, '--now')).toBe(`${first} removed`);
    expect(await statesIn(dir)).toEqual({ [second]: 'signs from …', [third]: 'signs' });
  });

  it('are files for their owner alone, and nothing secret stays of a retired one', async () => {
    const dir = path.join(await folder(), 'keys');
    const [first] = [idOf(await keys(dir, 'add')), await keys(dir, 'add', '--now')];
    await keys(dir, 'retire', first);
    const names = await readdir(dir);
    expect(names).toHaveLength(2);
    expect((await stat(dir)).mode & 0o777).toBe(0o700);
    for (const name of names) {
      expect(name).toMatch(/^\d{8}T\d{6}Z-[\w-]{8}\.pem$/);
      expect((await stat(path.join(dir, name))).mode & 0o777).toBe(0o600);
      const text = await readFile(path.join(dir, name), 'utf8');
      expect(text.includes('PRIVATE')).toBe(!name.includes(first.slice(0, 8)));
    }
  });

  it('do not go when they are the only one that signs, or are none', async () => {
    const dir = path.join(await folder(), 'keys');
    const only = idOf(await keys(dir, 'add'));
    for (const args of [[only], [only, '--now']]) {
      expect(await refusal(dir, 'retire', ...args)).toMatch(/^This is the only key that signs\./);
    }
    expect(await refusal(dir, 'retire', 'nonsense')).toBe('There is no key nonsense.');
    const { code, stderr } = await runCommand(['keys', 'retire', only, '--keep', '366d'], {
      TOKEN_KEYS_DIR: dir,
    });
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining('at most 365d') as string });
  });

  it('that cannot be used are listed with the reason', async () => {
    const dir = path.join(await folder(), 'keys');
    await keys(dir, 'add');
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 1_024 });
    await writeFile(path.join(dir, 'weak.pem'), privateKey.export({ format: 'pem', type: 'pkcs8' }));
    expect(await keys(dir, 'list')).toMatch(
      /^- +- +cannot be used: is an RSA key of 1024 bits; at least 2048 are needed +weak\.pem$/m,
    );
  });

  it('are not kept in a folder where a variable says what signs', async () => {
    for (const [variables, name] of [
      [{ TOKEN_SIGNING_KEY: 'x' }, 'TOKEN_SIGNING_KEY'],
      [{ TOKEN_ALGORITHM: 'HS256', TOKEN_SECRET: 'x'.repeat(32) }, 'TOKEN_SECRET'],
    ] as const) {
      const { code, stderr } = await runCommand(['keys', 'list'], variables);
      expect({ code, stderr }).toEqual({
        code: 1,
        stderr: `broadsheet: ${name} says what signs. Unset it to keep keys in a folder.\n`,
      });
    }
  });
});

describe('a server that runs', () => {
  let dir: string;
  let server: TestServer;
  let ada: Person;

  beforeAll(async () => {
    dir = path.join(await folder(), 'keys');
    await keys(dir, 'add');
    server = await startServer({ TOKEN_SIGNING_KEY: '', TOKEN_KEYS_DIR: dir });
    ada = await server.person();
  });

  afterAll(() => server.close());

  const publishedKeys = async () =>
    ((await (await fetch(`${server.url}/.well-known/jwks.json`)).json()) as { keys: { kid: string }[] }).keys;
  // Keys that were made within the same second have no order.
  const published = async () => (await publishedKeys()).map(({ kid }) => kid).toSorted();
  const noticed = (check: () => unknown) => vi.waitFor(check, { timeout: 20_000, interval: 100 });
  const expectGood = async (token: string) =>
    expect(await documentOf(await post(server, { query: '{ viewer { id } }' }, bearer(token)))).toEqual({
      data: { viewer: { id: ada.id } },
    });
  const session = () => ({ userId: ada.uuid, sessionId: sessionOf(ada) });
  const newToken = async () => (await server.accounts.tokens.sign(session())).token;

  it('publishes a new key before it signs, signs with it then, and takes the old one as long as it is kept', async () => {
    const [old = ''] = await published();
    await expectGood(ada.token);
    const next = idOf(await keys(dir, 'add', '--now'));
    await noticed(async () => expect(await published()).toEqual([old, next].toSorted()));
    const token = await newToken();
    // What others do who verify with the published keys.
    const { protectedHeader } = await jwtVerify(
      token,
      createRemoteJWKSet(new URL(`${server.url}/.well-known/jwks.json`)),
      { issuer: 'broadsheet', audience: 'broadsheet', typ: 'at+jwt' },
    );
    expect(protectedHeader.kid).toBe(next);
    await expectGood(token);
    await expectGood(ada.token);
    await keys(dir, 'retire', old);
    await noticed(() => {
      expect(server.log).toContainEqual(expect.objectContaining({ retired: [old], signing: next }));
    });
    expect(await published()).toEqual([old, next].toSorted());
    await expectGood(ada.token);
    await keys(dir, 'retire', old, '--now');
    await noticed(async () => expect(await published()).toEqual([next]));
    // It was remembered as good, which ends with its key.
    expect(await expectBadHeader(server, `Bearer ${ada.token}`)).toBe('The access token is not valid.');
    await expectGood(token);
    expect(server.log).toContainEqual(
      expect.objectContaining({ msg: 'the token keys changed', removed: [old], added: [] }),
    );
    const events = () =>
      server.driver.query({
        name: null,
        text: `select type, details ->> 'keyId' from audit_events where type like 'SIGNING_KEY%' order by at`,
        values: [],
      });
    await noticed(async () =>
      expect(await events()).toEqual([
        ['SIGNING_KEY_ADDED', next],
        ['SIGNING_KEY_RETIRED', old],
        ['SIGNING_KEY_RETIRED', old],
      ]),
    );
  });

  it('keeps in the audit all keys that come at once', async () => {
    const elsewhere = path.join(await folder(), 'keys');
    const made = [idOf(await keys(elsewhere, 'add')), idOf(await keys(elsewhere, 'add'))];
    for (const name of await readdir(elsewhere)) {
      await rename(path.join(elsewhere, name), path.join(dir, name));
    }
    await noticed(async () => expect(await published()).toEqual(expect.arrayContaining(made)));
    const kept = () =>
      server.driver.query({
        name: null,
        text: `select details ->> 'keyId' from audit_events where type = 'SIGNING_KEY_ADDED'`,
        values: [],
      });
    await noticed(async () => expect((await kept()).flat()).toEqual(expect.arrayContaining(made)));
    for (const id of made) await keys(dir, 'retire', id, '--now');
    await noticed(async () => expect(await published()).not.toEqual(expect.arrayContaining(made)));
  });

  it('refuses the tokens of a retired key after its time', async () => {
    const token = (await server.accounts.tokens.sign(session(), 7_200)).token;
    const old = String(decodeProtectedHeader(token).kid);
    await keys(dir, 'add', '--now');
    await keys(dir, 'retire', old, '--keep', '1h');
    await noticed(() => {
      expect(server.log).toContainEqual(expect.objectContaining({ retired: [old] }));
    });
    await expectGood(token);
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 3_500_000 });
    try {
      await expectGood(token);
      vi.setSystemTime(Date.now() + 200_000);
      await expectBadHeader(server, `Bearer ${token}`);
      expect(await published()).not.toContain(old);
    } finally {
      vi.useRealTimers();
    }
  });

  it('keeps the good keys when a file breaks, or the folder goes, and says so', async () => {
    const token = await newToken();
    const before = await published();
    const files = (await readdir(dir)).map((name) => path.join(dir, name));
    const texts = await Promise.all(files.map((file) => readFile(file)));
    await Promise.all(files.map((file) => writeFile(file, 'half a key')));
    await noticed(() => {
      expect(server.log).toContainEqual(expect.objectContaining({ msg: 'a token key cannot be used' }));
    });
    expect(await published()).toEqual(before);
    await expectGood(token);
    await Promise.all(files.map((file, place) => writeFile(file, texts[place] as Buffer)));
    await rename(dir, `${dir}-away`);
    await noticed(() => {
      expect(server.log).toContainEqual(expect.objectContaining({ msg: 'the token keys stay as they are' }));
    });
    expect(await published()).toEqual(before);
    await expectGood(await newToken());
    await rename(`${dir}-away`, dir);
    const next = idOf(await keys(dir, 'add'));
    await noticed(async () => expect(await published()).toEqual([...before, next].toSorted()));
  });

  it('takes keys of another algorithm beside its own, which sign after a start with it', async () => {
    const before = await published();
    const { stdout } = await runCommand(['keys', 'add'], { TOKEN_KEYS_DIR: dir, TOKEN_ALGORITHM: 'EdDSA' });
    await noticed(async () => expect(await published()).toEqual([...before, idOf(stdout)].toSorted()));
    await expectGood(await newToken());
  });

  it('publishes the public keys alone, for everybody to keep for a time', async () => {
    for (const method of ['GET', 'HEAD']) {
      const response = await fetch(`${server.url}/.well-known/jwks.json`, { method });
      expect(response.status).toBe(200);
      expect(response.headers.get('cache-control')).toBe('public, max-age=300');
      expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8');
      expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    }
    const members = new Set((await publishedKeys()).flatMap((key) => Object.keys(key)));
    expect([...members].toSorted()).toEqual(['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y']);
    expect((await fetch(`${server.url}/.well-known/jwks.json`, { method: 'POST' })).status).toBe(404);
    expect(JSON.stringify(server.log)).not.toContain('PRIVATE KEY');
  });
});

it('a server with a secret publishes nothing', async () => {
  const server = await startServer({
    TOKEN_SIGNING_KEY: '',
    TOKEN_ALGORITHM: 'HS256',
    TOKEN_SECRET: 'a secret of thirty-two bytes, or more',
  });
  try {
    const as = await server.person();
    expect((await server.query('{ viewer { id } }', { as })).viewer.id).toBe(as.id);
    const response = await fetch(`${server.url}/.well-known/jwks.json`);
    expect(await response.json()).toEqual({ keys: [] });
  } finally {
    await server.close();
  }
});
