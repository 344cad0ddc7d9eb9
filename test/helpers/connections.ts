import { describe, expect, it } from 'vitest';
import type { Answer, Person, TestServer } from './server.ts';

/** A list that a test has filled, behind a connection field. */
export interface ListUnderTest {
  /** The global identifiers of what the list holds, in its order. */
  readonly ids: readonly string[];
  /** The field with all that it needs but the pagination arguments, for which it has `PAGE`: `users(PAGE, orderBy: …)`. */
  readonly field: string;
  /** What stands around the field, with `FIELD` in its place. */
  readonly around?: string;
  readonly as?: Person;
}

export interface ConnectionOptions {
  /** Makes a list with so many items, with ties, that no other test touches. */
  readonly fill: (count: number) => Promise<ListUnderTest>;
  /** Cursors of lists that are not this one, by what they are. */
  readonly foreignCursors: () => Promise<Record<string, string>>;
  /** The number of statements beside those of the page and of the count. */
  readonly statementsAround: number;
}

// oxlint-disable-next-line typescript/no-explicit-any -- tests say what they expect of a page by reading it
type Page = any;

const selection =
  'nodes { ... on Node { id } } edges { cursor node { ... on Node { id } } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }';

function document({ field, around = 'query { FIELD }' }: ListUnderTest, page: string, selected = selection) {
  return around.replace('FIELD', () => `${field.replace('PAGE', () => page)} { ${selected} }`);
}

/** The connection in an answer: the first object on the way down that is one. */
function connectionIn(data: Page): Page {
  let found = data;
  while (found !== null && !('pageInfo' in found || 'totalCount' in found)) found = Object.values(found)[0];
  return found;
}

const idsOf = (page: Page): string[] => page.nodes.map(({ id }: { id: string }) => id);

/** Reads one page of a list. */
export async function readPage(
  server: TestServer,
  list: ListUnderTest,
  page: string,
  selected?: string,
): Promise<Page> {
  return connectionIn(await server.query(document(list, page, selected), { as: list.as }));
}

/** Reads a list to its end, page by page, in its order; checks of each page that its parts agree. */
export async function walk(
  server: TestServer,
  list: ListUnderTest,
  size: number,
  direction: 'forwards' | 'backwards',
): Promise<string[]> {
  const ids: string[] = [];
  let cursor: string | null = null;
  for (;;) {
    const forwards = direction === 'forwards';
    const from: string = cursor === null ? '' : `, ${forwards ? 'after' : 'before'}: "${cursor}"`;
    const page = await readPage(server, list, `${forwards ? 'first' : 'last'}: ${size}${from}`);
    const { pageInfo, edges } = page;
    expect(edges.map((edge: Page) => edge.node)).toEqual(page.nodes);
    expect([pageInfo.startCursor, pageInfo.endCursor]).toEqual([
      edges.at(0)?.cursor ?? null,
      edges.at(-1)?.cursor ?? null,
    ]);
    expect(forwards ? pageInfo.hasPreviousPage : pageInfo.hasNextPage).toBe(cursor !== null);
    if (forwards) ids.push(...idsOf(page));
    else ids.unshift(...idsOf(page));
    if (!(forwards ? pageInfo.hasNextPage : pageInfo.hasPreviousPage)) return ids;
    cursor = forwards ? pageInfo.endCursor : pageInfo.startCursor;
  }
}

/** Tests what every connection promises by the Relay Cursor Connections specification. */
export function describeConnection(name: string, server: TestServer, options: ConnectionOptions): void {
  const { fill, foreignCursors, statementsAround } = options;
  const send = (list: ListUnderTest, page: string, selected?: string): Promise<Answer<Page>> =>
    server.send(document(list, page, selected), { as: list.as });

  describe(`the connection ${name}`, () => {
    it('answers an empty list', async () => {
      expect(
        await readPage(server, await fill(0), 'first: 5', `${selection} totalCount totalCountPrecision`),
      ).toEqual({
        nodes: [],
        edges: [],
        pageInfo: { hasNextPage: false, hasPreviousPage: false, startCursor: null, endCursor: null },
        totalCount: 0,
        totalCountPrecision: 'EXACT',
      });
    });

    it('knows whether a page is the last one: when it is full, and when one more follows', async () => {
      const list = await fill(4);
      const full = await readPage(server, list, 'first: 4');
      expect(idsOf(full)).toEqual(list.ids);
      expect(full.pageInfo).toMatchObject({ hasNextPage: false, hasPreviousPage: false });
      const over = await readPage(server, list, 'first: 3');
      expect(idsOf(over)).toEqual(list.ids.slice(0, 3));
      expect(over.pageInfo).toMatchObject({ hasNextPage: true, hasPreviousPage: false });
      const fullFromEnd = await readPage(server, list, 'last: 4');
      expect(idsOf(fullFromEnd)).toEqual(list.ids);
      expect(fullFromEnd.pageInfo).toMatchObject({ hasNextPage: false, hasPreviousPage: false });
      const overFromEnd = await readPage(server, list, 'last: 3');
      expect(idsOf(overFromEnd)).toEqual(list.ids.slice(1));
      expect(overFromEnd.pageInfo).toMatchObject({ hasNextPage: false, hasPreviousPage: true });
    });

    it('answers 20 items where the size is left out or null', async () => {
      const list = await fill(21);
      for (const page of ['first: null', 'first: null, last: null, after: null, before: null']) {
        const { nodes, pageInfo } = await readPage(server, list, page);
        expect(nodes).toHaveLength(20);
        expect(pageInfo.hasNextPage).toBe(true);
      }
    });

    it('answers each item once, in one order, forwards and backwards, in pages of any size, with ties', async () => {
      const list = await fill(8);
      for (const size of [1, 2, 3, 8, 100]) {
        expect(await walk(server, list, size, 'forwards')).toEqual(list.ids);
        expect(await walk(server, list, size, 'backwards')).toEqual(list.ids);
      }
    });

    it('answers what lies between two cursors, from either end', async () => {
      const list = await fill(7);
      const cursors = (await readPage(server, list, 'first: 7')).edges.map((edge: Page) => edge.cursor);
      const between = `after: "${cursors[1]}", before: "${cursors[5]}"`;
      const first = await readPage(server, list, `first: 2, ${between}`);
      expect(idsOf(first)).toEqual(list.ids.slice(2, 4));
      expect(first.pageInfo).toMatchObject({ hasNextPage: true, hasPreviousPage: true });
      const last = await readPage(server, list, `last: 2, ${between}`);
      expect(idsOf(last)).toEqual(list.ids.slice(3, 5));
      expect(last.pageInfo).toMatchObject({ hasNextPage: true, hasPreviousPage: true });
      expect((await readPage(server, list, `after: "${cursors[5]}", before: "${cursors[1]}"`)).nodes).toEqual(
        [],
      );
    });

    it('counts the whole list, whatever the page, and only when asked', async () => {
      const list = await fill(3);
      const page = await send(list, 'first: 1');
      expect(page.statements).toBe(statementsAround + 1);
      const counted = await send(list, 'first: 1', `${selection} totalCount totalCountPrecision`);
      expect(connectionIn(counted.data)).toMatchObject({ totalCount: 3, totalCountPrecision: 'EXACT' });
      expect(counted.statements).toBe(statementsAround + 2);
      const alone = await send(list, 'first: 1', 'totalCount');
      expect(connectionIn(alone.data)).toEqual({ totalCount: 3 });
      expect(alone.statements).toBe(statementsAround + 1);
    });

    it('takes 0 as a size', async () => {
      const list = await fill(2);
      const none = { nodes: [], edges: [] };
      expect(await readPage(server, list, 'first: 0')).toEqual({
        ...none,
        pageInfo: { hasNextPage: true, hasPreviousPage: false, startCursor: null, endCursor: null },
      });
      expect(await readPage(server, list, 'last: 0')).toEqual({
        ...none,
        pageInfo: { hasNextPage: false, hasPreviousPage: true, startCursor: null, endCursor: null },
      });
    });

    it.each([
      ['first: -1', ['first']],
      ['first: 101', ['first']],
      ['first: 2147483647', ['first']],
      ['last: -1', ['last']],
      ['last: 101', ['last']],
      ['first: 1, last: 1', ['last']],
      ['first: 0, last: 0', ['last']],
    ])('refuses the page { %s }', async (page, path) => {
      const list = await fill(1);
      const { extensions } = await server.refusal(document(list, page), { as: list.as });
      expect(extensions).toMatchObject({ code: 'BAD_USER_INPUT', issues: [{ path }] });
    });

    it('refuses every text that is not a cursor of this list, and names the argument', async () => {
      const list = await fill(2);
      const [{ cursor }] = (await readPage(server, list, 'first: 1')).edges;
      const foreign = await foreignCursors();
      const texts = {
        ...foreign,
        ...tampered(cursor),
        empty: '',
        'another alphabet': 'ÄÖÜ',
        SQL: "' or true --",
        long: cursor.repeat(250),
        padded: `${cursor}=`,
        cut: cursor.slice(0, -3),
      };
      for (const [what, text] of Object.entries(texts)) {
        for (const argument of ['after', 'before']) {
          const { extensions } = await server.refusal(
            document(list, `first: 1, ${argument}: ${JSON.stringify(text)}`),
            {
              as: list.as,
            },
          );
          expect({ what, ...extensions }).toMatchObject({
            what,
            code: 'BAD_USER_INPUT',
            issues: [{ path: [argument], code: 'invalid_cursor' }],
          });
        }
      }
    });
  });
}

/** A cursor with each of its parts changed to what it cannot be. */
function tampered(cursor: string): Record<string, string> {
  const [order, key, id] = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as [
    string,
    string,
    string,
  ];
  const parts: Record<string, unknown> = {
    'another order': [`${order}_`, key, id],
    'a key of NUL': [order, '\0', id],
    'a key that is a number': [order, 1, id],
    'a key with a lone surrogate': [order, '\ud800', id],
    'an identifier that is none': [order, key, "' or true --"],
    'an identifier in upper case': [order, key, id.toUpperCase()],
    'no identifier': [order, key],
    'a fourth part': [order, key, id, ''],
    'an object': { order, key, id },
    null: null,
  };
  if (/^\d{4}-/.test(key)) {
    parts['a time that is no time'] = [order, '2026-02-30T00:00:00.000Z', id];
    parts['the year 0'] = [order, '0000-01-01T00:00:00.000Z', id];
    parts['infinity'] = [order, 'infinity', id];
  }
  return Object.fromEntries(
    Object.entries(parts).map(([what, part]) => [
      what,
      Buffer.from(JSON.stringify(part)).toString('base64url'),
    ]),
  );
}
