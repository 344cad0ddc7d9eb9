/**
 * Measures how long the built server takes from its start to its first answer, as an operator starts it on a PostgreSQL
 * server: a database of its own on the one that TEST_DATABASE_URL names, migrated before. Fails where the median is
 * 1.5 seconds or more. Run by `npm run bench:start`, with how often it is started as its argument, 5 by default.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { loadavg } from 'node:os';
import { resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { runProgram } from './setting/data.ts';
import { runStatements } from './setting/postgres.ts';
import { cpuOf, freePort } from './setting/processes.ts';
import { newSigningKey, projectSide } from './sides.ts';

const root = resolve(import.meta.dirname, '..');
const server = process.env['TEST_DATABASE_URL'];
if (server === undefined) throw new Error('Set TEST_DATABASE_URL to a PostgreSQL server.');
const times = Number(process.argv[2] ?? 5);
const limit = 1_500;
const database = `broadsheet_bench_${process.pid}`;
const url = Object.assign(new URL(server), { pathname: `/${database}` }).href;
const { command, env } = projectSide(root, newSigningKey());

interface Start {
  /** Until the first answer, in milliseconds. */
  readonly time: number;
  /** The processor time of the server by then, in milliseconds. */
  readonly cpu: number;
}

async function isAnswered(port: number): Promise<boolean> {
  return fetch(`http://127.0.0.1:${port}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"query":"{ __typename }"}',
  }).then(
    ({ status }) => status === 200,
    () => false,
  );
}

async function start(): Promise<Start> {
  const port = await freePort();
  const [program = '', ...args] = command;
  const began = performance.now();
  const child = spawn(program, args, {
    cwd: root,
    env: { ...process.env, ...env, NODE_ENV: 'production', DATABASE_URL: url, PORT: String(port) },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const ended = once(child, 'exit');
  try {
    while (!(await isAnswered(port))) {
      if (child.exitCode !== null) throw new Error('The server ended.');
      await pause(5);
    }
    return { time: performance.now() - began, cpu: cpuOf(child.pid as number) / 1_000 };
  } finally {
    child.kill('SIGTERM');
    await ended;
  }
}

const medianOf = (numbers: readonly number[]) =>
  numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] as number;

await runStatements(server, `create database ${database}`);
try {
  runProgram(root, ['migrate'], { DATABASE_URL: url });
  const starts: Start[] = [];
  for (let time = 0; time < times; time += 1) {
    const { time: taken, cpu } = await start();
    starts.push({ time: taken, cpu });
    const load = loadavg()[0]?.toFixed(1);
    console.log(
      `${taken.toFixed(0)} ms to the first answer, ${cpu.toFixed(0)} ms of processor time (load ${load})`,
    );
  }
  const median = medianOf(starts.map(({ time }) => time));
  console.log(
    `Medians: ${median.toFixed(0)} ms, ${medianOf(starts.map(({ cpu }) => cpu)).toFixed(0)} ms of processor time`,
  );
  if (median >= limit) {
    console.error(`The first answer must come within ${limit} ms.`);
    process.exitCode = 1;
  }
} finally {
  await runStatements(server, `drop database ${database} with (force)`);
}
