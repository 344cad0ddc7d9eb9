import { describe, expect, it } from 'vitest';
import type { Driver, DriverQuery } from '../../src/db/driver.ts';
import { onServer } from '../helpers/database.ts';
import { ServerDrivers } from '../helpers/server-drivers.ts';
import { openWay, type Way } from '../helpers/way.ts';

/** A message of PostgreSQL's protocol. */
function message(type: string, content = ''): Buffer {
  const bytes = Buffer.from(`${type}0000${content}`, 'latin1');
  bytes.writeInt32BE(bytes.length - 1, 1);
  return bytes;
}

const ready = message('Z', 'I');
const complete = message('C', 'SELECT 1\0');
/** A row of integers of one digit. */
const row = (...fields: readonly string[]) =>
  message(
    'D',
    `\0${String.fromCharCode(fields.length)}${fields.map((field) => `\0\0\0\x01${field}`).join('')}`,
  );

/** What the server never sends while a statement runs that selects one column, and what it would do to the answers. */
const misfits: Record<string, Buffer> = {
  'that nothing more comes': ready,
  'that nothing more comes, twice': Buffer.concat([ready, ready]),
  'a row with more fields': row('7', '7'),
  'a row with fewer fields': row(),
  'a whole answer with more fields': Buffer.concat([row('7', '7'), complete, ready]),
  'a row whose field is longer than the row': message('D', '\0\x01\0\0\x01\x007'),
  'a row that ends before its field': message('D', '\0\x01\0\0'),
  'a row without a number of fields': message('D'),
  'the description of another row': message('T', '\0\0'),
  'that the statement was bound': message('2'),
  'that copying begins': message('G', '\0\0\0'),
  'a message that is not known': message('?'),
  'a message with a negative length': Buffer.from('D\xff\xff\xff\xff', 'latin1'),
  'a message with a length of 2 GB': Buffer.from('D\x7f\xff\xff\xff', 'latin1'),
};

// The embedded database has no protocol.
describe.runIf(onServer).each([
  ['shared by reads by keys', true],
  ['of the pool', false],
])('a connection %s', (_, byKeys) => {
  const drivers = new ServerDrivers();
  const read = (text: string, ...values: unknown[]): DriverQuery => ({ name: text, text, values, byKeys });
  const slowly = (number: number) => read('select $1::integer from pg_sleep(0.3)', number);

  /** A driver with one connection of this kind, by a way that can be tampered with, and the process at its end. */
  async function open(): Promise<{ way: Way; driver: Driver; process: () => Promise<number> }> {
    const way = await openWay(drivers.url);
    const driver = drivers.open({ url: way.url, poolSize: byKeys ? 4 : 1 });
    const process = async () => Number((await driver.query(read('select pg_backend_pid()')))[0]?.[0]);
    return { way, driver, process };
  }

  it.each(Object.entries(misfits))(
    'ends when it is sent %s, and answers nothing of it',
    async (_what, bytes) => {
      const { way, driver, process } = await open();
      try {
        for (const number of [1, 2]) expect(await driver.query(slowly(number))).toEqual([[number]]);
        const before = await process();
        const count = byKeys ? 3 : 1;
        const underWay = Array.from({ length: count }, (_each, number) => driver.query(slowly(number)));
        const outcomes = Promise.allSettled(underWay);
        await expect
          .poll(() => drivers.database.query({ name: null, text: running, values: [] }))
          .toHaveLength(1);
        way.inject(bytes);
        for (const outcome of await outcomes) {
          expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'SERVICE_UNAVAILABLE' } });
        }
        expect(await driver.query(slowly(5))).toEqual([[5]]);
        expect(await process()).not.toBe(before);
      } finally {
        await drivers.close();
        await way.cut();
      }
    },
  );

  it.each([
    ['that nothing more comes', ready],
    ['an answer', Buffer.concat([row('7'), complete, ready])],
  ])('ends when it is sent %s while it is idle', async (_what, bytes) => {
    const { way, driver, process } = await open();
    try {
      const before = await process();
      way.inject(bytes);
      await expect.poll(() => drivers.idle).toMatchObject([{ code: '08P01' }]);
      expect(await process()).not.toBe(before);
      expect(await driver.query(slowly(5))).toEqual([[5]]);
    } finally {
      await drivers.close();
      await way.cut();
    }
  });

  it('goes on when it is sent a notice, a notification or a setting', async () => {
    const { way, driver, process } = await open();
    try {
      const before = await process();
      const underWay = driver.query(slowly(1));
      await expect
        .poll(() => drivers.database.query({ name: null, text: running, values: [] }))
        .toHaveLength(1);
      way.inject(
        Buffer.concat([
          message('N', 'SNOTICE\0C00000\0Mnothing\0\0'),
          message('A', '\0\0\0\x01channel\0\0'),
          message('S', 'application_name\0broadsheet\0'),
        ]),
      );
      expect(await underWay).toEqual([[1]]);
      expect(await process()).toBe(before);
    } finally {
      await drivers.close();
      await way.cut();
    }
  });
});

// These read with the parser of `pg`, which throws.
describe.runIf(onServer)('a description that ends before its fields', () => {
  const drivers = new ServerDrivers();
  const bytes = message('T', '\0\x05');

  it('ends the connection for control', async () => {
    const way = await openWay(drivers.url);
    const driver = drivers.open({ url: way.url });
    try {
      expect(await driver.readiness()).toBe('ready');
      way.inject(bytes);
      await expect.poll(() => drivers.idle).toMatchObject([{ code: '08P01' }]);
      expect(await driver.readiness()).toBe('ready');
    } finally {
      await drivers.close();
      await way.cut();
    }
  });

  it.each([true, false])('ends a connection that is being opened, by keys: %s', async (byKeys) => {
    const way = await openWay(drivers.url);
    const driver = drivers.open({ url: way.url, poolSize: byKeys ? 4 : 1 });
    const query = { name: null, text: 'select 1', values: [], byKeys };
    try {
      way.block();
      const outcome = Promise.allSettled([driver.query(query)]);
      await expect.poll(() => way.connections.made).toBe(1);
      way.inject(bytes);
      expect(await outcome).toMatchObject([{ status: 'rejected', reason: { code: 'SERVICE_UNAVAILABLE' } }]);
      way.unblock();
      await expect.poll(() => driver.query(query).catch(() => []), { timeout: 5_000 }).toEqual([[1]]);
    } finally {
      await drivers.close();
      await way.cut();
    }
  });
});

const running = `select from pg_stat_activity where datname = current_database() and wait_event = 'PgSleep'`;
