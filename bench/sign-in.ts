/**
 * Measures how long `{ __typename }` takes while 20 people sign in at a time, again and again: a production server, in a
 * database of its own on the PostgreSQL server that TEST_DATABASE_URL names. Fails when the 99th percentile is 200 ms or
 * more. Run by `npm run bench:sign-in`, with the seconds to measure as its argument, 20 by default.
 */
import { spawn } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { loadavg } from 'node:os';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';

const server = process.env['TEST_DATABASE_URL'];
if (server === undefined) throw new Error('Set TEST_DATABASE_URL to a PostgreSQL server.');
const seconds = Number(process.argv[2] ?? 20);
const parallel = 20;
const limit = 200;
const port = 40_000 + (process.pid % 20_000);
const database = `broadsheet_bench_${process.pid}`;
const password = 'a good long password';

const env = {
  ...process.env,
  NODE_ENV: 'production',
  LOG_LEVEL: 'warn',
  PORT: String(port),
  DATABASE_URL: Object.assign(new URL(server), { pathname: `/${database}` }).href,
  TOKEN_SIGNING_KEY: generateKeyPairSync('ec', { namedCurve: 'P-256' })
    .privateKey.export({ type: 'pkcs8', format: 'pem' })
    .toString(),
  // All of them come from one address.
  GUESS_LIMIT_PER_ADDRESS: '1000000',
  SIGN_UP_LIMIT_PER_ADDRESS: '1000000',
};

async function administer(statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: server });
  await client.connect();
  await client.query(statement);
  await client.end();
}

/** Sends a document, fails when the answer has an error, and answers the milliseconds it took. */
async function ask(query: string, variables: object = {}): Promise<number> {
  const began = performance.now();
  const response = await fetch(`http://127.0.0.1:${port}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  });
  const { errors } = (await response.json()) as { errors?: unknown };
  if (errors !== undefined) throw new Error(JSON.stringify(errors));
  return performance.now() - began;
}

async function untilReady(): Promise<void> {
  const isReady = await fetch(`http://127.0.0.1:${port}/readyz`).then(
    ({ ok }) => ok,
    () => false,
  );
  if (isReady) return;
  await pause(100);
  await untilReady();
}

/** Does something again and again until the time is over, and answers what each time took. */
async function repeat(until: number, work: () => Promise<number>): Promise<number[]> {
  const times: number[] = [];
  // oxlint-disable-next-line no-await-in-loop -- one after the other is the point
  while (performance.now() < until) times.push(await work());
  return times;
}

function percentile(times: readonly number[], share: number): number {
  const sorted = times.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

const describe = (times: readonly number[]) =>
  `p50 ${percentile(times, 0.5).toFixed(1)} ms, p99 ${percentile(times, 0.99).toFixed(1)} ms, ` +
  `most ${Math.max(...times).toFixed(1)} ms, ${times.length} times`;

async function measure(): Promise<number> {
  const emails = Array.from({ length: parallel }, (_, i) => `person-${i}@example.org`);
  for (const email of emails) {
    // oxlint-disable-next-line no-await-in-loop -- the queue of hashes is bounded
    await ask('mutation ($input: CreateUserInput!) { createUser(input: $input) { id } }', {
      input: { name: 'Somebody', email, password },
    });
  }
  const poll = () => pause(10).then(() => ask('{ __typename }'));
  const quiet = await repeat(performance.now() + 3_000, poll);
  console.log(`{ __typename } while nobody signs in: ${describe(quiet)}`);
  const until = performance.now() + seconds * 1_000;
  const signIn = 'mutation ($input: SignInInput!) { signIn(input: $input) { accessToken } }';
  const [polls, ...signIns] = await Promise.all([
    repeat(until, poll),
    ...emails.map((email) => repeat(until, () => ask(signIn, { input: { email, password } }))),
  ]);
  console.log(`{ __typename } while ${parallel} sign in: ${describe(polls)}`);
  console.log(
    `signIn: ${describe(signIns.flat())}, ${(signIns.flat().length / seconds).toFixed(1)} a second`,
  );
  return percentile(polls, 0.99);
}

await administer(`create database ${database}`);
console.log(`load before it: ${loadavg()[0]?.toFixed(1)}`);
const child = spawn(process.execPath, ['dist/main.js', 'serve', '--migrate'], {
  env,
  stdio: ['ignore', 'pipe', 'inherit'],
});
createInterface({ input: child.stdout }).on('line', (line) => console.error(line));
try {
  await untilReady();
  const p99 = await measure();
  if (p99 >= limit) {
    console.error(`The 99th percentile must be less than ${limit} ms.`);
    process.exitCode = 1;
  }
} finally {
  child.kill('SIGTERM');
  await once(child, 'close');
  await administer(`drop database ${database} with (force)`);
}
