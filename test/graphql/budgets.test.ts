import { describe, expect, it } from 'vitest';
import { ClientBudgets, clientOf } from '../../src/graphql/limits/budget.ts';
import { MemoryStore } from '../../src/rate-limits/memory-store.ts';
import type { Viewer } from '../../src/shared/viewer.ts';

describe('a budget', () => {
  it.each([Number.NaN, Infinity, -1])('is neither made of nor charged with %s points', async (points) => {
    const store = new MemoryStore();
    expect(() => new ClientBudgets({ points, window: 60 }, store)).toThrow(RangeError);
    expect(() => new ClientBudgets({ points: 60, window: points }, store)).toThrow(RangeError);
    const budgets = new ClientBudgets({ points: 60, window: 60 }, store);
    expect(() => budgets.take('a', points)).toThrow(RangeError);
    expect(await budgets.take('a', 60)).toEqual({ remaining: 0, resetAfter: 60 });
  });
});

describe('the client of a budget', () => {
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
