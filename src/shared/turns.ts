import { ServerBusy } from './errors.ts';
import type { WaitingClient } from './waiting-client.ts';

export interface TurnLimits {
  /** How many have their turn at a time. */
  readonly size: number;
  /** Maximum number of callers that wait for a turn. */
  readonly maxWaiting: number;
  /** How long a caller waits for a turn, in milliseconds. */
  readonly timeout: number;
}

/** A semaphore with a bounded queue, first come, first served. */
export class Turns {
  readonly #limits: TurnLimits;
  #taken = 0;
  /** Each starts the turn of the caller that waits for it. */
  readonly #waiting = new Set<() => void>();

  constructor(limits: TurnLimits) {
    this.#limits = limits;
  }

  /** Whether nobody has a turn or waits for one. */
  get isIdle(): boolean {
    return this.#taken === 0;
  }

  /**
   * Waits for a turn.
   *
   * @param whenGone makes the error for a client that goes while it waits; it leaves the queue then.
   * @returns what ends the turn; to be called once.
   * @throws {ServerBusy} when too many wait already, or when the turn does not come in time.
   */
  take(client: WaitingClient | undefined, whenGone: () => Error): Promise<() => void> {
    if (client?.isGone === true) return Promise.reject(whenGone());
    if (this.#taken < this.#limits.size) return Promise.resolve(this.#start());
    if (this.#waiting.size >= this.#limits.maxWaiting) return Promise.reject(new ServerBusy());
    return new Promise((resolve, reject) => {
      const leave = () => {
        this.#waiting.delete(start);
        clearTimeout(timer);
        stopListening?.();
      };
      const start = () => {
        leave();
        resolve(this.#start());
      };
      const fail = (error: Error) => {
        leave();
        reject(error);
      };
      const timer = setTimeout(() => fail(new ServerBusy()), this.#limits.timeout);
      const stopListening = client?.onceGone(() => fail(whenGone()));
      this.#waiting.add(start);
    });
  }

  #start(): () => void {
    this.#taken += 1;
    return () => {
      this.#taken -= 1;
      const [next] = this.#waiting;
      next?.();
    };
  }
}
