import { Generations } from './generations.ts';
import type { Counted, Counter, LimitStore, Taken } from './store.ts';

/** Maximum number of budgets, and of counters of each kind: far more clients than one process serves in a minute. */
const maxEntries = 100_000;

interface OpenWindow {
  readonly count: number;
  readonly endsAt: number;
}

/**
 * Keeps rate limits in the memory of this process. Counters of one kind do not evict those of another, since some
 * attempts are much cheaper to make than others.
 */
export class MemoryStore implements LimitStore {
  /** When each budget is full, for each window. */
  readonly #budgets = new Map<number, Generations<number>>();
  readonly #counters = new Map<string, Generations<OpenWindow>>();
  readonly #max: number;
  readonly #now: () => number;

  /** @param now a clock in milliseconds that never goes back. */
  constructor(max: number = maxEntries, now: () => number = () => performance.now()) {
    this.#max = max;
    this.#now = now;
  }

  /** The number of budgets and counters. */
  get size(): number {
    return [...this.#budgets.values(), ...this.#counters.values()].reduce((sum, { size }) => sum + size, 0);
  }

  take(key: string, milliseconds: number, window: number): Taken {
    const now = this.#now();
    const budgets = this.#kept(this.#budgets, window, window);
    const distance = Math.max((budgets.get(key, now) ?? now) - now, 0) + milliseconds;
    if (distance > window) return { taken: false, distance };
    budgets.set(key, now + distance);
    return { taken: true, distance };
  }

  count({ name, seconds }: Counter, key: string, by: number): Counted {
    const now = this.#now();
    const window = seconds * 1_000;
    const counters = this.#kept(this.#counters, name, window);
    const kept = counters.get(key, now);
    const { count: before, endsAt } =
      kept !== undefined && kept.endsAt > now ? kept : { count: 0, endsAt: now + window };
    const count = Math.max(0, before + by);
    if (count === 0) counters.delete(key);
    else counters.set(key, { count, endsAt });
    return { count, left: endsAt - now };
  }

  #kept<Kind, T>(kinds: Map<Kind, Generations<T>>, kind: Kind, life: number): Generations<T> {
    let entries = kinds.get(kind);
    if (entries === undefined) {
      entries = new Generations<T>(this.#max, life);
      kinds.set(kind, entries);
    }
    return entries;
  }
}
