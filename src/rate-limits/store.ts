import type { Awaitable } from '../shared/awaitable.ts';

/**
 * Where rate limits are kept: in this process, in the first process of `serve --workers`, or in Redis. Budgets are
 * refilled evenly, counters restart with each window.
 */
export interface LimitStore {
  /**
   * Takes from a budget. A budget is one number, the time at which it is full again, and each charge puts that time off:
   * the generic cell rate algorithm of ATM networks. Nothing is taken when the budget would be full later than a window
   * from now.
   *
   * @param milliseconds how far to put the time off.
   * @param window the whole budget, in milliseconds.
   */
  take(key: string, milliseconds: number, window: number): Awaitable<Taken>;

  /**
   * Adds to a counter; a negative number gives back what was counted before. A counter is never below 0. Its window
   * begins when it leaves 0, and no addition makes it longer.
   */
  count(counter: Counter, key: string, by: number): Awaitable<Counted>;
}

/** What counters of one kind have in common: a name, and how long their window is, in seconds. */
export interface Counter {
  readonly name: string;
  readonly seconds: number;
}

/** Whether a charge was taken, and in how many milliseconds the budget is full; after a refusal, when it would be. */
export interface Taken {
  readonly taken: boolean;
  readonly distance: number;
}

/** What a counter says now, and in how many milliseconds its window ends. */
export interface Counted {
  readonly count: number;
  readonly left: number;
}
