import { expect, it } from 'vitest';
import { ClientBudgets } from '../../src/graphql/limits/index.ts';
import type { LimitStore } from '../../src/rate-limits/store.ts';

/** A store, a name that no other test uses in it, and a clock that can be put forward, in seconds. */
export interface StoreUnderTest {
  readonly store: LimitStore;
  readonly test: string;
  readonly wait: (seconds: number) => Promise<void>;
}

const numbers = { points: 60, window: 60 };

/** A budget of 60 points that come back within 60 seconds. */
export function budgetIn({ store, test }: StoreUnderTest) {
  const budgets = new ClientBudgets(numbers, store);
  return async (points: number, client = 'a') => budgets.take(`user ${test} ${client}`, points);
}

/** A counter with a window of 60 seconds. */
export function counterIn({ store, test }: StoreUnderTest, name = 'TEST') {
  return async (by: number, key = 'a') => store.count({ name, seconds: 60 }, `${test} ${key}`, by);
}

export const refused = (retryAfter: number, actual: number) =>
  expect.objectContaining({
    code: 'RATE_LIMITED',
    extensions: { code: 'RATE_LIMITED', retryAfter, limit: { name: 'budget', max: 60, actual } },
  });

/** What every store does, wherever it keeps the limits. */
export function itKeepsLimits(open: () => StoreUnderTest): void {
  itKeepsBudgets(open);
  itKeepsCounters(open);
}

function itKeepsBudgets(open: () => StoreUnderTest): void {
  it('lets a budget be used up at once, and says what is left', async () => {
    const take = budgetIn(open());
    expect(await take(20)).toEqual({ remaining: 40, resetAfter: 20 });
    expect(await take(40)).toEqual({ remaining: 0, resetAfter: 60 });
    await expect(take(1)).rejects.toEqual(refused(1, 1));
    await expect(take(60)).rejects.toEqual(refused(60, 60));
  });

  it('refills a budget evenly, and not beyond what it was', async () => {
    const opened = open();
    const take = budgetIn(opened);
    await take(60);
    await opened.wait(10);
    await expect(take(11)).rejects.toEqual(refused(1, 11));
    expect(await take(10)).toEqual({ remaining: 0, resetAfter: 60 });
    await opened.wait(3_600);
    expect(await take(0)).toEqual({ remaining: 60, resetAfter: 0 });
    await expect(take(61)).rejects.toEqual(refused(1, 61));
  });

  it('takes nothing from a budget that does not suffice', async () => {
    const opened = open();
    const take = budgetIn(opened);
    await take(50);
    for (let time = 0; time < 100; time += 1) await expect(take(20)).rejects.toEqual(refused(10, 20));
    await opened.wait(10);
    expect(await take(20)).toEqual({ remaining: 0, resetAfter: 60 });
  });

  it('keeps a budget for each client, which many charges at once do not overdraw', async () => {
    const take = budgetIn(open());
    const results = await Promise.allSettled(Array.from({ length: 100 }, () => take(1)));
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(60);
    expect(await take(1, 'b')).toEqual({ remaining: 59, resetAfter: 1 });
  });
}

function itKeepsCounters(open: () => StoreUnderTest): void {
  it('counts each key of each counter by itself', async () => {
    const opened = open();
    const [one, other] = [counterIn(opened), counterIn(opened, 'OTHER')];
    const counts = [await one(1), await one(2), await one(1, 'b'), await other(1)];
    expect(counts.map(({ count }) => count)).toEqual([1, 3, 1, 1]);
  });

  it('counts each of many additions at once', async () => {
    const count = counterIn(open());
    const counts = await Promise.all(Array.from({ length: 100 }, () => count(1)));
    const expected = Array.from({ length: 100 }, (_, at) => at + 1);
    expect(counts.map((each) => each.count).toSorted((a, b) => a - b)).toEqual(expected);
  });

  it('begins a window with the first addition, and does not make it longer with others', async () => {
    const opened = open();
    const count = counterIn(opened);
    expectLeft(await count(1), 60);
    await opened.wait(40);
    expectLeft(await count(1), 20);
    await opened.wait(10);
    const last = await count(1);
    expectLeft(last, 10);
    expect(last.count).toBe(3);
    await opened.wait(10);
    const next = await count(1);
    expectLeft(next, 60);
    expect(next.count).toBe(1);
  });

  it('gives back what was counted, down to 0, where the window ends', async () => {
    const opened = open();
    const count = counterIn(opened);
    await count(5);
    await opened.wait(40);
    expect(await count(-2)).toMatchObject({ count: 3 });
    expect(await count(-100)).toMatchObject({ count: 0 });
    expect(await count(-1, 'nobody')).toMatchObject({ count: 0 });
    const next = await count(1);
    expect(next.count).toBe(1);
    expectLeft(next, 60);
  });
}

/** Time passes while a test runs, but not many seconds. */
function expectLeft({ left }: { readonly left: number }, seconds: number): void {
  expect(left).toBeGreaterThan(seconds * 1_000 - 5_000);
  expect(left).toBeLessThanOrEqual(seconds * 1_000);
}
