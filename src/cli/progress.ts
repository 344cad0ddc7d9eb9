import { type Options, type Params, Presets, SingleBar } from 'cli-progress';

/** How far a long command has come, on standard error. */
export interface Progress {
  /** Says that so many more things are done. */
  advance(count: number): void;
  /** Ends it, done or not. What is printed afterwards begins on a line of its own. */
  stop(): void;
}

/**
 * Shows how far a command has come with `total` things: a bar with rate and time left on a terminal, otherwise a line
 * every ten seconds.
 */
export function startProgress(what: string, total: number): Progress {
  const bar = new SingleBar(
    {
      format: (options, params) => describe(what, options, params),
      etaBuffer: 100,
      noTTYOutput: true,
      notTTYSchedule: 10_000,
    },
    Presets.shades_classic,
  );
  bar.start(total, 0);
  return { advance: (count) => bar.increment(count), stop: () => bar.stop() };
}

function describe(
  what: string,
  options: Options,
  { value, total, progress, startTime, eta }: Params,
): string {
  const seconds = (Date.now() - startTime) / 1_000;
  const rate = seconds > 0 ? value / seconds : 0;
  const width = 24;
  const full = Math.round(progress * width);
  const drawn =
    (options.barCompleteString ?? '').slice(0, full) +
    (options.barIncompleteString ?? '').slice(0, width - full);
  const left = Number.isFinite(eta) && value < total ? `, ${clock(eta)} left` : '';
  return `${what} ${drawn} ${number(value)} of ${number(total)}, ${number(Math.round(rate))}/s${left}`;
}

function number(value: number): string {
  return value.toLocaleString('en');
}

/** Seconds as people read them: `42 s`, `3 min 5 s`. */
function clock(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}
