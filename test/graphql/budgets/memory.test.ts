import { describe, expect, it } from 'vitest';
import { clientOf, MemoryBudgetStore } from '../../../src/graphql/limits/budget.ts';
import { ClientBudgets } from '../../../src/graphql/limits/index.ts';
import type { Viewer } from '../../../src/shared/viewer.ts';
import { itIsABudget, numbers, refused } from './behaviour.ts';

/** Budgets in memory, with a clock that stands still unless it is moved. */
function budgets(maxClients?: number) {
  let now = 1_000;
  const store = new MemoryBudgetStore(maxClients, () => now * 1_000);
  const all = new ClientBudgets(numbers, store);
  return {
    take: async (points: number, client = 'a') => all.take(client, points),
    wait: async (seconds: number) => {
      now += seconds;
    },
    store,
  };
}

describe('a budget in memory', () => {
  itIsABudget(budgets);

  it.each([Number.NaN, Infinity, -1])('is neither made of nor charged with %s points', async (points) => {
    const { take, store } = budgets(100);
    expect(() => new ClientBudgets({ points, window: 60 }, store)).toThrow(RangeError);
    expect(() => new ClientBudgets({ points: 60, window: points }, store)).toThrow(RangeError);
    await expect(take(points)).rejects.toThrow(RangeError);
    expect(await take(60)).toEqual({ remaining: 0, resetAfter: 60 });
  });

  it('is forgotten once it is whole, or when there are too many', async () => {
    const { take, wait, store } = budgets(100);
    for (let client = 0; client < 80; client += 1) await take(30, `old ${client}`);
    await wait(30);
    await take(1, 'new');
    expect(store.size).toBe(1);
    for (let client = 0; client < 1_000; client += 1) await take(30, `many ${client}`);
    expect(store.size).toBe(100);
    // The first that is still known.
    await expect(take(60, 'many 900')).rejects.toEqual(refused(30, 60));
    expect(await take(60, 'many 899')).toEqual({ remaining: 0, resetAfter: 60 });
  });
});

describe('a client', () => {
  const from = (clientAddress: string | null) => ({ requestId: '1', clientAddress, userAgent: null });
  const viewer = { id: '00000000-0000-7000-8000-000000000001', role: 'READER' } as Viewer;

  it('is who signed in, wherever they are', () => {
    expect(clientOf(viewer, from('192.0.2.1'))).toBe(clientOf(viewer, from(null)));
  });

  it('is otherwise an address, of IPv6 the network that one customer has', () => {
    expect(clientOf(null, from('192.0.2.1'))).not.toBe(clientOf(null, from('192.0.2.2')));
    expect(clientOf(null, from('2001:db8::1'))).toBe(clientOf(null, from('2001:db8::ffff:1')));
    expect(clientOf(null, from('2001:db8::1'))).not.toBe(clientOf(null, from('2001:db8:0:1::1')));
    expect(clientOf(null, from(null))).toBe(clientOf(null, from(null)));
  });
});
