import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import type { Size } from './setting/data.ts';

/** What a run is asked for. */
export interface Options {
  readonly quick: boolean;
  readonly peers: boolean;
  readonly rounds: number;
  /** How long each side is measured in each round. */
  readonly seconds: number;
  /** How long each side works before that, where nothing is measured. */
  readonly warmUp: number;
  readonly connections: number;
  readonly size: Size;
  /** The names of the workloads; null is all. */
  readonly only: readonly string[] | null;
  /** The names of the sides; null is all. */
  readonly sides: readonly string[] | null;
  /** Folders of other built checkouts of the project, to be measured beside this one. */
  readonly also: readonly string[];
  /** How many processes serve on further sides, of the project and of the limit; 1 is no such side. */
  readonly workers: number;
  /** Whether each process stays on its core. */
  readonly pinning: boolean;
  /** Where the private PostgreSQL keeps its data for later runs. */
  readonly folder: string;
  /** Whether the results are written into bench/. */
  readonly save: boolean;
}

type Flags = Omit<Options, 'size'> & Size;

function count(text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1)
    throw new InvalidArgumentError('It must be a number of 1 or more.');
  return number;
}

function duration(text: string): number {
  const number = Number(text);
  if (!(number > 0)) throw new InvalidArgumentError('It must be a number of seconds.');
  return number;
}

const names = (text: string) => text.split(',');

const full = { rounds: 5, seconds: 2.5, warmUp: 2, users: 10_000, posts: 200_000, comments: 600_000 };
const quick = { rounds: 2, seconds: 0.5, warmUp: 0.5, users: 500, posts: 5_000, comments: 15_000 };

/** Reads the arguments of `npm run bench`. Wrong ones end the process with a line that says why. */
export function readOptions(args: readonly string[]): Options {
  const command = new Command('npm run bench --')
    .description('Measures requests per second, latency, processor time and memory of the built server.')
    .option('--peers', 'measure other GraphQL servers, too', false)
    .option('--quick', 'a small run that only shows that all works', false)
    .option('--rounds <number>', `how often each is measured (${full.rounds})`, count)
    .option('--seconds <number>', `how long each time (${full.seconds})`, duration)
    .option('--warm-up <number>', `how many seconds before that (${full.warmUp})`, duration)
    .option('--connections <number>', 'how many clients there are', count, 32)
    .option('--users <number>', `how many users there are (${full.users})`, count)
    .option('--posts <number>', `how many posts (${full.posts})`, count)
    .option('--comments <number>', `how many comments (${full.comments})`, count)
    .option('--only <names>', 'only these workloads, such as W2,W5', names, null)
    .option('--sides <names>', 'only these sides, such as broadsheet,limit-rows', names, null)
    .option('--also <folders>', 'other built checkouts of the project, measured beside this one', names, [])
    .option('--workers <number>', 'also measure so many processes on one port', count, 1)
    .option('--no-pinning', 'let all processes go wherever there is a core')
    .option(
      '--folder <folder>',
      'where the data are kept for the next run',
      join(tmpdir(), 'broadsheet-bench'),
    )
    .option('--save', 'write the results into bench/README.md and bench/results', false)
    .parse(args, { from: 'user' });
  const given = command.opts<Partial<Flags> & Omit<Options, 'size' | keyof typeof full>>();
  const flags = { ...(given.quick ? quick : full), ...given } as Flags;
  const { users, posts, comments, ...rest } = flags;
  return { ...rest, size: { users, posts, comments, likes: posts, follows: 10 * users } };
}
