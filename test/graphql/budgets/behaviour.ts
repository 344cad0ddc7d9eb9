import { expect, it } from 'vitest';
import type { Balance } from '../../../src/graphql/limits/index.ts';

/** Budgets of these numbers, and a clock that can be put forward, in seconds. */
export interface BudgetsUnderTest {
  readonly take: (points: number, client?: string) => Promise<Balance>;
  readonly wait: (seconds: number) => Promise<void>;
}

export const numbers = { points: 60, window: 60 };

export const refused = (retryAfter: number, actual: number) =>
  expect.objectContaining({
    code: 'RATE_LIMITED',
    extensions: { code: 'RATE_LIMITED', retryAfter, limit: { name: 'budget', max: 60, actual } },
  });

/** What budgets do, wherever they are kept. */
export function itIsABudget(budgets: () => BudgetsUnderTest): void {
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
    await wait(10);
    await expect(take(11)).rejects.toEqual(refused(1, 11));
    expect(await take(10)).toEqual({ remaining: 0, resetAfter: 60 });
    await wait(3_600);
    expect(await take(0)).toEqual({ remaining: 60, resetAfter: 0 });
    await expect(take(61)).rejects.toEqual(refused(1, 61));
  });

  it('loses nothing to what it does not suffice for', async () => {
    const { take, wait } = budgets();
    await take(50);
    for (let time = 0; time < 100; time += 1) await expect(take(20)).rejects.toEqual(refused(10, 20));
    await wait(10);
    expect(await take(20)).toEqual({ remaining: 0, resetAfter: 60 });
  });

  it('is not shared, nor overdrawn by many at once', async () => {
    const { take } = budgets();
    const results = await Promise.allSettled(Array.from({ length: 100 }, () => take(1)));
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(60);
    expect(await take(1, 'b')).toEqual({ remaining: 59, resetAfter: 1 });
  });
}
