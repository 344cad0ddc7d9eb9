import type { DriverQuery } from '../driver.ts';
import { UsedNames } from './statement-names.ts';

/** Maximum age of a connection to a read-only server, in milliseconds, from when the session knows it. */
export const readOnlyLifetime = 2_000;

/** Settings that the server reports when it becomes read-only, or is no longer. */
export const readOnlySettings: ReadonlySet<string> = new Set([
  'in_hot_standby',
  'default_transaction_read_only',
]);

export const readOnlyQuery: DriverQuery = {
  name: null,
  text: "select pg_is_in_recovery() or current_setting('default_transaction_read_only')::boolean",
  values: [],
};

/** What the sessions of a driver share. */
export class SessionGroup {
  readonly usedNames = new UsedNames();
  /** Maximum age of a connection, in milliseconds. */
  readonly lifetime: number;
  #generation = 0;

  /** @param lifetime Maximum age of a connection, in milliseconds, give or take a tenth so that not all end together. */
  constructor(lifetime: number) {
    this.lifetime = lifetime;
  }

  /** Counts how often all connections were retired. */
  get generation(): number {
    return this.#generation;
  }

  /** When a connection that was just opened is to be replaced. */
  endOfLife(): number {
    return performance.now() + this.lifetime * (0.9 + Math.random() * 0.2);
  }

  /** Retires all connections, unless those of this generation are retired already. */
  retire(generation: number): void {
    if (generation === this.#generation) this.#generation += 1;
  }
}
