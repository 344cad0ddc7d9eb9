import { afterEach, describe, expect, it, vi } from 'vitest';
import { laneSizesOf } from '../../src/db/drivers/pg-lane.ts';
import type { Rows } from '../../src/db/index.ts';
import { type AppUnderTest, startAppOver } from '../helpers/app.ts';
import { onServer } from '../helpers/database.ts';
import { documentOf, post } from '../helpers/http.ts';
import { ServerDrivers } from '../helpers/server-drivers.ts';
import { openWay } from '../helpers/way.ts';

const statement = (text: string) => ({ name: null, text, values: [] });

describe('the connections of a server', () => {
  it.each([1, 2, 3, 4, 5, 7, 10, 997])('%i are divided without rest', (connections) => {
    const { searches, reads, transactions } = laneSizesOf(connections);
    expect((searches ?? 0) + (reads ?? 0) + transactions).toBe(connections);
    expect(Math.min(searches ?? 1, reads ?? 1, transactions)).toBeGreaterThan(0);
    expect(searches ?? 0).toBeLessThanOrEqual(2);
  });
});

// The embedded database is one connection.
describe.runIf(onServer)('bulkheads', () => {
  const drivers = new ServerDrivers();
  let under: AppUnderTest | undefined;

  afterEach(async () => {
    await under?.app.close();
    under = undefined;
  });

  const patient = { statementTimeout: 60_000, lockTimeout: 60_000, connectTimeout: 60_000 };
  const generous = { COST_CEILING: '1000000', COST_BUDGET: '0', TRUSTED_PROXIES: '127.0.0.1' };
  const aliases = (count: number) => Array.from({ length: count }, (_, index) => index);
  const searches = `{ ${aliases(30)
    .map((index) => `s${index}: search(query: "a", kinds: [TAG]) { nodes { __typename } }`)
    .join(' ')} }`;
  const filters = `{ ${aliases(30)
    .map((index) => `f${index}: tagsConnection(filter: { text: "a" }) { totalCount nodes { id } }`)
    .join(' ')} }`;

  async function rowsOf(text: string): Promise<Rows> {
    return drivers.database.query(statement(text));
  }

  const backendsWaiting = () =>
    rowsOf(`select pid from pg_stat_activity where datname = current_database()
      and application_name = 'broadsheet' and wait_event_type = 'Lock'`);

  /** Keeps everybody from reading tags while `work` runs. */
  async function whileTagsAreLocked(work: () => Promise<void>): Promise<void> {
    const connection = await drivers.database.connect();
    try {
      await connection.query(statement('begin'));
      await connection.query(statement('lock table tags in access exclusive mode'));
      await work();
    } finally {
      await connection.query(statement('rollback'));
      connection.release(false);
    }
  }

  const askAs = (client: number, query: string) =>
    post(under as AppUnderTest, { query }, { 'x-forwarded-for': `10.0.${client}.1` });

  it.each([
    ['searches', searches],
    ['filters by text', filters],
  ])('keep a sign-in and a write going while ten clients send %s', async (_, query) => {
    under = await startAppOver(drivers.open({ ...patient, poolSize: 10 }), generous);
    const email = `${crypto.randomUUID()}@example.com`;
    const input = `{ name: "Ada", email: "${email}", password: "correct horse battery" }`;
    const made = (await documentOf(await askAs(99, `mutation { createUser(input: ${input}) { id } }`))) as {
      data: { createUser: { id: string } };
    };
    const attacks: Promise<Response>[] = [];
    await whileTagsAreLocked(async () => {
      for (const client of aliases(10)) attacks.push(askAs(client, query));
      await vi.waitFor(async () => expect(await backendsWaiting()).toHaveLength(2), { timeout: 30_000 });
      const signIn = `mutation { signIn(input: { email: "${email}", password: "correct horse battery" }) { accessToken } }`;
      const { data } = (await documentOf(await askAs(99, signIn))) as {
        data: { signIn: { accessToken: string } };
      };
      const authorization = `Bearer ${data.signIn.accessToken}`;
      const write = `mutation { updateUser(id: "${made.data.createUser.id}", input: { bio: "b" }) { bio } }`;
      expect(
        await documentOf(await post(under as AppUnderTest, { query: write }, { authorization })),
      ).toEqual({ data: { updateUser: { bio: 'b' } } });
      expect((await backendsWaiting()).length).toBeLessThanOrEqual(2);
    });
    await Promise.all(attacks);
  });

  it('run the searches of a client one after another', async () => {
    under = await startAppOver(drivers.open({ ...patient, poolSize: 10 }), generous);
    const attacks: Promise<Response>[] = [];
    await whileTagsAreLocked(async () => {
      for (let request = 0; request < 3; request += 1) attacks.push(askAs(1, searches));
      await vi.waitFor(async () => expect(await backendsWaiting()).toHaveLength(1), { timeout: 30_000 });
      attacks.push(askAs(2, searches));
      await vi.waitFor(async () => expect(await backendsWaiting()).toHaveLength(2), { timeout: 30_000 });
    });
    await Promise.all(attacks);
  });

  it('answer honestly when no connection gets free, and log no outage', async () => {
    const driver = drivers.open({ poolSize: 4, connectTimeout: 300 });
    under = await startAppOver(driver);
    const taken = [await driver.connect(), await driver.connect()];
    const query = 'mutation { createUser(input: { name: "Eve", email: "eve@example.com" }) { id } }';
    const response = await post(under, { query });
    expect(response.headers.get('retry-after')).toBe('1');
    expect(await documentOf(response)).toMatchObject({
      errors: [
        {
          message: 'The server is busy. Try again.',
          extensions: { code: 'SERVICE_UNAVAILABLE', retryAfter: 1 },
        },
      ],
    });
    expect(under.log.filter(({ level }) => Number(level) > 30)).toEqual([]);
    expect((await fetch(`${under.url}/readyz`)).status).toBe(200);
    for (const connection of taken) connection.release(false);
    expect(await documentOf(await post(under, { query }))).not.toHaveProperty('errors');
  });

  it('answer readiness checks from one connection, and while PostgreSQL hangs', async () => {
    const way = await openWay(drivers.url);
    under = await startAppOver(drivers.open({ ...patient, url: way.url }));
    const { url } = under;
    const ask = async () => (await fetch(`${url}/readyz`)).status;
    expect(new Set(await Promise.all(aliases(50).map(ask)))).toEqual(new Set([200]));
    expect(way.connections.made).toBe(1);
    way.block();
    expect(new Set(await Promise.all(aliases(50).map(ask)))).toEqual(new Set([503]));
    expect(way.connections.made).toBe(1);
    expect(under.log.filter(({ msg }) => msg === 'not ready')).toHaveLength(1);
    way.unblock();
    await vi.waitFor(async () => expect(await ask()).toBe(200), { timeout: 30_000 });
    await under.app.close();
    under = undefined;
    await drivers.close();
    await way.cut();
  });
});
