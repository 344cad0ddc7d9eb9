import type { LimitStore } from '../../rate-limits/store.ts';
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

/** The budgets of all clients. A client is who signed in, and otherwise a network address. */
export class ClientBudgets {
  readonly numbers: BudgetNumbers;
  readonly #store: LimitStore;

  /** @throws {RangeError} when a number is not positive and finite. */
  constructor(numbers: BudgetNumbers, store: LimitStore) {
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
