import { describe, expect, it } from 'vitest';
import { MemoryStore } from '../../src/rate-limits/memory-store.ts';
import { budgetIn, counterIn, itKeepsLimits, refused } from './behaviour.ts';

/** A store in memory, with a clock that stands still unless it is moved. */
function open(max?: number) {
  let now = 1_000;
  const store = new MemoryStore(max, () => now * 1_000);
  const wait = async (seconds: number) => {
    now += seconds;
  };
  return { store, test: 'test', wait };
}

describe('a store in memory', () => {
  itKeepsLimits(open);

  it('forgets budgets that are full, and those that were charged least recently when there are too many', async () => {
    const opened = open(100);
    const { store, wait } = opened;
    const take = budgetIn(opened);
    for (let client = 0; client < 80; client += 1) await take(30, `old ${client}`);
    await wait(120);
    await take(1, 'new');
    expect(store.size).toBe(1);
    for (let client = 0; client < 1_000; client += 1) {
      await take(30, `many ${client}`);
      expect(store.size).toBeLessThanOrEqual(100);
    }
    await expect(take(60, 'many 950')).rejects.toEqual(refused(30, 60));
    expect(await take(60, 'many 899')).toEqual({ remaining: 0, resetAfter: 60 });
  });

  it('forgets counters whose window ended, and the oldest of the same kind when there are too many', async () => {
    const opened = open(100);
    const { store, wait } = opened;
    const [many, few] = [counterIn(opened, 'MANY'), counterIn(opened, 'FEW')];
    for (let key = 0; key < 80; key += 1) await many(1, `old ${key}`);
    await wait(120);
    await many(1, 'new');
    expect(store.size).toBe(1);
    await few(1, 'first');
    for (let key = 0; key < 1_000; key += 1) {
      await many(1, `many ${key}`);
      expect(store.size).toBeLessThanOrEqual(101);
    }
    expect(await many(1, 'many 950')).toMatchObject({ count: 2 });
    expect(await many(1, 'many 899')).toMatchObject({ count: 1 });
    expect(await few(1, 'first')).toMatchObject({ count: 2 });
  });

  it('keeps a window to its end, whatever else is counted meanwhile', async () => {
    const opened = open();
    const count = counterIn(opened);
    await count(1, 'early');
    await opened.wait(30);
    await count(1, 'late');
    for (let second = 31; second < 60; second += 1) {
      await opened.wait(1);
      expect(await count(1, 'early')).toMatchObject({ count: second - 29 });
    }
    await opened.wait(30);
    expect(await count(1, 'late')).toMatchObject({ count: 2 });
    expect(await count(1, 'early')).toMatchObject({ count: 1 });
  });
});
