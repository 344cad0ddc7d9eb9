import { setTimeout as sleep } from 'node:timers/promises';
import type { Driver, DriverQuery } from '../../src/db/driver.ts';

/** A step of an operation: it takes a connection, or sends a statement. */
interface Step {
  /** The name of the statement without its hash, or `connect`. */
  readonly name: string;
  readonly take: () => void;
}

/** A driver of the same database that, while an operation runs, waits before each of its steps to be told to go on. */
export class SteppedDriver {
  readonly driver: Driver;
  /** What the operation is about to do, oldest first. */
  readonly next: Step[] = [];
  /** How many of its steps the database has not answered yet. */
  underWay = 0;
  isRunning = false;
  /** Called whenever any of that changes. */
  onChange = () => {};

  constructor(driver: Driver) {
    const step = async <T>(name: string, work: () => Promise<T>): Promise<T> => {
      if (!this.isRunning) return work();
      await new Promise<void>((take) => {
        this.next.push({ name, take });
        this.onChange();
      });
      this.underWay += 1;
      try {
        return await work();
      } finally {
        this.underWay -= 1;
        this.onChange();
      }
    };
    this.driver = {
      ...driver,
      query: (query) => step(nameOf(query), () => driver.query(query)),
      connect: (client) =>
        step('connect', async () => {
          const connection = await driver.connect(client);
          return {
            query: (query) => step(nameOf(query), () => connection.query(query)),
            release: (broken) => connection.release(broken),
          };
        }),
      // Whoever opened the database closes it.
      async close() {},
    };
  }

  /** Whether the operation goes on without being told to. */
  get isBusy(): boolean {
    return this.isRunning && this.next.length === 0;
  }

  takeStep(): void {
    this.next.shift()?.take();
  }
}

function nameOf({ name, text }: DriverQuery): string {
  return (name ?? text).replace(/_[0-9a-f]{12}$/, '');
}

/** Says which of the two operations takes its next step; null stands for one that is over or waits for a lock. */
export type Schedule = (next: readonly [string | null, string | null]) => 0 | 1;

/** Runs the first up to a step, then the second to its end, and then the rest of the first. */
export function holdAt(stepName: string): Schedule {
  return ([first, second]) => (first !== null && (first !== stepName || second === null) ? 0 : 1);
}

/** Runs the two in turns of so many steps. */
export function inTurns(lengths: readonly number[]): Schedule {
  const turns = lengths.flatMap((length, index) => Array.from({ length }, () => (index % 2) as 0 | 1));
  return ([first]) => turns.shift() ?? (first === null ? 1 : 0);
}

/**
 * Runs two operations at the same time, one step at a time as the schedule says, and answers what they answer. The next
 * step is taken when nothing moves any more: each operation is over, about to take a step, or waits for a lock.
 *
 * @param database The driver below the two, of a server: the embedded database has one connection.
 */
export async function interleave<T>(
  database: Driver,
  sides: readonly [SteppedDriver, SteppedDriver],
  operations: readonly [() => Promise<T>, () => Promise<T>],
  schedule: Schedule,
): Promise<[T, T]> {
  let changes = 0;
  let wake = () => {};
  const onChange = () => {
    changes += 1;
    wake();
  };
  const changed = () => new Promise<void>((resolve) => (wake = resolve));
  const run = async (side: SteppedDriver, operation: () => Promise<T>): Promise<T> => {
    side.onChange = onChange;
    side.isRunning = true;
    try {
      return await operation();
    } finally {
      side.isRunning = false;
      onChange();
    }
  };
  const underWay = () => sides[0].underWay + sides[1].underWay;
  const isStill = async () => {
    if (sides.some((side) => side.isBusy && side.underWay === 0)) return false;
    if (underWay() === 0) return true;
    const before = changes;
    const waiting = await waitingForLocks(database);
    return changes === before && waiting === underWay();
  };

  const results = Promise.all([run(sides[0], operations[0]), run(sides[1], operations[1])]);
  // Failures are seen at the end.
  results.catch(() => {});
  while (sides.some((side) => side.isRunning)) {
    const change = changed();
    const canAct = sides.some((side) => side.next.length > 0);
    if (canAct && (await isStill())) {
      const next = sides.map((side) => (side.isRunning ? (side.next[0]?.name ?? null) : null));
      const chosen = sides[schedule(next as [string | null, string | null])];
      const other = chosen === sides[0] ? sides[1] : sides[0];
      (chosen.next.length > 0 ? chosen : other).takeStep();
      continue;
    }
    // A wait for a lock begins without an event.
    await (underWay() > 0 ? Promise.race([change, sleep(2)]) : change);
  }
  return results;
}

/** How many connections to this database wait for a lock that another one holds. */
async function waitingForLocks(database: Driver): Promise<number> {
  const text = `select count(*)::integer from pg_stat_activity
    where datname = current_database() and wait_event_type = 'Lock' and cardinality(pg_blocking_pids(pid)) > 0`;
  const [row] = await database.query({ name: null, text, values: [] });
  return Number(row?.[0]);
}
