import type { Measured, Round } from '../rounds.ts';

/** A number as it was in the middle round, and in the lowest and the highest. */
export interface Spread {
  readonly median: number;
  readonly low: number;
  readonly high: number;
}

/** A side on a workload over all rounds. Latencies are in milliseconds, processor time in microseconds a request. */
export interface Summary {
  readonly workload: string;
  readonly side: string;
  readonly perSecond: Spread;
  /** Requests per second as a share of the limit's best, in the same rounds. */
  readonly ofLimit: Spread | null;
  readonly p50: number;
  readonly p99: number;
  readonly serverCpu: number;
  readonly postgresCpu: number | null;
  readonly loadCpu: number;
}

/** The number in the middle; of an even count the mean of the two that are there. */
export function medianOf(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return ((sorted[Math.floor(middle)] ?? Number.NaN) + (sorted[Math.ceil(middle)] ?? Number.NaN)) / 2;
}

function spreadOf(numbers: readonly number[]): Spread {
  return { median: medianOf(numbers), low: Math.min(...numbers), high: Math.max(...numbers) };
}

const speedOf = ({ rounds }: Measured) => medianOf(rounds.map(({ perSecond }) => perSecond));

/** Requests per second of one divided by those of another, round by round. */
export function ratioOf(one: Measured, other: Measured): Spread {
  return spreadOf(
    one.rounds.map(({ perSecond }, round) => perSecond / (other.rounds[round]?.perSecond ?? Number.NaN)),
  );
}

/** The fastest of some sides on a workload. */
export function fastestOf(
  all: readonly Measured[],
  workload: string,
  isOne: (side: string) => boolean,
): Measured | undefined {
  return all
    .filter((measured) => measured.workload === workload && isOne(measured.side))
    .toSorted((a, b) => speedOf(b) - speedOf(a))[0];
}

/** Sums up what was measured. The limit of a workload is the fastest of the sides of that kind. */
export function summarise(all: readonly Measured[], isLimit: (side: string) => boolean): Summary[] {
  return all.map((measured) => {
    const { workload, side, rounds } = measured;
    const limit = fastestOf(all, workload, isLimit);
    const median = (number: (round: Round) => number) => medianOf(rounds.map(number));
    const hasPostgres = rounds.every(({ postgresCpu }) => postgresCpu !== null);
    return {
      workload,
      side,
      perSecond: spreadOf(rounds.map(({ perSecond }) => perSecond)),
      ofLimit: limit === undefined ? null : ratioOf(measured, limit),
      p50: median(({ p50 }) => p50),
      p99: median(({ p99 }) => p99),
      serverCpu: median(({ serverCpu }) => serverCpu),
      postgresCpu: hasPostgres ? median(({ postgresCpu }) => postgresCpu ?? 0) : null,
      loadCpu: median(({ loadCpu }) => loadCpu),
    };
  });
}
