import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Person, useServer } from '../helpers/server.ts';
import { type List, listsOf } from './pagination/lists.ts';
import { idsOf, type Page, readPages, walk } from './pagination/pages.ts';
import { clear, insert, remove, type Rows, rowsArbitrary, rowsOf, type UserRow } from './pagination/rows.ts';

const server = useServer();
let viewer: Person;

beforeAll(async () => {
  viewer = await server.person('AUTHOR', 'The viewer');
});

/** Each run sends a dozen of large requests, so there are fewer of them. */
const numRuns = Math.ceil(Number(fc.readConfigureGlobal().numRuns) / 3);
const timeout = 60_000 + numRuns * 4_000;
/** A failure is reported, as small as it is by then, before the test runs out of time. */
const parameters = {
  numRuns,
  plugins: [fc.interruptAfterTimeLimit(timeout * 0.8, { failOnInterrupt: true })],
};

/** Publications as a viewer of some role sees them, and some of their lists. */
const publications = (): fc.Arbitrary<{ rows: Rows; me: UserRow; lists: List[] }> =>
  fc.constantFrom('AUTHOR', 'EDITOR').chain((role) => {
    const me: UserRow = {
      id: viewer.uuid,
      username: viewer.username,
      name: 'The viewer',
      role,
      life: 'stable',
      createdAt: '2026-03-01T00:00:00.001Z',
    };
    return rowsArbitrary(me).chain((rows) =>
      fc
        .shuffledSubarray(listsOf(rows, me), { minLength: 6, maxLength: 6 })
        .map((lists) => ({ rows, me, lists })),
    );
  });

/** What the model says a list holds; where it does not know the order, in the order of the answer. */
function expectedItems(list: List, rows: Rows, answered: readonly string[]): string[] {
  const items = list.items(rows);
  if (list.isOrdered) return items;
  expect(answered.toSorted()).toEqual(items.toSorted());
  return [...answered];
}

/** Checks of a page that its parts agree with each other. */
function expectWhole({ nodes, edges, pageInfo }: Page): void {
  expect(edges.map(({ node }) => node)).toEqual(nodes);
  expect(pageInfo.startCursor).toBe(edges.at(0)?.cursor ?? null);
  expect(pageInfo.endCursor).toBe(edges.at(-1)?.cursor ?? null);
}

interface Slice {
  readonly size: number | null;
  readonly backwards: boolean;
  readonly after: number | null;
  readonly before: number | null;
}

const slice: fc.Arbitrary<Slice> = fc.record({
  size: fc.option(fc.nat({ max: 5 }), { freq: 8 }),
  backwards: fc.boolean(),
  after: fc.option(fc.nat({ max: 20 })),
  before: fc.option(fc.nat({ max: 20 })),
});

/** The arguments of a slice, its cursors taken from a page that has the whole list. */
function argumentsOf({ size, backwards, after, before }: Slice, whole: Page): string {
  const cursor = (name: string, place: number | null) =>
    place === null || whole.edges.length === 0
      ? []
      : [`${name}: "${whole.edges[place % whole.edges.length]?.cursor}"`];
  const direction = backwards ? 'last' : 'first';
  return [
    ...(size === null ? [] : [`${direction}: ${size}`]),
    ...cursor('after', after),
    ...cursor('before', before),
  ].join(', ');
}

/** What a slice of these items is, by the Relay Cursor Connections specification. */
function sliceOf(items: readonly string[], { size, backwards: asked, after, before }: Slice) {
  const has = items.length > 0;
  const backwards = asked && size !== null;
  const start = after === null || !has ? 0 : (after % items.length) + 1;
  const end = before === null || !has ? items.length : before % items.length;
  const range = items.slice(start, Math.max(start, end));
  const count = size ?? 20;
  return {
    ids: backwards ? range.slice(Math.max(0, range.length - count)) : range.slice(0, count),
    hasNextPage: backwards ? before !== null && has : range.length > count,
    hasPreviousPage: backwards ? range.length > count : after !== null && has,
  };
}

describe('a list at rest', () => {
  it(
    'is what a naive model says, whole, in slices, and walked to either end',
    async () => {
      const cases = fc.record({
        publication: publications(),
        slices: fc.array(slice, { minLength: 3, maxLength: 3 }),
        size: fc.integer({ min: 2, max: 6 }),
      });
      await fc.assert(
        fc.asyncProperty(cases, async ({ publication: { rows, me, lists }, slices, size }) => {
          await clear(server.driver, me);
          await insert(server.driver, rows, me);
          const whole = await readPages(
            server,
            viewer,
            lists.map((list) => ({ list, page: 'first: 100' })),
            true,
          );
          const items = lists.map((list, number) => {
            const page = whole[number] as Page;
            expectWhole(page);
            const answered = page.nodes.map(({ id }) => id);
            const expected = expectedItems(list, rows, answered);
            expect(answered, list.name).toEqual(expected);
            expect(page.totalCount, list.name).toBe(expected.length);
            expect(page.totalCountPrecision).toBe('EXACT');
            return expected;
          });

          const wanted = lists.flatMap((list, number) =>
            slices.map((each) => ({ list, page: argumentsOf(each, whole[number] as Page) })),
          );
          for (const [number, page] of (await readPages(server, viewer, wanted)).entries()) {
            const [place, each] = [
              Math.floor(number / slices.length),
              slices[number % slices.length] as Slice,
            ];
            const { ids, ...info } = sliceOf(items[place] as string[], each);
            expectWhole(page);
            const what = `${lists[place]?.name}: ${JSON.stringify(each)}`;
            expect(
              page.nodes.map(({ id }) => id),
              what,
            ).toEqual(ids);
            expect(page.pageInfo, what).toMatchObject(info);
          }

          for (const backwards of [false, true]) {
            const walks = await walk(server, viewer, lists, { size, backwards });
            for (const [number, pages] of walks.entries()) {
              expect(idsOf(pages, backwards), lists[number]?.name).toEqual(items[number]);
              expect(pages).toHaveLength(Math.max(1, Math.ceil((items[number] as string[]).length / size)));
            }
          }
        }),
        parameters,
      );
    },
    timeout,
  );
});

describe('a list under change', () => {
  it(
    'answers each row that stays once, in one order, and no row twice',
    async () => {
      const cases = fc.record({
        publication: publications(),
        size: fc.integer({ min: 1, max: 5 }),
        backwards: fc.boolean(),
        round: fc.nat({ max: 2 }),
      });
      await fc.assert(
        fc.asyncProperty(cases, async ({ publication: { rows, me, lists }, size, backwards, round }) => {
          const [before, after] = [rowsOf(rows, 'stable', 'doomed'), rowsOf(rows, 'stable', 'late')];
          await clear(server.driver, me);
          await insert(server.driver, before, me);
          let isChanged = false;
          const change = async () => {
            isChanged = true;
            await remove(server.driver, rowsOf(rows, 'doomed'));
            await insert(server.driver, rowsOf(rows, 'late'), me);
          };
          const between = (now: number) => (now === round ? change() : Promise.resolve());
          const walks = await walk(server, viewer, lists, { size, backwards, between });
          if (!isChanged) await change();
          const whole = await readPages(
            server,
            viewer,
            lists.map((list) => ({ list, page: 'first: 100' })),
          );
          for (const [number, list] of lists.entries()) {
            const walked = idsOf(walks[number] as Page[], backwards);
            const order = (whole[number] as Page).nodes.map(({ id }) => id);
            const now = expectedItems(list, after, order);
            const earlier = new Set(list.items(before));
            const stable = now.filter((id) => earlier.has(id));
            expect(order, list.name).toEqual(now);
            expect(new Set(walked).size, list.name).toBe(walked.length);
            const known = new Set(stable);
            expect(
              walked.filter((id) => known.has(id)),
              list.name,
            ).toEqual(stable);
            // Rows that are new stand where they belong.
            const present = new Set(walked);
            const places = new Set(order);
            expect(
              walked.filter((id) => places.has(id)),
              list.name,
            ).toEqual(order.filter((id) => present.has(id)));
          }
        }),
        parameters,
      );
    },
    timeout,
  );
});

describe('totalCount', () => {
  it('counts no further than 10,000, and says so', async () => {
    const id = viewer.uuid;
    const fill = (from: number, to: number) =>
      server.driver.execute(`
        insert into posts (id, author_id, slug, title, body, html, excerpt, search_text, reading_time_minutes,
          renderer_version, status, published_at)
        select md5('post' || n)::uuid, '${id}', 'many-' || n, 'Many', '', '', '', '', 1, 1, 'PUBLISHED', now()
        from generate_series(${from}, ${to}) as row(n);
        insert into comments (id, post_id, author_id, body, html, renderer_version)
        select md5('comment' || n)::uuid, md5('post1')::uuid, '${id}', '', '', 1
        from generate_series(${from}, ${to}) as row(n);
        insert into users (id, username, name, role)
        select md5('user' || n)::uuid, 'many-' || n, 'Many', 'READER' from generate_series(${from}, ${to}) as row(n);
        insert into follows (follower_id, followee_id)
        select md5('user' || n)::uuid, '${id}' from generate_series(${from}, ${to}) as row(n);
        -- As the database does by itself soon after: a plan that a connection keeps for empty tables is no good for these.
        analyze posts, comments, users, follows;
      `);
    const count = '{ totalCount totalCountPrecision }';
    const document = `{
      postsConnection ${count}
      search(query: "many", kinds: [POST]) ${count}
      user(id: "${viewer.id}") { postsConnection ${count} comments ${count} followers ${count} followerCount }
      posts(limit: 1) { commentsConnection ${count} commentCount }
    }`;
    await server.driver.execute(`delete from posts; delete from tags; delete from users where id <> '${id}'`);
    await fill(1, 10_000);
    const exact = { totalCount: 10_000, totalCountPrecision: 'EXACT' };
    expect(await counts(document)).toEqual({ ...all(exact), followerCount: 10_000 });
    await fill(10_001, 10_002);
    const atLeast = { totalCount: 10_000, totalCountPrecision: 'AT_LEAST' };
    expect(await counts(document)).toEqual({ ...all(atLeast), followerCount: 10_002 });
  });

  const names = ['posts', 'search', 'postsOfUser', 'comments', 'followers'];
  const all = <Count>(count: Count) => Object.fromEntries(names.map((name) => [name, count]));

  async function counts(document: string) {
    const { postsConnection, search, user } = await server.query(document);
    return {
      posts: postsConnection,
      search,
      postsOfUser: user.postsConnection,
      comments: user.comments,
      followers: user.followers,
      followerCount: user.followerCount,
    };
  }
});
