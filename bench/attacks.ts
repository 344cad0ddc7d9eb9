/**
 * Measures what requests made to hurt cost the built server: CPU time of its process for each, in milliseconds, and how
 * its resident memory grows over all of them. It fails where one takes 50 ms or more, or memory grows by a tenth. The
 * server runs on an empty embedded database. Run by `npm run bench:attacks`; Linux only, for `/proc`.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

const rounds = 6;
const repeats = 20;
const maxMilliseconds = 50;
const maxGrowth = 1.1;

const listOf = (count: number, part: (number: number) => string) =>
  Array.from({ length: count }, (_, number) => part(number)).join(' ');

interface Attack {
  readonly body: NonNullable<RequestInit['body']>;
  /** Headers of the request with this number. */
  readonly headers?: (number: number) => Record<string, string>;
  /** The status that it is answered with. */
  readonly status: number;
}

const document = (query: string): Attack => ({ body: JSON.stringify({ query }), status: 400 });

const forged: Attack = {
  ...document('{ __typename }'),
  headers: (number) => ({ 'x-forwarded-for': `198.51.${number >> 8}.${number & 255}` }),
  status: 200,
};

const attacks: Record<string, Attack> = {
  '9 kB of repeated inline fragments': document(`{ ${listOf(430, () => '... { __typename }')} }`),
  'as many of them as are allowed': {
    ...document(`{ users { ${listOf(199, (number) => `... { ${number % 20 === 0 ? 'id' : 'name'} }`)} } }`),
    status: 200,
  },
  '10,000 aliases': document(`{ ${listOf(10_000, (number) => `a${number}: __typename`)} }`),
  '1 MB of comments': document(`${'#comment\n'.repeat(111_000)}{ __typename }`),
  '100,000 brackets': document(`{ users(limit: ${'['.repeat(100_000)}`),
  '100,000 braces': document('{'.repeat(100_000)),
  '10,000 directives': document(`{ __typename ${listOf(10_000, () => '@include(if: true)')} }`),
  '5,000 operations': document(listOf(5_000, (number) => `query Q${number} { __typename }`)),
  '10,000 unknown variables': {
    body: JSON.stringify({
      query: '{ __typename }',
      variables: Object.fromEntries(Array.from({ length: 10_000 }, (_, number) => [`v${number}`, number])),
    }),
    status: 400,
  },
  'a gzip bomb of 200 MB': {
    body: gzipSync(Buffer.alloc(200_000_000)),
    headers: () => ({ 'content-encoding': 'gzip' }),
    status: 415,
  },
  'a forged forwarding header': forged,
};

/** The CPU time of a process so far, in milliseconds. */
function cpuOf({ pid }: ChildProcess): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  // In ticks of 10 ms, user and system.
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

const medianOf = (numbers: readonly number[]) =>
  numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] as number;

/** The resident memory of a process, in MB. */
function memoryOf({ pid }: ChildProcess): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1_024;
}

async function start(folder: string): Promise<{ server: ChildProcess; url: string }> {
  const server = spawn(process.execPath, ['dist/main.js', 'serve'], {
    env: { ...process.env, PORT: '0', DATA_DIR: folder, DEMO: 'false' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const url = await new Promise<string>((resolve, reject) => {
    let log = '';
    server.stdout?.on('data', (chunk) => {
      log += String(chunk);
      const [, address] = /listening at (http:[^"]+)/.exec(log) ?? [];
      if (address !== undefined) resolve(address);
    });
    server.on('exit', (code) => reject(new Error(`The server ended with ${code}.`)));
  });
  return { server, url };
}

async function send(url: string, { body, headers, status }: Attack, number: number): Promise<void> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers?.(number) },
    body,
  }).catch(() => null);
  await response?.text().catch(() => {});
  // A server that refuses a body by its headers may close before all of it was sent.
  if (response !== null && response.status !== status) {
    throw new Error(`The answer has the status ${response.status}, not ${status}.`);
  }
}

const folder = mkdtempSync(join(tmpdir(), 'broadsheet-attacks-'));
const { server, url } = await start(folder);
try {
  const costs = new Map<string, number[]>();
  const memory: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    for (const [name, attack] of Object.entries(attacks)) {
      const before = cpuOf(server);
      for (let number = 0; number < repeats; number += 1) await send(url, attack, number);
      costs.set(name, [...(costs.get(name) ?? []), (cpuOf(server) - before) / repeats]);
    }
    for (let number = 0; number < 1_000; number += 1) await send(url, forged, number);
    memory.push(memoryOf(server));
  }
  const slow: string[] = [];
  for (const [name, times] of costs) {
    const median = medianOf(times);
    console.log(`${name}: ${median.toFixed(1)} ms`);
    if (median >= maxMilliseconds) slow.push(name);
  }
  console.log(`Resident memory after each round: ${memory.map((size) => size.toFixed(0)).join(', ')} MB`);
  const half = memory.length / 2;
  const growth = medianOf(memory.slice(half)) / medianOf(memory.slice(0, half));
  if (slow.length > 0) throw new Error(`Too slow: ${slow.join(', ')}.`);
  if (growth > maxGrowth) throw new Error('Memory grows.');
} finally {
  server.removeAllListeners('exit');
  server.kill('SIGTERM');
  await once(server, 'exit');
  rmSync(folder, { recursive: true, force: true });
}
