import { setTimeout as pause } from 'node:timers/promises';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Database, type Driver, statement, type Transaction, UniqueViolation } from '../../src/db/index.ts';
import type { Change } from '../../src/events/changes.ts';
import { AppError } from '../../src/shared/errors.ts';
import { onServer, openTestDatabase } from '../helpers/database.ts';

const value = sql<string>`value`.as('value');

const insertEntry = statement({
  name: 'entry_insert',
  parameters: { id: 'integer', value: 'text' },
  selection: { value },
  query: (p) => sql`insert into entries (id, value) values (${p.id}, ${p.value}) returning value`,
});

const updateEntry = statement({
  name: 'entry_update',
  parameters: { id: 'integer', value: 'text' },
  selection: { value },
  query: (p) => sql`update entries set value = value || ${p.value} where id = ${p.id} returning value`,
});

const entries = statement({
  name: 'entries',
  parameters: {},
  selection: { value },
  query: () => sql`select value from entries order by id`,
});

const sleep = statement({
  name: 'sleep',
  parameters: { seconds: 'integer' },
  selection: { value },
  query: ({ seconds }) => sql`select pg_sleep(${seconds})::text`,
});

const change: Change = { type: 'user', action: 'created', id: '00000000-0000-7000-8000-000000000001' };

let driver: Driver;
let db: Database;
let committed: Change[];

beforeAll(async () => {
  driver = await openTestDatabase();
  await driver.execute(
    `create table entries (id integer constraint entries_pkey primary key, value text not null)`,
  );
});
afterAll(() => driver.close());
beforeEach(async () => {
  committed = [];
  db = new Database(driver, (changes) => committed.push(...changes));
  await driver.execute('truncate entries');
});

const values = async () => (await new Database(driver).run(entries, {})).map((row) => row.value);

describe('a transaction', () => {
  it('commits, and hands on what it changed after that', async () => {
    const answer = await db.transaction(async (tx) => {
      await tx.run(insertEntry, { id: 1, value: 'a' });
      tx.record(change);
      expect(committed).toEqual([]);
      return 'done';
    });
    expect(answer).toBe('done');
    expect(await values()).toEqual(['a']);
    expect(committed).toEqual([change]);
    expect(db.statements).toBe(3);
  });

  it('is undone when it throws, and hands nothing on', async () => {
    const work = db.transaction(async (tx) => {
      await tx.run(insertEntry, { id: 1, value: 'a' });
      tx.record(change);
      throw new Error('changed my mind');
    });
    await expect(work).rejects.toThrow('changed my mind');
    expect(await values()).toEqual([]);
    expect(committed).toEqual([]);
  });

  it('does not let the outer database be used inside, and is undone then', async () => {
    const work = db.transaction(async (tx) => {
      await tx.run(insertEntry, { id: 1, value: 'a' });
      return db.run(entries, {});
    });
    await expect(work).rejects.toThrow(/^The statement entries_\w+ bypasses the transaction that is open\.$/);
    expect(await values()).toEqual([]);
  });

  it('does not let another one begin inside', async () => {
    const work = db.transaction(async () => db.transaction(async () => 'inner'));
    await expect(work).rejects.toThrow('A transaction is open already.');
  });

  it('leaves the database usable after it failed', async () => {
    await expect(db.transaction((tx) => tx.run(insertEntry, { id: 1, value: null }))).rejects.toThrow(
      /null value/,
    );
    await db.transaction((tx) => tx.run(insertEntry, { id: 2, value: 'b' }));
    expect(await values()).toEqual(['b']);
  });

  it('says which constraint was broken', async () => {
    await db.transaction((tx) => tx.run(insertEntry, { id: 1, value: 'a' }));
    const again = db.transaction((tx) => tx.run(insertEntry, { id: 1, value: 'b' }));
    const error = await again.catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(UniqueViolation);
    expect(error).toMatchObject({ code: 'CONFLICT', constraint: 'entries_pkey' });
    expect((error as Error).message).not.toContain('entries');
    expect(await values()).toEqual(['a']);
  });

  it('keeps parallel transactions apart', async () => {
    await driver.execute(`insert into entries values (1, '')`);
    const add = () => new Database(driver).transaction((tx) => tx.run(updateEntry, { id: 1, value: 'x' }));
    await Promise.all(Array.from({ length: 20 }, add));
    expect(await values()).toEqual(['x'.repeat(20)]);
  });
});

// The embedded database has one connection, and no time-outs: its transactions cannot meet.
describe.runIf(onServer)('transactions that meet on a server', () => {
  beforeEach(() => driver.execute(`insert into entries values (1, 'a'), (2, 'b')`));

  /** Two parties that go on when both have come. */
  function meeting(): () => Promise<void> {
    let waiting = 2;
    let open = () => {};
    const met = new Promise<void>((resolve) => {
      open = resolve;
    });
    return () => {
      waiting -= 1;
      if (waiting <= 0) open();
      return met;
    };
  }

  it('are run again when they lock each other out, and hand on the changes of the run that committed', async () => {
    const meet = meeting();
    let runs = 0;
    const oneHasCommitted = async () => {
      while (committed.length === 0) await pause(5);
    };
    const both = async (tx: Transaction, first: number, second: number) => {
      runs += 1;
      // Whoever runs again could otherwise lock its row before the other one, which waits for it, has woken up.
      if (runs > 2) await oneHasCommitted();
      tx.record(change);
      await tx.run(updateEntry, { id: first, value: '+' });
      await meet();
      await tx.run(updateEntry, { id: second, value: '+' });
    };
    const other = new Database(driver, (changes) => committed.push(...changes));
    await Promise.all([db.transaction((tx) => both(tx, 1, 2)), other.transaction((tx) => both(tx, 2, 1))]);
    expect(await values()).toEqual(['a++', 'b++']);
    expect(runs).toBe(3);
    expect(committed).toEqual([change, change]);
  });

  it('are told that the service is busy when a lock does not come', async () => {
    const held = meeting();
    const holder = db.transaction(async (tx) => {
      await tx.run(updateEntry, { id: 1, value: '+' });
      await held();
    });
    const impatient = statement({
      name: 'lock_now',
      parameters: {},
      selection: { value },
      query: () => sql`select value from entries where id = 1 for update nowait`,
    });
    const refused = new Database(driver).transaction(async (tx) => {
      // Waits until the row is held.
      await tx.run(sleep, { seconds: 1 });
      return tx.run(impatient, {});
    });
    await expect(refused).rejects.toMatchObject({
      code: 'SERVICE_UNAVAILABLE',
      extensions: { retryAfter: 1 },
    });
    await Promise.all([held(), held(), holder]);
    expect(await values()).toEqual(['a+', 'b']);
  });

  it('are told the same when a statement takes too long', async () => {
    const work = db.transaction(async (tx) => {
      await tx.run(setTimeout100, {});
      await tx.run(sleep, { seconds: 5 });
    });
    const error = await work.catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(AppError);
    expect(error).toMatchObject({ code: 'SERVICE_UNAVAILABLE', extensions: { retryAfter: 1 } });
  });

  const setTimeout100 = statement({
    name: 'set_timeout',
    parameters: {},
    selection: { value },
    query: () => sql`select set_config('statement_timeout', '100', true)`,
  });
});
