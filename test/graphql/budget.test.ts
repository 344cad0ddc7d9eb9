import { describe, expect, it } from 'vitest';
import { clientOf, MemoryBudgetStore } from '../../src/graphql/limits/budget.ts';
import { ClientBudgets } from '../../src/graphql/limits/index.ts';
import type { Viewer } from '../../src/shared/viewer.ts';

/** Budgets of 60 points in a minute, and a clock in seconds that stands still unless it is moved. */
function budgets(maxClients?: number) {
  let now = 1_000;
  const store = new MemoryBudgetStore(maxClients, () => now * 1_000);
  const all = new ClientBudgets({ points: 60, window: 60 }, store);
  return {
    take: (points: number, client = 'a') => all.take(client, points),
    wait: (seconds: number) => {
      now += seconds;
    },
    store,
  };
}

const refused = (retryAfter: number, actual: number) =>
  expect.objectContaining({
    code: 'RATE_LIMITED',
    extensions: { code: 'RATE_LIMITED', retryAfter, limit: { name: 'budget', max: 60, actual } },
  });

describe('a budget', () => {
  it('may be used up at once, and says what is left', async () => {
    const { take } = budgets();
    expect(await take(20)).toEqual({ remaining: 40, resetAfter: 20 });
    expect(await take(40)).toEqual({ remaining: 0, resetAfter: 60 });
    await expect(take(1)).rejects.toEqual(refused(1, 1));
    await expect(take(60)).rejects.toEqual(refused(60, 60));
  });

  it('comes back evenly, and not beyond what it was', async () => {
    const { take, wait } = budgets();
    await take(60);
    wait(10);
    await expect(take(11)).rejects.toEqual(refused(1, 11));
    expect(await take(10)).toEqual({ remaining: 0, resetAfter: 60 });
    wait(3_600);
    expect(await take(0)).toEqual({ remaining: 60, resetAfter: 0 });
    await expect(take(61)).rejects.toEqual(refused(1, 61));
  });

  it('loses nothing to what it does not suffice for', async () => {
    const { take, wait } = budgets();
    await take(50);
    for (let time = 0; time < 100; time += 1) await expect(take(20)).rejects.toEqual(refused(10, 20));
    wait(10);
    expect(await take(20)).toEqual({ remaining: 0, resetAfter: 60 });
  });

  it('is not shared, nor overdrawn by many at once', async () => {
    const { take } = budgets();
    const results = await Promise.allSettled(Array.from({ length: 100 }, () => take(1)));
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(60);
    expect(await take(1, 'b')).toEqual({ remaining: 59, resetAfter: 1 });
  });

  it('is forgotten once it is whole, or when there are too many', async () => {
    const { take, wait, store } = budgets(100);
    for (let client = 0; client < 80; client += 1) await take(30, `old ${client}`);
    wait(30);
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
