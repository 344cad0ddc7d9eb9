import { randomUUID } from 'node:crypto';
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { pipelinesOf } from '../../src/db/drivers/pg-pipelines.ts';
import type { ServerOptions } from '../../src/db/drivers/pg-options.ts';
import type { Driver, DriverQuery } from '../../src/db/driver.ts';
import type { WaitingClient } from '../../src/shared/waiting-client.ts';
import { onServer } from '../helpers/database.ts';
import { ServerDrivers } from '../helpers/server-drivers.ts';
import { openWay } from '../helpers/way.ts';

/** A statement that may share a connection. */
const read = (text: string, values: unknown[] = [], client?: WaitingClient): DriverQuery => ({
  name: text,
  text,
  values,
  byKeys: true,
  client,
});

/** A statement that goes by indexes, and may read any number of rows. */
const unbounded = (text: string, values: unknown[] = [], client?: WaitingClient): DriverQuery => ({
  ...read(text, values, client),
  byKeys: false,
  byIndexes: true,
});

const anything = (text: string): DriverQuery => ({ name: null, text, values: [] });
const unavailable = (message: string) => expect.objectContaining({ code: 'SERVICE_UNAVAILABLE', message });
const gone = unavailable('The client has gone.');
const unreachable = unavailable('The database cannot be reached.');

describe('the connections of a server', () => {
  it.each([
    [1, 0],
    [3, 0],
    [4, 1],
    [5, 2],
    [6, 3],
    [10, 3],
    [1_000, 3],
  ])('are %i in all, of which %i carry many reads at a time', (poolSize, count) => {
    expect(pipelinesOf({ poolSize, prepare: true } as ServerOptions)).toBe(count);
    expect(pipelinesOf({ poolSize, prepare: false } as ServerOptions)).toBe(0);
  });
});

// The embedded database is one connection.
describe.runIf(onServer)('reads by keys', () => {
  const drivers = new ServerDrivers();

  /** The process on the server that such reads have. */
  async function processOf(driver: Driver): Promise<number> {
    const [row] = await driver.query(read('select pg_backend_pid()'));
    return Number(row?.[0]);
  }

  it('share few connections, and each gets its own answer', async () => {
    const driver = drivers.open({ poolSize: 40 });
    const text = 'select pg_backend_pid(), $1::integer';
    const numbers = Array.from({ length: 500 }, (_, number) => number);
    const rows = (await Promise.all(numbers.map((number) => driver.query(read(text, [number]))))).flat();
    expect(rows.map(([, number]) => number)).toEqual(numbers);
    // Beside the three, where the machine was so slow that they were not open in time.
    expect(new Set(rows.map(([process]) => process)).size).toBeLessThan(8);
  });

  it('take values of all kinds, and answer them', async () => {
    const driver = drivers.open();
    const values = ['naïve “text”', null, -12, true, ['a "b" \\ c', '', '{d,e}', null], [3, -4], []];
    const types = ['text', 'text', 'integer', 'boolean', 'text[]', 'integer[]', 'uuid[]'];
    const text = `select ${types.map((type, index) => `$${index + 1}::${type}`).join()}`;
    expect(await driver.query({ ...read(text, values), name: 'values' })).toEqual([values]);
    expect(await driver.query({ ...read(text, values), name: null })).toEqual([values]);
  });

  it('are planned once when they are used often', async () => {
    const driver = drivers.open();
    const page = 'select typname from pg_type order by oid limit $1';
    for (const rows of [1, 2, 3, 4]) expect(await driver.query(read(page, [rows]))).toHaveLength(rows);
    const plans =
      'select generic_plans::integer, custom_plans::integer from pg_prepared_statements where name = $1';
    expect(await driver.query({ ...read(plans, [page]), name: 'plans' })).toEqual([[3, 0]]);
  });

  it('answer rows that come in many pieces', async () => {
    const driver = drivers.open();
    const text = "select repeat('ä', n * 40000), n from generate_series(0, 9) n";
    const rows = await driver.query(read(text));
    expect(rows).toEqual(Array.from({ length: 10 }, (_, n) => ['ä'.repeat(n * 40_000), n]));
  });

  it('are tried again after they could not be prepared', async () => {
    const driver = drivers.open();
    const table = `late_${randomUUID().replaceAll('-', '')}`;
    const text = `select id from ${table}`;
    await expect(driver.query(read(text))).rejects.toMatchObject({ code: '42P01' });
    await drivers.database.execute(`create table ${table} (id integer)`);
    expect(await driver.query(read(text))).toEqual([]);
  });

  it('do not disturb each other with errors', async () => {
    const driver = drivers.open();
    const text = 'select 12 / $1::integer';
    const answers = await Promise.allSettled([1, 0, 2, 0, 3].map((by) => driver.query(read(text, [by]))));
    expect(
      answers.map((answer) => (answer.status === 'fulfilled' ? answer.value : answer.reason.code)),
    ).toEqual([[[12]], '22012', [[6]], '22012', [[4]]]);
  });

  it('have a connection of their own in a transaction', async () => {
    const driver = drivers.open();
    const shared = await processOf(driver);
    const connection = await driver.connect();
    const [row] = await connection.query(read('select pg_backend_pid()'));
    connection.release(false);
    expect(row?.[0]).not.toBe(shared);
  });

  it('end after a second, and keep those behind them waiting no longer', async () => {
    const driver = drivers.open();
    await processOf(driver);
    const start = performance.now();
    const slow = driver.query(read('select pg_sleep(20)'));
    const behind = Array.from({ length: 20 }, (_, number) =>
      driver.query(read('select $1::integer', [number])),
    );
    await expect(slow).rejects.toEqual(unavailable('The database took too long to answer.'));
    expect(await Promise.all(behind)).toHaveLength(20);
    const took = performance.now() - start;
    expect(took).toBeGreaterThan(900);
    expect(took).toBeLessThan(3_000);
  });

  it('go by other connections while one is kept waiting', async () => {
    const driver = drivers.open();
    const shared = await processOf(driver);
    const slow = driver.query(read('select pg_sleep(0.9)'));
    await sleep(150);
    expect(await processOf(driver)).not.toBe(shared);
    await slow;
    expect(await processOf(driver)).toBe(shared);
  });

  it('are sent again when one before them was to prepare them and failed', async () => {
    const driver = drivers.open();
    const shared = await processOf(driver);
    const table = `locked_${randomUUID().replaceAll('-', '')}`;
    const select = `select id from ${table} where id = $1`;
    await drivers.database.execute(`create table ${table} (id integer)`);
    // From their second use on they are prepared.
    await driver.query(read(select, [0]));
    const lock = await drivers.database.connect();
    try {
      await lock.query(anything('begin'));
      await lock.query(anything(`lock table ${table} in access exclusive mode`));
      const [first, ...others] = [1, 2, 3, 4].map((id) => driver.query(read(select, [id])));
      await expect(first).rejects.toEqual(unavailable('Somebody else is changing the same thing.'));
      await lock.query(anything('rollback'));
      expect(await Promise.all(others)).toEqual([[], [], []]);
    } finally {
      lock.release(false);
    }
    expect(await processOf(driver)).toBe(shared);
    expect(await driver.query(read(select, [1]))).toEqual([]);
  });

  it('are sent again by a new connection when the server has forgotten them', async () => {
    const driver = drivers.open();
    await processOf(driver);
    const shared = await processOf(driver);
    await driver.query(read('deallocate all'));
    const next = await processOf(driver);
    expect(next).not.toBe(shared);
    expect(await processOf(driver)).not.toBe(shared);
  });

  describe('of the same at the same moment', () => {
    /** A read that tells how often it was executed. */
    async function counting(driver: Driver) {
      const sequence = `reads_${randomUUID().replaceAll('-', '')}`;
      await drivers.database.execute(`create sequence ${sequence}`);
      const text = `select nextval('${sequence}')::integer, $1::text from pg_sleep(0.05)`;
      return (value: string, client?: WaitingClient) => driver.query(read(text, [value], client));
    }

    it('leave once', async () => {
      const ask = await counting(drivers.open());
      // The first ones wait for their connection to open.
      for (const time of [1, 2, 3]) {
        const rows = await Promise.all(['a', 'a', 'a'].map((value) => ask(value)));
        expect(rows).toEqual([[[time, 'a']], [[time, 'a']], [[time, 'a']]]);
      }
    });

    it('leave each by itself with other values', async () => {
      const ask = await counting(drivers.open());
      const rows = (await Promise.all(['a', 'b', 'a', 'b', ''].map((value) => ask(value)))).flat();
      expect(rows.map(([, value]) => value)).toEqual(['a', 'b', 'a', 'b', '']);
      expect(new Set(rows.map(([time]) => time))).toEqual(new Set([1, 2, 3]));
    });

    it('leave again for who asks while they are under way', async () => {
      const ask = await counting(drivers.open());
      await ask('a');
      const underWay = ask('a');
      await nextTurn();
      expect(await Promise.all([underWay, ask('a')])).toEqual([[[2, 'a']], [[3, 'a']]]);
    });

    it('are answered to those who stay', async () => {
      const ask = await counting(drivers.open());
      const leaving = { isGone: false, onceGone: () => () => {} };
      const outcomes = Promise.allSettled([ask('a', leaving), ask('a')]);
      leaving.isGone = true;
      expect(await outcomes).toEqual([
        { status: 'rejected', reason: gone },
        { status: 'fulfilled', value: [[1, 'a']] },
      ]);
    });

    it('fail for all who asked, and may be asked again at once', async () => {
      const driver = drivers.open();
      const shared = await processOf(driver);
      const slow = ['select pg_sleep(0.9)', 'select pg_sleep(0.9)'].map((text) => driver.query(read(text)));
      const outcomes = Promise.allSettled(slow);
      await drivers.database.query(anything(`select pg_terminate_backend(${shared}, 5000)`));
      expect(await outcomes).toEqual(slow.map(() => ({ status: 'rejected', reason: unreachable })));
      expect(await driver.query(read('select pg_sleep(0), 1'))).toEqual([['', 1]]);
    });
  });

  it('are unavailable when their connection is ended, and the next ones have another', async () => {
    const driver = drivers.open();
    const shared = await processOf(driver);
    const underWay = ['select pg_sleep(0.9)', 'select 1', 'select 2'].map((text) => driver.query(read(text)));
    const outcomes = Promise.allSettled(underWay);
    await drivers.database.query(anything(`select pg_terminate_backend(${shared}, 5000)`));
    expect(await outcomes).toEqual(underWay.map(() => ({ status: 'rejected', reason: unreachable })));
    expect(await processOf(driver)).not.toBe(shared);
    expect(drivers.idle).toEqual([]);
  });

  it('have another connection when theirs is ended while idle, which is told once', async () => {
    const driver = drivers.open();
    const shared = await processOf(driver);
    await drivers.database.query(anything(`select pg_terminate_backend(${shared}, 5000)`));
    await expect.poll(() => drivers.idle).toHaveLength(1);
    expect(await processOf(driver)).not.toBe(shared);
    expect(drivers.idle).toHaveLength(1);
  });

  it('end by themselves when who asked has left, and nobody gets their answers', async () => {
    const driver = drivers.open();
    const shared = await processOf(driver);
    const leaving = { isGone: false, onceGone: () => () => {} };
    const left = [
      driver.query(read('select pg_sleep(0.5)', [], leaving)),
      driver.query(read('select 1 / 0', [], leaving)),
      driver.query(read('select 1', [], leaving)),
    ];
    const stays = driver.query(read('select 2'));
    const outcomes = Promise.allSettled(left);
    leaving.isGone = true;
    expect(await outcomes).toEqual(left.map(() => ({ status: 'rejected', reason: gone })));
    expect(await stays).toEqual([[2]]);
    await expect(driver.query(read('select 3', [], leaving))).rejects.toEqual(gone);
    expect(await processOf(driver)).toBe(shared);
  });

  it('are waited for when all is closed', async () => {
    const driver = drivers.open();
    const shared = await processOf(driver);
    const answer = driver.query(read('select pg_sleep(0.5), 1'));
    await drivers.close();
    expect(await answer).toEqual([['', 1]]);
    const there = anything(`select from pg_stat_activity where pid = ${shared}`);
    await expect.poll(() => drivers.database.query(there)).toEqual([]);
  });

  it('are unavailable where there is no server, and say why', async () => {
    const driver = drivers.open({ url: 'postgres://nobody@127.0.0.1:1/nothing' });
    const outcomes = await Promise.allSettled([1, 2, 3].map(() => driver.query(read('select 1'))));
    for (const outcome of outcomes) {
      expect(outcome).toMatchObject({
        reason: { code: 'SERVICE_UNAVAILABLE', cause: { code: 'ECONNREFUSED' } },
      });
    }
  });

  it('go by what connections there are, and others are not tried for all the time', async () => {
    const role = `limited_${randomUUID().replaceAll('-', '')}`;
    await drivers.database.execute(`create role ${role} login connection limit 2`);
    const way = await openWay(Object.assign(new URL(drivers.url), { username: role }));
    try {
      const driver = drivers.open({ url: way.url, poolSize: 6 });
      await processOf(driver);
      const numbers = Array.from({ length: 10 }, (_, number) => number);
      const start = performance.now();
      while (performance.now() - start < 500) {
        await Promise.all(numbers.map((number) => driver.query(read('select $1::integer', [number]))));
      }
      expect(way.connections.made).toBeGreaterThan(2);
      expect(way.connections.made).toBeLessThan(6);
    } finally {
      await drivers.close();
      await way.cut();
      await drivers.database.execute(`drop role ${role}`);
    }
  });

  it('are unavailable when the server says nothing any more', async () => {
    const way = await openWay(drivers.url);
    const driver = drivers.open({ url: way.url });
    const shared = await processOf(driver);
    way.block();
    const start = performance.now();
    await expect(driver.query(read('select 1'))).rejects.toEqual(unreachable);
    const took = performance.now() - start;
    expect(took).toBeGreaterThan(5_500);
    expect(took).toBeLessThan(10_000);
    way.unblock();
    expect(await processOf(driver)).not.toBe(shared);
    await drivers.close();
    await way.cut();
  });
});

describe.runIf(onServer)('reads by indexes of any number of rows', () => {
  const drivers = new ServerDrivers();
  const ask = 'select pg_backend_pid(), $1::integer, pg_sleep($2)::text';

  /** A driver of which all connections that carry many reads at a time are open, and their processes. */
  async function openAll(): Promise<{ driver: Driver; shared: ReadonlySet<number> }> {
    const driver = drivers.open({ poolSize: 10 });
    const shared = new Set<number>();
    await expect
      .poll(async () => {
        const asked = Array.from({ length: 9 }, (_, number) => driver.query(read(ask, [number, 0.01])));
        for (const [row] of await Promise.all(asked)) shared.add(Number(row?.[0]));
        return shared.size;
      })
      .toBe(3);
    return { driver, shared };
  }

  const processesOf = (rows: readonly (readonly unknown[])[]) =>
    new Set(rows.map(([process]) => Number(process)));

  it('share a connection, and keep no read by keys waiting', async () => {
    const { driver, shared } = await openAll();
    let done = 0;
    const slow = [0, 1, 2].map(async (number) => {
      const rows = await driver.query(unbounded(ask, [number, 0.2]));
      done += 1;
      return rows;
    });
    const quick: (readonly unknown[])[] = [];
    for (let round = 0; round < 5; round += 1) {
      const asked = Array.from({ length: 10 }, (_, number) => driver.query(read(ask, [number, 0])));
      quick.push(...(await Promise.all(asked)).flat());
    }
    expect(done).toBe(0);
    const [process, ...others] = processesOf((await Promise.all(slow)).flat());
    expect(others).toEqual([]);
    expect(shared).toContain(process);
    expect(processesOf(quick)).not.toContain(process);
    expect([...processesOf(quick)].filter((id) => !shared.has(id))).toEqual([]);
  });

  it('are answered once to those who ask for the same at the same moment', async () => {
    const { driver } = await openAll();
    const [first, second] = await Promise.all([0, 1].map(() => driver.query(unbounded(ask, [7, 0]))));
    expect(second).toBe(first);
  });

  it('have connections for themselves when one keeps the others waiting', async () => {
    const { driver, shared } = await openAll();
    const slow = driver.query(unbounded(ask, [0, 0.9]));
    await sleep(150);
    const [row] = await driver.query(unbounded(ask, [1, 0]));
    expect(shared).not.toContain(row?.[0]);
    expect(shared).toContain((await slow)[0]?.[0]);
  });

  it('have connections for themselves when there are many', async () => {
    const { driver, shared } = await openAll();
    const asked = Array.from({ length: 20 }, (_, number) => driver.query(unbounded(ask, [number, 0.02])));
    const rows = (await Promise.all(asked)).flat();
    expect(rows.map(([, number]) => number)).toEqual(Array.from({ length: 20 }, (_, number) => number));
    expect(rows.filter(([process]) => shared.has(Number(process)))).toHaveLength(16);
  });

  it('are read again by a connection for themselves when they take longer than reads by keys may', async () => {
    const { driver, shared } = await openAll();
    const [[process] = []] = await driver.query(unbounded(ask, [0, 1.2]));
    expect(shared).not.toContain(process);
    const [[next] = []] = await driver.query(unbounded(ask, [0, 0]));
    expect(shared).toContain(next);
  });

  it('are not read again where no statement may take longer', async () => {
    const driver = drivers.open({ poolSize: 10, statementTimeout: 300 });
    const sequence = `unbounded_${randomUUID().replaceAll('-', '')}`;
    await drivers.database.execute(`create sequence ${sequence}`);
    const text = `select nextval('${sequence}'), pg_sleep(2)::text`;
    await expect(driver.query(unbounded(text))).rejects.toEqual(
      unavailable('The database took too long to answer.'),
    );
    const [row] = await drivers.database.query(anything(`select last_value::integer from ${sequence}`));
    expect(row).toEqual([1]);
  });

  it('have connections for themselves where one alone is shared', async () => {
    const driver = drivers.open({ poolSize: 4 });
    const [[shared] = []] = await driver.query(read(ask, [0, 0]));
    const [[process] = []] = await driver.query(unbounded(ask, [0, 0]));
    expect(process).not.toBe(shared);
  });

  it('fail for who has gone', async () => {
    const { driver } = await openAll();
    const leaving = { isGone: false, onceGone: () => () => {} };
    const outcome = driver.query(unbounded(ask, [0, 0.05], leaving));
    leaving.isGone = true;
    await expect(outcome).rejects.toEqual(gone);
  });
});
