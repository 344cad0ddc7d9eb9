/**
 * Measures `broadsheet seed` on the PostgreSQL server that TEST_DATABASE_URL names, each run in a database of its own:
 * how long a large publication takes, and how much memory a small and a large one need. Run by `npm run bench:seed`.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import pg from 'pg';

const server = process.env['TEST_DATABASE_URL'];
if (server === undefined) throw new Error('Set TEST_DATABASE_URL to a PostgreSQL server.');
const database = `broadsheet_bench_${process.pid}`;
const url = Object.assign(new URL(server), { pathname: `/${database}` }).href;

interface Measured {
  readonly seconds: number;
  /** The largest resident memory of the command, in MB. */
  readonly memory: number;
}

async function administer(statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: server });
  await client.connect();
  await client.query(statement);
  await client.end();
}

/** Runs the built command to its end. */
async function run(args: readonly string[]): Promise<Measured> {
  const began = performance.now();
  const child = spawn(process.execPath, ['dist/main.js', ...args], {
    env: { ...process.env, DATABASE_URL: url },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  let memory = 0;
  const look = setInterval(() => {
    const file = `/proc/${child.pid}/status`;
    const status = existsSync(file) ? readFileSync(file, 'utf8') : '';
    memory = Math.max(memory, Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1_024);
  }, 100);
  const [code] = await once(child, 'close');
  clearInterval(look);
  if (code !== 0) throw new Error(`broadsheet ${args.join(' ')} ended with ${code}.`);
  return { seconds: (performance.now() - began) / 1_000, memory };
}

async function measure(what: string, counts: Readonly<Record<string, number>>): Promise<Measured> {
  await administer(`create database ${database}`);
  try {
    await run(['migrate']);
    const load = loadavg()[0]?.toFixed(1);
    const measured = await run([
      'seed',
      ...Object.entries(counts).flatMap(([name, n]) => [`--${name}`, `${n}`]),
    ]);
    const { seconds, memory } = measured;
    console.log(`${what}: ${seconds.toFixed(1)} s, ${memory.toFixed(0)} MB (load before it ${load})`);
    return measured;
  } finally {
    await administer(`drop database ${database} with (force)`);
  }
}

const repeats = Number(process.argv[2] ?? 3);
for (let repeat = 0; repeat < repeats; repeat += 1) {
  await measure('10,000 users, 200,000 posts, 600,000 comments', {
    users: 10_000,
    posts: 200_000,
    comments: 600_000,
  });
}
if (process.argv[3] !== 'no-memory') {
  const posts = (count: number) => ({ users: 10_000, posts: count, comments: 0, likes: 0, follows: 0 });
  const small = await measure('100,000 posts', posts(100_000));
  const large = await measure('1,000,000 posts', posts(1_000_000));
  console.log(
    `A million posts take ${(large.memory / small.memory).toFixed(2)} times the memory of 100,000.`,
  );
}
