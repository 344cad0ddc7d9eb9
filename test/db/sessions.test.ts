import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { afterEach, describe, expect, it } from 'vitest';
import { Session, type SessionOptions } from '../../src/db/drivers/pg-session.ts';
import { SessionGroup } from '../../src/db/drivers/session-group.ts';
import type { DriverQuery, Executor } from '../../src/db/driver.ts';
import { onServer } from '../helpers/database.ts';
import { ServerDrivers } from '../helpers/server-drivers.ts';

/** PostgreSQL knows a statement by 63 characters of its name. */
const named = (text: string, values: unknown[] = []): DriverQuery => ({
  name: text.slice(0, 63),
  text,
  values,
});
const byIndexes = (text: string): DriverQuery => ({ ...named(text), byIndexes: true });
const processId = 'select pg_backend_pid()';

async function field(of: Executor, query: DriverQuery): Promise<unknown> {
  const [[value] = []] = await of.query(query);
  return value;
}

// The embedded database has no protocol.
describe.runIf(onServer)('the connections of the pool', () => {
  const drivers = new ServerDrivers();
  /** So that all statements have the same one. */
  const one = { poolSize: 1 };

  it('prepare a statement that is used again once, and know what it answers from then on', async () => {
    const driver = drivers.open(one);
    const text = 'select n, n::text, null from generate_series(1, $1::integer) n';
    for (const count of [3, 0, 1]) {
      const rows = Array.from({ length: count }, (_, index) => [index + 1, String(index + 1), null]);
      expect(await driver.query(named(text, [count]))).toEqual(rows);
    }
    const prepared = named('select count(*)::integer from pg_prepared_statements where name = $1', [text]);
    expect(await field(driver, prepared)).toBe(1);
  });

  it('prepare nothing, and set nothing, behind a pooler that cannot carry that', async () => {
    const driver = drivers.open({ ...one, prepare: false });
    expect(await driver.query(named('select $1::integer', [1]))).toEqual([[1]]);
    expect(await driver.query(named('select $1::text', ['a']))).toEqual([['a']]);
    expect(await field(driver, named('select count(*)::integer from pg_prepared_statements'))).toBe(0);
    expect(await field(driver, byIndexes('show plan_cache_mode'))).toBe('auto');
  });

  it('run a statement that answers no rows again after it failed', async () => {
    const driver = drivers.open(one);
    const table = `unique_${randomUUID().replaceAll('-', '')}`;
    await driver.execute(`create table ${table} (id integer primary key)`);
    const insert = (id: number) => driver.query(named(`insert into ${table} values ($1)`, [id]));
    expect(await insert(1)).toEqual([]);
    await expect(insert(1)).rejects.toMatchObject({ code: 'CONFLICT' });
    expect(await insert(2)).toEqual([]);
    expect(await driver.query(named(`select id from ${table} order by id`))).toEqual([[1], [2]]);
  });

  it('keep the plans of reads by indexes, and of no other statement', async () => {
    const driver = drivers.open(one);
    const page = 'select typname from pg_type order by oid limit $1';
    for (const rows of [1, 2, 3, 4]) {
      expect(await driver.query({ ...byIndexes(page), values: [rows] })).toHaveLength(rows);
    }
    const plans =
      'select generic_plans::integer, custom_plans::integer from pg_prepared_statements where name = $1';
    expect(await driver.query(named(plans, [page]))).toEqual([[3, 0]]);
    for (const setting of ['plan_cache_mode', 'enable_seqscan']) {
      const usual = setting === 'plan_cache_mode' ? 'auto' : 'on';
      const forReads = setting === 'plan_cache_mode' ? 'force_generic_plan' : 'off';
      expect(await field(driver, named(`show ${setting}`))).toBe(usual);
      expect(await field(driver, byIndexes(`show ${setting}`))).toBe(forReads);
      const transaction = await driver.connect();
      expect(await field(transaction, byIndexes(`show ${setting}`))).toBe(usual);
      transaction.release(false);
    }
  });

  it('are replaced when one is ended in a transaction, whose statements fail', async () => {
    const driver = drivers.open(one);
    const transaction = await driver.connect();
    await transaction.query(named('begin'));
    const ended = await field(transaction, named(processId));
    await drivers.database.query(named('select pg_terminate_backend($1, 5000)', [ended]));
    const unreachable = { code: 'SERVICE_UNAVAILABLE', message: 'The database cannot be reached.' };
    await expect(transaction.query(named('select 1'))).rejects.toMatchObject(unreachable);
    await expect(transaction.query(named('rollback'))).rejects.toMatchObject(unreachable);
    transaction.release(false);
    expect(await field(driver, named(processId))).not.toBe(ended);
    expect(drivers.idle).toEqual([]);
  });

  it('are replaced when one is ended while idle, which is told once', async () => {
    const driver = drivers.open(one);
    const ended = await field(driver, named(processId));
    await drivers.database.query(named('select pg_terminate_backend($1, 5000)', [ended]));
    await expect.poll(() => drivers.idle).toHaveLength(1);
    expect(await field(driver, named(processId))).not.toBe(ended);
    expect(drivers.idle).toHaveLength(1);
  });

  describe('to a server that is silent', () => {
    const clients: pg.Client[] = [];

    afterEach(async () => {
      await Promise.all(clients.splice(0).map((client) => client.end()));
    });

    async function openSession(options: Partial<SessionOptions>): Promise<Session> {
      const client = new pg.Client({ connectionString: drivers.url.href });
      clients.push(client);
      await client.connect();
      return new Session(client, {
        prepare: true,
        longestSilence: 100,
        group: new SessionGroup(300_000),
        ...options,
      });
    }

    it('are given up, with all that is under way', async () => {
      const session = await openSession({});
      const answers = ['select pg_sleep(20)', 'select 1'].map((text) => session.run(named(text)));
      for (const answer of answers) await expect(answer).rejects.toThrow('Connection terminated');
      await expect(session.run(named('select 2'))).rejects.toThrow('Connection terminated');
    });

    it('are kept while nobody waits, and while a statement is long', async () => {
      const session = await openSession({});
      expect(await session.run(named('select 1'))).toEqual([[1]]);
      await sleep(1_300);
      expect(await session.run({ ...named('select pg_sleep(1.3)'), isLong: true })).toEqual([['']]);
      expect(await session.run(named('select 2'))).toEqual([[2]]);
    });
  });
});
