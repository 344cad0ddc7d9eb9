import { after, type Awaitable } from '../../shared/awaitable.ts';
import { AppError } from '../../shared/errors.ts';
import { networkOf } from '../../shared/ip-address.ts';
import type { RequestOrigin } from '../../shared/origin.ts';
import { remembered } from '../../shared/remembered.ts';
import type { Viewer } from '../../shared/viewer.ts';

/** How much every client may ask for: so many points at once, which come back evenly in so many seconds. */
export interface BudgetNumbers {
  readonly points: number;
  /** In seconds. */
  readonly window: number;
}

/** What is left of a client's budget. */
export interface Balance {
  /** In points, rounded down. */
  readonly remaining: number;
  /** In how many seconds the budget is whole again, rounded up; after a refusal, in how many there is enough. */
  readonly resetAfter: number;
}

/**
 * Where budgets are kept. Each is one number: the time at which it is whole again. To take from it is to put that off,
 * which is the generic cell rate algorithm of ATM networks; a time that has passed needs no keeping.
 */
export interface BudgetStore {
  /**
   * Puts the time of a key off, by so many milliseconds from now or from where it is, unless it would then be further
   * off than the window. Answers how far off it is then, or would be.
   */
  take(key: string, milliseconds: number, window: number): Awaitable<Taken>;
}

/** Whether something was taken, and how far off the time is at which a budget is whole, in milliseconds. */
export interface Taken {
  readonly taken: boolean;
  readonly distance: number;
}

/** The budgets of all clients. A client is who signed in, and otherwise a network address. */
export class ClientBudgets {
  readonly numbers: BudgetNumbers;
  readonly #store: BudgetStore;

  /** @throws {RangeError} when a number is not positive and finite. */
  constructor(numbers: BudgetNumbers, store: BudgetStore) {
    for (const number of [numbers.points, numbers.window]) {
      if (!(number > 0 && number < Infinity)) throw new RangeError(`A budget cannot have ${number}.`);
    }
    this.numbers = numbers;
    this.#store = store;
  }

  /**
   * Takes points out of a client's budget.
   *
   * @throws {OverBudget} when there are not as many; then none are taken.
   * @throws {RangeError} when points is not a number of points: NaN would stay in a budget for good.
   */
  take(client: string, points: number): Awaitable<Balance> {
    if (!(points >= 0 && points < Infinity)) throw new RangeError(`A charge cannot be ${points} points.`);
    const { points: all, window } = this.numbers;
    const whole = window * 1_000;
    return after(this.#store.take(client, (points * whole) / all, whole), ({ taken, distance }) => {
      if (!taken) throw new OverBudget(points, all, (distance - whole) / 1_000);
      return { remaining: Math.floor(all * (1 - distance / whole)), resetAfter: Math.ceil(distance / 1_000) };
    });
  }
}

/** An operation for which its client's budget does not suffice. */
export class OverBudget extends AppError {
  /** @param seconds until there are enough points. */
  constructor(points: number, all: number, seconds: number) {
    const retryAfter = Math.max(1, Math.ceil(seconds));
    const wait = retryAfter === 1 ? '1 second' : `${retryAfter} seconds`;
    super('RATE_LIMITED', `The budget of ${all} points is used up. Try again in ${wait}.`, {
      retryAfter,
      limit: { name: 'budget', max: all, actual: points },
    });
  }
}

/** Whose budget a request is taken from. Clients without an address have one together. */
export function clientOf(viewer: Viewer, { clientAddress }: RequestOrigin): string {
  if (viewer !== null) return `user ${viewer.id}`;
  return clientAddress === null ? 'address none' : clientAt(clientAddress);
}

const clientAt = remembered((address) => `address ${networkOf(address)}`);

/** Far more clients than one process serves in a minute; of more, the budget that was touched least lately is forgotten. */
const manyClients = 100_000;

/** Keeps budgets in memory: each instance of the server has its own. */
export class MemoryBudgetStore implements BudgetStore {
  readonly #wholeAt = new Map<string, number>();
  /** The one that was touched last, which stands at the end. */
  #last: string | undefined;
  readonly #maxClients: number;
  readonly #now: () => number;

  /** @param now a clock in milliseconds that never goes back. */
  constructor(maxClients: number = manyClients, now: () => number = () => performance.now()) {
    this.#maxClients = maxClients;
    this.#now = now;
  }

  get size(): number {
    return this.#wholeAt.size;
  }

  take(key: string, milliseconds: number, window: number): Taken {
    const now = this.#now();
    const wholeAt = Math.max(this.#wholeAt.get(key) ?? now, now) + milliseconds;
    const distance = wholeAt - now;
    if (distance > window) return { taken: false, distance };
    if (key !== this.#last) {
      this.#wholeAt.delete(key);
      this.#last = key;
    }
    this.#wholeAt.set(key, wholeAt);
    this.#forget(now);
    return { taken: true, distance };
  }

  /** Forgets the first ones while they are whole, or too many. */
  #forget(now: number): void {
    for (const [key, wholeAt] of this.#wholeAt) {
      if (wholeAt > now && this.#wholeAt.size <= this.#maxClients) return;
      this.#wholeAt.delete(key);
    }
  }
}
