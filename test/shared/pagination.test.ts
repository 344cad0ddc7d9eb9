import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AppError } from '../../src/shared/errors.ts';
import {
  Connection,
  decodeCursor,
  encodeCursor,
  isTextKey,
  isTimeKey,
  type ListOrder,
  listRequest,
  type PageArguments,
  pageRequest,
  type Position,
} from '../../src/shared/pagination/index.ts';

const timeKey = fc
  .date({
    min: new Date('0001-01-01T00:00:00.000Z'),
    max: new Date('9999-12-31T23:59:59.999Z'),
    noInvalidDate: true,
  })
  .map((date) => date.toISOString());
const textKey = fc.string({ unit: 'binary', maxLength: 200 }).filter(isTextKey);
const timePosition: fc.Arbitrary<Position> = fc.record({ key: timeKey, id: fc.uuid() });
const textPosition: fc.Arbitrary<Position> = fc.record({ key: textKey, id: fc.uuid() });
const orderName = fc.constantFrom('users CREATED_AT_DESC', 'posts PUBLISHED_AT_ASC', 'tags SLUG_ASC');

describe('a cursor', () => {
  it('keeps its place', () => {
    fc.assert(
      fc.property(orderName, timePosition, (order, position) => {
        expect(decodeCursor(encodeCursor(order, position), order, isTimeKey)).toEqual(position);
      }),
    );
    fc.assert(
      fc.property(orderName, textPosition, (order, position) => {
        const cursor = encodeCursor(order, position);
        // A long key in many bytes makes a cursor that is too long to be read again; none of the lists has such keys.
        expect(decodeCursor(cursor, order, isTextKey)).toEqual(cursor.length > 512 ? null : position);
      }),
    );
  });

  it('has nothing that a URL or JSON would escape', () => {
    fc.assert(
      fc.property(orderName, textPosition, (order, position) => {
        expect(encodeCursor(order, position)).toMatch(/^[A-Za-z0-9_-]+$/);
      }),
    );
  });

  it('is refused by a list of another order', () => {
    fc.assert(
      fc.property(orderName, orderName, timePosition, (order, other, position) => {
        fc.pre(order !== other);
        expect(decodeCursor(encodeCursor(order, position), other, isTimeKey)).toBeNull();
      }),
    );
  });

  it('is refused once it is changed, or marks another place that its list may have', () => {
    const change = fc.record({
      at: fc.nat({ max: 150 }),
      length: fc.nat({ max: 3 }),
      text: fc.string({ unit: 'grapheme', maxLength: 3 }),
    });
    fc.assert(
      fc.property(timePosition, change, (position, { at, length, text }) => {
        const cursor = encodeCursor('users CREATED_AT_DESC', position);
        const changed = cursor.slice(0, at) + text + cursor.slice(at + length);
        fc.pre(changed !== cursor);
        const decoded = decodeCursor(changed, 'users CREATED_AT_DESC', isTimeKey);
        if (decoded !== null) expectGood(decoded, changed);
      }),
      { numRuns: 1_000 },
    );
  });

  it('is refused, never an exception, whatever is in it', () => {
    const json = fc.json().map((text) => Buffer.from(text).toString('base64url'));
    const parts = fc
      .array(fc.oneof(fc.constant('users CREATED_AT_DESC'), timeKey, fc.uuid(), fc.jsonValue()), {
        maxLength: 4,
      })
      .map((array) => Buffer.from(JSON.stringify(array)).toString('base64url'));
    const anything = fc.oneof(fc.string({ unit: 'binary', maxLength: 600 }), fc.base64String(), json, parts);
    fc.assert(
      fc.property(anything, (cursor) => {
        const decoded = decodeCursor(cursor, 'users CREATED_AT_DESC', isTimeKey);
        if (decoded !== null) expectGood(decoded, cursor);
      }),
      { numRuns: 1_000 },
    );
  });

  function expectGood(position: Position, cursor: string): void {
    expect(isTimeKey(position.key)).toBe(true);
    expect(position.id).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    expect(Object.keys(position).toSorted()).toEqual(['id', 'key']);
    expect(cursor.length).toBeLessThanOrEqual(512);
  }

  const id = '01890a5d-ac96-774b-bcce-b302099a8057';
  const place = (...parts: unknown[]) => Buffer.from(JSON.stringify(parts)).toString('base64url');
  const good = place('O', '2026-01-31T12:00:00.000Z', id);

  it.each([
    ['nothing', ''],
    ['padding', `${good}=`],
    ['white space', ` ${good}`],
    ['base64 of another alphabet', good.replace(/.$/, '+')],
    ['no JSON', Buffer.from('{').toString('base64url')],
    ['no array', Buffer.from('"text"').toString('base64url')],
    ['too few parts', place('O', '2026-01-31T12:00:00.000Z')],
    ['too many parts', place('O', '2026-01-31T12:00:00.000Z', id, id)],
    ['a part that is no text', place('O', '2026-01-31T12:00:00.000Z', 7)],
    ['an identifier in capitals', place('O', '2026-01-31T12:00:00.000Z', id.toUpperCase())],
    ['an identifier with more behind it', place('O', '2026-01-31T12:00:00.000Z', `${id}' or true`)],
    ['a time without milliseconds', place('O', '2026-01-31T12:00:00Z', id)],
    ['a time that the calendar does not have', place('O', '2026-02-30T12:00:00.000Z', id)],
    ['a time in the year 0', place('O', '0000-01-31T12:00:00.000Z', id)],
    ['a word that PostgreSQL takes for a time', place('O', 'infinity', id)],
    ['20 kB', 'A'.repeat(20_000)],
  ])('is refused with %s', (_, cursor) => {
    expect(decodeCursor(good, 'O', isTimeKey)).toEqual({ key: '2026-01-31T12:00:00.000Z', id });
    expect(decodeCursor(cursor, 'O', isTimeKey)).toBeNull();
  });

  it.each([['a\0b'], ['\ud800'], ['a'.repeat(201)]])('is refused with the text %j as its key', (key) => {
    expect(decodeCursor(place('O', 'a', id), 'O', isTextKey)).toEqual({ key: 'a', id });
    expect(decodeCursor(place('O', key, id), 'O', isTextKey)).toBeNull();
  });
});

const order: ListOrder<Position> = { name: 'O', isKey: isTimeKey, position: (row) => row };

describe('pageRequest', () => {
  const pageSize = fc.integer({ min: 0, max: 100 });
  const cursor = timePosition.map((position) => encodeCursor('O', position));
  const pageArguments = (
    size: fc.Arbitrary<number>,
    cursors: fc.Arbitrary<string>,
  ): fc.Arbitrary<PageArguments> =>
    fc.record(
      {
        first: fc.option(size),
        after: fc.option(cursors),
        last: fc.option(size),
        before: fc.option(cursors),
      },
      { requiredKeys: [] },
    );

  it('answers which rows to read: one more than the page has', () => {
    fc.assert(
      fc.property(pageArguments(pageSize, cursor), (args) => {
        fc.pre(args.first == null || args.last == null);
        const place = (text: string | null | undefined) =>
          text == null ? null : decodeCursor(text, 'O', isTimeKey);
        const size = args.first ?? args.last ?? 20;
        expect(pageRequest(args, order)).toEqual({
          size,
          rows: size + 1,
          backwards: args.last != null,
          after: place(args.after),
          before: place(args.before),
        });
      }),
    );
  });

  it('names each argument that is wrong, and no other', () => {
    const anySize = fc.oneof(pageSize, fc.integer());
    const isSize = (size: number | null | undefined) => size == null || (size >= 0 && size <= 100);
    const isCursor = (text: string | null | undefined) =>
      text == null || decodeCursor(text, 'O', isTimeKey) !== null;
    fc.assert(
      fc.property(pageArguments(anySize, fc.oneof(cursor, fc.string())), (args) => {
        const wrong = [
          ...(['first', 'last'] as const).filter((name) => !isSize(args[name])),
          ...(['after', 'before'] as const).filter((name) => !isCursor(args[name])),
          ...(args.first != null && args.last != null ? ['last'] : []),
        ];
        fc.pre(wrong.length > 0);
        const error = errorOf(() => pageRequest(args, order));
        expect(error.code).toBe('BAD_USER_INPUT');
        expect(error.extensions.issues?.map(({ path }) => path.join('.')).toSorted()).toEqual(
          wrong.toSorted(),
        );
      }),
    );
  });

  it.each([
    [{ first: -1 }, 'first', 'out_of_range'],
    [{ first: 101 }, 'first', 'out_of_range'],
    [{ last: 2 ** 31 - 1 }, 'last', 'out_of_range'],
    [{ first: 1, last: 1 }, 'last', 'conflicting'],
    [{ after: 'nonsense' }, 'after', 'invalid_cursor'],
    [{ before: '' }, 'before', 'invalid_cursor'],
  ])('refuses %j', (args, path, code) => {
    expect(errorOf(() => pageRequest(args, order)).extensions.issues).toMatchObject([{ path: [path], code }]);
  });
});

describe('listRequest', () => {
  it('answers the beginning of a list of 1 to 100 items', () => {
    expect(listRequest(null)).toEqual({ size: 20, rows: 20, backwards: false, after: null, before: null });
    expect(listRequest(1).rows).toBe(1);
    expect(listRequest(100).rows).toBe(100);
  });

  it.each([0, -1, 101, 2 ** 31 - 1])('refuses %i', (limit) => {
    expect(errorOf(() => listRequest(limit)).extensions.issues).toMatchObject([
      { path: ['limit'], code: 'out_of_range' },
    ]);
  });
});

describe('a connection', () => {
  const page = (
    rows: number,
    args: PageArguments,
    count: () => Promise<number | number[]> = async () => 0,
  ) => {
    const items = Array.from({ length: rows }, (_, number) => ({
      key: `2026-01-01T00:00:00.00${number}Z`,
      id: `00000000-0000-7000-8000-00000000000${number}`,
    }));
    return new Connection(items, pageRequest(args, order), order, count);
  };

  it('leaves the row out that says that more follow', () => {
    expect(page(3, { first: 3 }).nodes).toHaveLength(3);
    expect(page(3, { first: 3 }).pageInfo).toMatchObject({ hasNextPage: false, hasPreviousPage: false });
    expect(page(4, { first: 3 }).nodes).toHaveLength(3);
    expect(page(4, { first: 3 }).pageInfo).toMatchObject({ hasNextPage: true, hasPreviousPage: false });
  });

  it('turns a page around that was read from the end', () => {
    const { nodes, edges, pageInfo } = page(3, { last: 2 });
    expect(nodes.map(({ key }) => key.at(-2))).toEqual(['1', '0']);
    expect(edges.map(({ node }) => node)).toEqual(nodes);
    expect(pageInfo).toEqual({
      hasNextPage: false,
      hasPreviousPage: true,
      startCursor: edges[0]?.cursor,
      endCursor: edges[1]?.cursor,
    });
  });

  it('counts once, and only when asked', async () => {
    let counted = 0;
    const connection = page(1, {}, async () => {
      counted += 1;
      return 10_001;
    });
    expect([connection.nodes.length, connection.pageInfo.hasNextPage, counted]).toEqual([1, false, 0]);
    expect(await connection.totalCount()).toBe(10_000);
    expect(await connection.totalCountPrecision()).toBe('AT_LEAST');
    expect(counted).toBe(1);
  });

  it.each([
    [10_000, 10_000, 'EXACT'],
    [[3, 0, 4], 7, 'EXACT'],
    [[10_000, 10_000], 20_000, 'EXACT'],
    [[1, 10_001], 10_001, 'AT_LEAST'],
    [[], 0, 'EXACT'],
  ])('adds the counts %j up to %i, %s', async (counts, total, precision) => {
    const connection = page(0, {}, async () => counts);
    expect(await connection.totalCount()).toBe(total);
    expect(await connection.totalCountPrecision()).toBe(precision);
  });
});

function errorOf(run: () => unknown): AppError {
  try {
    run();
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
  throw new Error('Nothing was refused.');
}
