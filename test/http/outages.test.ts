import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { toGlobalId } from '../../src/shared/ids.ts';
import { nowhere, openImpatientServer, startAppOver } from '../helpers/app.ts';
import { onServer, openTestDatabase } from '../helpers/database.ts';
import { documentOf, expectRefused, post } from '../helpers/http.ts';
import { forge, keyId } from '../helpers/tokens.ts';
import { openWay, type Way } from '../helpers/way.ts';

const unexpected = (log: readonly Record<string, unknown>[]) =>
  log.filter(({ msg }) => msg === 'unexpected error');

describe('a database that cannot be reached', () => {
  const signedIn = () => {
    const exp = Math.floor(Date.now() / 1_000) + 60;
    const claims = { iss: 'broadsheet', aud: 'broadsheet', jti: 'x', iat: exp - 60, exp, sid: randomUUID() };
    const sub = toGlobalId('user', randomUUID());
    const token = forge({ alg: 'ES256', typ: 'at+jwt', kid: keyId }, { ...claims, sub });
    return { authorization: `Bearer ${token}` };
  };

  it('is said at each field, with the time to try again, and what needs no database is answered', async () => {
    const { url, app, log } = await startAppOver(openImpatientServer(nowhere));
    try {
      const query = '{ __typename userByUsername(username: "x") { id } post(id: "x") { id } }';
      const response = await post({ url }, { query });
      expect(response.status).toBe(200);
      expect(response.headers.get('retry-after')).toBe('1');
      const text = await response.text();
      expect(text).not.toMatch(/ECONN|hunter2|127\.0\.0\.1|postgres|\.ts\b/);
      const { data, errors } = JSON.parse(text);
      expect(data).toEqual({ __typename: 'Query', userByUsername: null, post: null });
      expect(errors).toHaveLength(2);
      expect(errors).toContainEqual({
        message: 'The database cannot be reached.',
        locations: [{ line: 1, column: 14 }],
        path: ['userByUsername'],
        extensions: { code: 'SERVICE_UNAVAILABLE', retryAfter: 1 },
      });
      expect(unexpected(log)).toEqual([]);
      expect(log).toContainEqual(
        expect.objectContaining({
          msg: 'service unavailable',
          path: ['userByUsername'],
          err: expect.objectContaining({ cause: expect.objectContaining({ code: 'ECONNREFUSED' }) }),
        }),
      );
      expect(JSON.stringify(log)).not.toContain('hunter2');
    } finally {
      await app.close();
    }
  });

  it('refuses who is signed in, with the time to try again', async () => {
    const { url, app, log } = await startAppOver(openImpatientServer(nowhere));
    try {
      const response = await post({ url }, { query: '{ __typename }' }, signedIn());
      expect(response.headers.get('retry-after')).toBe('1');
      const { extensions } = await expectRefused(response, 503, 'SERVICE_UNAVAILABLE');
      expect(extensions).toEqual({ code: 'SERVICE_UNAVAILABLE', retryAfter: 1 });
      expect(log.filter(({ msg }) => msg === 'service unavailable')).toHaveLength(1);
      expect((await post({ url }, { query: '{ __typename }' })).headers.get('retry-after')).toBeNull();
    } finally {
      await app.close();
    }
  });

  it('fails a mutation as a whole', async () => {
    const { url, app } = await startAppOver(openImpatientServer(nowhere));
    try {
      const query = 'mutation { createUser(input: { name: "Eve", email: "eve@example.com" }) { id } }';
      const response = await post({ url }, { query });
      expect(response.headers.get('retry-after')).toBe('1');
      expect(await documentOf(response)).toMatchObject({
        data: null,
        errors: [{ path: ['createUser'], extensions: { code: 'SERVICE_UNAVAILABLE', retryAfter: 1 } }],
      });
    } finally {
      await app.close();
    }
  });
});

// The embedded database is in the process: there is no way to it that could be cut.
describe.runIf(onServer)('a database server', () => {
  let way: Way;
  let under: Awaited<ReturnType<typeof startAppOver>>;
  let database: Awaited<ReturnType<typeof openTestDatabase>>;

  const askForUser = async () =>
    documentOf(await post(under, { query: '{ userByUsername(username: "ada") { name } }' }));

  beforeAll(async () => {
    database = await openTestDatabase();
    await database.execute(
      `insert into users (id, username, name, role) values ('${randomUUID()}', 'ada', 'Ada', 'AUTHOR')`,
    );
    const [row] = await database.query({ name: null, text: 'select current_database()', values: [] });
    const template = inject('template');
    if (template.kind !== 'server') throw new Error('There is no database server.');
    way = await openWay(Object.assign(new URL(template.url), { pathname: `/${String(row?.[0])}` }));
    under = await startAppOver(openImpatientServer(way.url));
  });

  afterAll(async () => {
    await under.app.close();
    await way.cut();
    await database.close();
  });

  it('that dies is said to be unavailable, and is used again when it is back', async () => {
    expect(await askForUser()).toEqual({ data: { userByUsername: { name: 'Ada' } } });
    await way.cut();
    const errors = [{ extensions: { code: 'SERVICE_UNAVAILABLE', retryAfter: 1 } }];
    for (let attempt = 0; attempt < 3; attempt += 1) expect(await askForUser()).toMatchObject({ errors });
    expect((await fetch(`${under.url}/readyz`)).status).toBe(503);
    expect((await fetch(`${under.url}/healthz`)).status).toBe(200);
    await way.mend();
    expect(await askForUser()).toEqual({ data: { userByUsername: { name: 'Ada' } } });
    expect((await fetch(`${under.url}/readyz`)).status).toBe(200);
    expect(unexpected(under.log)).toEqual([]);
  });

  it('that dies while statements run is said to be unavailable', async () => {
    const connection = await database.connect();
    try {
      await connection.query({ name: null, text: 'begin', values: [] });
      await connection.query({ name: null, text: 'lock table users in access exclusive mode', values: [] });
      const asked = [askForUser(), askForUser()];
      // The other one may be behind it on the same connection.
      await vi.waitFor(async () => expect(await waitingStatements()).toBeGreaterThan(0), {
        timeout: 20_000,
        interval: 10,
      });
      await way.cut();
      for (const answer of await Promise.all(asked)) {
        expect(answer).toMatchObject({ errors: [{ extensions: { code: 'SERVICE_UNAVAILABLE' } }] });
      }
    } finally {
      await connection.query({ name: null, text: 'rollback', values: [] });
      connection.release(false);
      await way.mend();
    }
  });

  async function waitingStatements(): Promise<number> {
    const text = `select count(*)::int from pg_stat_activity
      where datname = current_database() and wait_event_type = 'Lock'`;
    const [row] = await database.query({ name: null, text, values: [] });
    return Number(row?.[0]);
  }

  it('that keeps a statement waiting for a lock is said to be unavailable, and readers elsewhere go on', async () => {
    const connection = await database.connect();
    try {
      await connection.query({ name: null, text: 'begin', values: [] });
      await connection.query({ name: null, text: 'lock table users in access exclusive mode', values: [] });
      expect(await askForUser()).toMatchObject({
        data: { userByUsername: null },
        errors: [
          {
            message: 'Somebody else is changing the same thing.',
            extensions: { code: 'SERVICE_UNAVAILABLE', retryAfter: 1 },
          },
        ],
      });
      expect(await documentOf(await post(under, { query: '{ tags { id } }' }))).toEqual({
        data: { tags: [] },
      });
    } finally {
      await connection.query({ name: null, text: 'rollback', values: [] });
      connection.release(false);
    }
  });
});
