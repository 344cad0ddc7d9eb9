import { describe, expect, it } from 'vitest';
import {
  build,
  Database,
  isAnyOf,
  type Statement,
  statement,
  statementVariants,
} from '../../src/db/index.ts';
import { rowMapper } from '../../src/db/row-mapper.ts';
import { rfc3339 } from '../../src/db/tables/columns.ts';
import { auditEvents, users } from '../../src/db/tables/index.ts';
import { type Projection, Projections } from '../../src/shared/projection.ts';
import { openTestDatabase } from '../helpers/database.ts';

const columns = { id: users.id, name: users.name, bio: users.bio, createdAt: users.createdAt };
const projections = new Projections(columns, {});

const usersByIds = (projection?: Projection) =>
  statement({
    name: 'users_by_ids',
    parameters: { ids: 'uuid[]' },
    selection: columns,
    ...(projection && { projection }),
    query: ({ ids }, selection) => build.select(selection).from(users).where(isAnyOf(users.id, ids)),
  });

describe('a statement with a projection', () => {
  it('selects the columns of the projection, in their order', () => {
    expect(usersByIds(projections.only('createdAt', 'name')).text).toMatch(
      /^select "id", "name", "created_at" from "users" where/,
    );
    expect(usersByIds(projections.all).text).toBe(usersByIds().text);
  });

  it('answers rows whose other columns throw', async () => {
    const driver = await openTestDatabase();
    const db = new Database(driver);
    const id = '01890000-0000-7000-8000-000000000001';
    const text = `insert into users (id, username, name, role, created_at) values ('${id}', 'ada', 'Ada', 'READER', '2026-01-31 12:00:00.1+00')`;
    await driver.query({ name: null, text, values: [] });
    const [row] = await db.run(usersByIds(projections.only('createdAt')), { ids: [id] });
    expect({ ...row }).toEqual({ id, createdAt: '2026-01-31T12:00:00.100Z' });
    expect(() => row?.name).toThrow('The column name was asked for and not read.');
    expect(() => row?.bio).toThrow('The column bio was asked for and not read.');
    const [whole] = await db.run(usersByIds(), { ids: [id] });
    expect(whole).toEqual({ id, name: 'Ada', bio: null, createdAt: '2026-01-31T12:00:00.100Z' });
    await driver.close();
  });
});

describe('a statement that reads by keys', () => {
  const selecting = (byKeys: boolean) =>
    statement({
      name: 'audit_details',
      parameters: {},
      selection: { details: auditEvents.details },
      byKeys,
      query: (_, selection) => build.select(selection).from(auditEvents),
    });

  it('has no objects in its rows, which requests share', () => {
    expect(() => selecting(true)).toThrow('its column details would be one object for many');
    expect(selecting(false).text).toBe('select "details" from "audit_events"');
  });
});

describe('a row', () => {
  const shout = (field: unknown) => `${String(field)}!`;

  it('has the decoded fields by their keys, and null where they are null', () => {
    const row = rowMapper<object>(
      new Map([
        ['plain', null],
        ['loud', shout],
        ['none', shout],
      ]),
      [],
    );
    expect(row([1, 'a', null])).toStrictEqual({ plain: 1, loud: 'a!', none: null });
    expect(row([undefined, '', false])).toStrictEqual({ plain: undefined, loud: '!', none: 'false!' });
  });

  it('has keys of any text, none of which is code', () => {
    const keys = ['"', "'", '\\', '`${1}`', '"]; throw 1; this["', '\n', '\u2028', 'constructor'];
    const row = rowMapper<Record<string, unknown>>(new Map(keys.map((key) => [key, null])), ['"un\nread"']);
    expect(Object.entries(row(keys.map((_, index) => index)))).toEqual(
      keys.map((key, index) => [key, index]),
    );
    expect(() => row([])['"un\nread"']).toThrow('The column "un\nread" was asked for');
  });

  it('tells of what was not read only when it is asked for', () => {
    const row = rowMapper<Record<string, unknown>>(new Map([['id', null]]), ['body'])(['a']);
    expect(row).toEqual({ id: 'a' });
    expect(JSON.stringify(row)).toBe('{"id":"a"}');
    expect(row['then']).toBeUndefined();
    expect(Object.assign(row, { __typename: 'Post' })).toEqual({ id: 'a', __typename: 'Post' });
    expect(() => row['body']).toThrow('The column body was asked for');
  });
});

describe('variants of a statement', () => {
  function variants() {
    const compiled: string[] = [];
    const find = statementVariants(({ kind, order }: { kind: string; order: number }) => {
      compiled.push(`${kind} ${order}`);
      return { text: 'x'.repeat(1_000) } as Statement<unknown, unknown>;
    });
    return { compiled, find };
  }

  it('are compiled once', () => {
    const { compiled, find } = variants();
    expect(find({ kind: 'a', order: 1 })).toBe(find({ kind: 'a', order: 1 }));
    find({ kind: 'a', order: 2 });
    find({ kind: 'b', order: 1 });
    expect(compiled).toEqual(['a 1', 'a 2', 'b 1']);
  });

  it('are those of their own query', () => {
    const [one, other] = [variants(), variants()];
    expect(one.find({ kind: 'a', order: 1 })).not.toBe(other.find({ kind: 'a', order: 1 }));
  });

  it('are bounded: of all queries those are kept that were used last', () => {
    const [rare, flood, often] = [variants(), variants(), variants()];
    rare.find({ kind: 'a', order: 0 });
    for (let order = 0; order < 10_000; order += 1) {
      flood.find({ kind: 'a', order });
      often.find({ kind: 'a', order: 0 });
    }
    expect(often.compiled).toHaveLength(1);
    flood.find({ kind: 'a', order: 9_999 });
    expect(flood.compiled).toHaveLength(10_000);
    for (const { find } of [rare, flood]) find({ kind: 'a', order: 0 });
    expect(rare.compiled).toHaveLength(2);
    expect(flood.compiled).toHaveLength(10_001);
  });
});

describe('a time', () => {
  it.each([
    ['2026-01-31 12:00:00.123+00', '2026-01-31T12:00:00.123Z'],
    ['2026-01-31 12:00:00.12+00', '2026-01-31T12:00:00.120Z'],
    ['2026-01-31 12:00:00.1+00', '2026-01-31T12:00:00.100Z'],
    ['2026-01-31 12:00:00+00', '2026-01-31T12:00:00.000Z'],
    ['0001-01-01 00:00:00.001+00', '0001-01-01T00:00:00.001Z'],
  ])('%s is %s', (text, expected) => {
    expect(rfc3339(text)).toBe(expected);
  });
});
