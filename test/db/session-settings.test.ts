import { afterEach, describe, expect, it } from 'vitest';
import type { DriverQuery, Executor } from '../../src/db/driver.ts';
import { Database } from '../../src/db/index.ts';
import { createUser, startSession } from '../../src/modules/accounts/index.ts';
import { startAppOver } from '../helpers/app.ts';
import { onServer } from '../helpers/database.ts';
import { type DroppingPooler, openDroppingPooler } from '../helpers/dropping-pooler.ts';
import { documentOf, post } from '../helpers/http.ts';
import { ServerDrivers } from '../helpers/server-drivers.ts';

const anyWay = (text: string): DriverQuery => ({ name: null, text, values: [] });
const ways = {
  'a read by keys': (text: string) => ({ ...anyWay(text), byKeys: true }),
  'a search': (text: string) => ({ ...anyWay(text), isSearch: true }),
  'another read': anyWay,
};

async function field(of: Executor, query: DriverQuery): Promise<unknown> {
  const [[value] = []] = await of.query(query);
  return value;
}

/** Defaults under which PostgreSQL writes times that the server cannot read, and transactions lose more races. */
const hostile = {
  datestyle: 'SQL, DMY',
  timezone: 'Asia/Kolkata',
  intervalstyle: 'sql_standard',
  standard_conforming_strings: 'off',
  default_transaction_isolation: 'repeatable read',
  default_transaction_deferrable: 'on',
  bytea_output: 'escape',
  extra_float_digits: '-15',
  default_text_search_config: 'german',
  row_security: 'off',
  statement_timeout: '0',
};

describe.runIf(onServer)('the settings of connections', () => {
  const drivers = new ServerDrivers();
  let pooler: DroppingPooler | undefined;

  afterEach(async () => {
    await drivers.close();
    await pooler?.close();
    pooler = undefined;
    for (const name of [...Object.keys(hostile), 'default_transaction_read_only']) {
      await drivers.database.execute(`begin read write; ${alter(`reset ${name}`)}; commit`);
    }
  });

  const alter = (change: string) => `alter database "${drivers.url.pathname.slice(1)}" ${change}`;

  async function setDefaults(settings: Record<string, string>): Promise<void> {
    for (const [name, value] of Object.entries(settings)) {
      const list = value.includes(',') ? value : `'${value}'`;
      await drivers.database.execute(alter(`set ${name} = ${list}`));
    }
  }

  it.each(Object.entries(ways))('are joined to the options of the URL, for %s', async (_, query) => {
    const url = new URL(drivers.url);
    url.searchParams.set('options', '-c geqo=off -c DateStyle=German --TimeZone=Asia/Tokyo');
    url.searchParams.set('statement_timeout', '77');
    const driver = drivers.open({ url: url.href });
    expect(await field(driver, query('show geqo'))).toBe('off');
    expect(await field(driver, query('show timezone'))).toBe('UTC');
    expect(await field(driver, query('show datestyle'))).toBe('ISO, MDY');
    expect(await field(driver, query('show statement_timeout'))).not.toBe('77ms');
    expect(await field(driver, query('show jit'))).toBe('off');
  });

  it.each(Object.entries(ways))('win over the defaults of a database, for %s', async (_, query) => {
    await setDefaults(hostile);
    const driver = drivers.open();
    expect(await field(driver, query(`select timestamptz '2026-02-01 12:00:00.5+01'`))).toBe(
      '2026-02-01 11:00:00.5+00',
    );
    expect(await field(driver, query('show transaction_isolation'))).toBe('read committed');
  });

  it.each(Object.entries(ways))('are set where a pooler drops them, for %s', async (_, query) => {
    await setDefaults(hostile);
    pooler = await openDroppingPooler(drivers.url);
    const driver = drivers.open({ url: pooler.url });
    expect(await field(driver, query(`select timestamptz '2026-02-01 12:00:00.5+01'`))).toBe(
      '2026-02-01 11:00:00.5+00',
    );
    expect(await field(driver, query('show transaction_isolation'))).toBe('read committed');
    expect(await field(driver, query('show statement_timeout'))).not.toBe('0');
  });

  it('are refused by name where a pooler drops them and shares its sessions', async () => {
    await setDefaults({ datestyle: 'SQL, DMY' });
    pooler = await openDroppingPooler(drivers.url);
    const driver = drivers.open({ url: pooler.url, prepare: false });
    const refused = expect.objectContaining({
      code: 'SERVICE_UNAVAILABLE',
      message: 'The database has settings that the server cannot work with.',
      cause: expect.objectContaining({
        message: expect.stringMatching(
          /DateStyle is "SQL, DMY" and must be "ISO, MDY".*ALTER ROLE … SET DateStyle = 'ISO, MDY'/,
        ),
      }),
    });
    await expect(driver.query(anyWay('select 1'))).rejects.toEqual(refused);
    await expect(driver.execute('select 1')).rejects.toEqual(refused);
    const under = await startAppOver(driver);
    const ready = await fetch(`${under.url}/readyz`);
    expect([ready.status, await ready.json()]).toEqual([503, { status: 'database unavailable' }]);
    expect(under.log.filter(({ msg }) => msg === 'not ready')).toHaveLength(1);
    expect(JSON.stringify(under.log)).toContain('DateStyle is');
    await under.app.close();
  });

  it('let posts of one title be made at the same moment, and answer their times', async () => {
    await setDefaults(hostile);
    const driver = drivers.open({ poolSize: 10, lockTimeout: 20_000, connectTimeout: 30_000 });
    const under = await startAppOver(driver, { COST_BUDGET: '0' });
    const context = { db: new Database(driver), viewer: null, origin: null };
    const user = await createUser(context, { name: 'Ada', email: 'ada@example.com' }, 'AUTHOR');
    const { token } = await startSession(context, under.accounts.tokens, user.id, 3_600, 3_600);
    const query = 'mutation { createPost(input: { title: "Same", body: "b" }) { slug createdAt } }';
    const answers = await Promise.all(
      Array.from({ length: 60 }, async () =>
        documentOf(await post(under, { query }, { authorization: `Bearer ${token}` })),
      ),
    );
    expect(answers.filter(({ errors }) => errors !== undefined)).toEqual([]);
    const [{ data }] = answers as [{ data: { createPost: { createdAt: string } } }];
    expect(data.createPost.createdAt).toMatch(/^\d{4}-\d{2}-\d{2}T[\d:]{8}\.\d{3}Z$/);
    await under.app.close();
  });

  it('of a server that is read-only make it not ready, until it is no more', async () => {
    await setDefaults({ default_transaction_read_only: 'on' });
    const under = await startAppOver(drivers.open());
    const ready = await fetch(`${under.url}/readyz`);
    expect([ready.status, await ready.json()]).toEqual([503, { status: 'database read-only' }]);
    await drivers.database.execute(
      `begin read write; ${alter('reset default_transaction_read_only')}; commit`,
    );
    expect((await fetch(`${under.url}/readyz`)).status).toBe(200);
    await under.app.close();
  });
});
