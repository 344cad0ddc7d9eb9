/**
 * Measures what hostile requests cost the built server: CPU time of its process for each, in milliseconds, and how the
 * memory that it cannot free grows over all of them. It fails where one takes 50 ms or more, where memory grows by a
 * tenth, where documents that are new or have many variants fill the memory, or where forged forwarding headers make
 * several clients of one. The server runs on an empty embedded database. Run by `npm run bench:attacks`; `FLOOD` is the
 * number of requests that flood the cache of plans (4,000). Linux only, for `/proc`.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { planFlood } from '../test/helpers/plan-flood.ts';

const rounds = 6;
const repeats = 20;
const maxMilliseconds = 50;
const maxGrowth = 1.1;
/** Number of requests that flood the cache of plans, and by how much resident memory may grow over them, in MB. */
const floodSize = Number(process.env['FLOOD'] ?? 4_000);
const maxFloodGrowth = 60;

const listOf = (count: number, part: (number: number) => string) =>
  Array.from({ length: count }, (_, number) => part(number)).join(' ');

interface Attack {
  readonly body?: NonNullable<RequestInit['body']>;
  /** The body of the request with this number, where each has another one. */
  readonly bodyOf?: (number: number) => string;
  /** Headers of the request with this number, which no other request of the attack has. */
  readonly headers?: (number: number) => Record<string, string>;
  /** Whether it has the access token of an account. */
  readonly isSignedIn?: boolean;
  /** How often it comes in a round; `repeats` times unless it says otherwise. */
  readonly count?: number;
  /** The status that it is answered with. */
  readonly status: number;
}

/** A body of 6 MB, which is refused before it is parsed. The figure includes receiving it. */
const large = (body: string, headers: Record<string, string> = {}): Attack => ({
  body,
  headers: () => headers,
  count: 5,
  status: 400,
});

const million = 1_000_000;
const inVariable = (value: string) => `{"query":"{__typename}","variables":{"a":${value}}}`;
const nestedLists = inVariable(`${'['.repeat(3 * million)}${']'.repeat(3 * million)}`);
const longText = inVariable(`"${'a'.repeat(6 * million)}"`);

const document = (query: string): Attack => ({ body: JSON.stringify({ query }), status: 400 });

/** Valid documents, each with another comment in every request, so that it is new. */
function changing(queries: Readonly<Record<string, string>>): Record<string, Attack> {
  return Object.fromEntries(
    Object.entries(queries).map(([name, query]) => [
      name,
      { bodyOf: (number: number) => JSON.stringify({ query: `${query}#${number}` }), status: 200 },
    ]),
  );
}

/** Each names a network of its own. */
const forged: Attack = {
  ...document('{ __typename }'),
  headers: (number) => ({ 'x-forwarded-for': `2001:db8:${number.toString(16)}::1` }),
  count: 1_000,
  status: 200,
};

const attacks: Record<string, Attack> = {
  '9 kB of repeated inline fragments': document(`{ ${listOf(430, () => '... { __typename }')} }`),
  '6 kB of 150 inline fragments': document(
    `{ users { ${listOf(150, () => '... { posts { author { id name } } }')} } }`,
  ),
  'fields in fields, 400 at one place': document(
    `{ users { ${listOf(20, () => `posts { ${listOf(20, () => 'author { id }')} }`)} } }`,
  ),
  ...changing({
    'as many comparisons of leaves as are allowed': `{ users { ${listOf(137, (number) => `... { ${number === 0 ? 'id' : 'name'} }`)} } }`,
    'as many comparisons of objects as are allowed': `{ users { ${listOf(69, () => '... { posts { author { name } } }')} } }`,
    'as many comparisons of arguments as are allowed': `{ viewer { ${listOf(96, () => '... { posts(limit: 1) { id } }')} } }`,
    'as many comparisons in fragments as are allowed': `{ viewer { ${listOf(34, (number) => `...F${number}`)} } } ${listOf(34, (number) => `fragment F${number} on User { posts { author { id name username } } }`)}`,
    'a screen of 2,400 tokens': `{ posts(limit: 1) { author { id } ${listOf(38, (number) => `a${number}: commentsConnection(first: 1) { totalCount pageInfo { hasNextPage endCursor } edges { cursor node { id body createdAt author { id name username bio avatarUrl role posts(limit: 1) { id title slug excerpt author { id name username bio } tags { id slug name } } } } } }`)} } }`,
  }),
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
  '4,000 unknown fields in an input': {
    body: JSON.stringify({
      query: 'query ($filter: PostFilter) { postsConnection(filter: $filter) { nodes { id } } }',
      variables: {
        filter: Object.fromEntries(Array.from({ length: 4_000 }, (_, number) => [`f${number}`, 1])),
      },
    }),
    status: 400,
  },
  '6 MB of nested lists': large(nestedLists),
  '6 MB of nested lists with a token': {
    ...large(nestedLists, { authorization: 'Bearer none' }),
    status: 401,
  },
  '2 million objects in a list': large(inVariable(`[${'{},'.repeat(2 * million)}{}]`)),
  '400,000 keys': large(
    inVariable(`{${Array.from({ length: 400_000 }, (_, number) => `"key${number}":1`).join()}}`),
  ),
  '6 MB without a query': large(`{"a":"${'a'.repeat(6 * million)}"}`),
  '6 MB of text in a variable': large(longText),
  '6 MB of text in a variable with a token': {
    ...large(longText, { authorization: 'Bearer none' }),
    status: 401,
  },
  '6 MB of text in a variable, signed in': { ...large(longText), isSignedIn: true },
  '6 MB of nested lists, signed in': { ...large(nestedLists), isSignedIn: true },
  '6 MB of escapes in a variable': large(inVariable(`"${'\\"'.repeat(3 * million)}"`)),
  '6 MB of quotes': large('"'.repeat(6 * million)),
  'a gzip bomb of 200 MB': {
    body: gzipSync(Buffer.alloc(200_000_000)),
    headers: () => ({ 'content-encoding': 'gzip' }),
    status: 415,
  },
  '1,000 forged forwarding headers': forged,
};

/** The CPU time of a process so far, in milliseconds. */
function cpuOf({ pid }: ChildProcess): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  // In ticks of 10 ms, user and system.
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

const medianOf = (numbers: readonly number[]) =>
  numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] as number;

/** Has the server collect its garbage, and tell what is left of its heap in MB. */
const heapTold = `process.on('message', () => { gc(); process.send(process.memoryUsage().heapUsed / 2 ** 20); });`;

/** What a server keeps in its heap, in MB. */
async function memoryOf(server: ChildProcess): Promise<number> {
  server.send('memory');
  const [size] = (await once(server, 'message')) as [number];
  return size;
}

async function start(
  folder: string,
  variables: Record<string, string>,
): Promise<{ server: ChildProcess; url: string }> {
  const server = spawn(
    process.execPath,
    ['--expose-gc', '--import', `data:text/javascript,${heapTold}`, 'dist/main.js', 'serve'],
    {
      env: { ...process.env, PORT: '0', DATA_DIR: folder, DEMO: 'false', ...variables },
      stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    },
  );
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

/** Creates an account and returns an access token of it. */
async function signIn(url: string): Promise<string> {
  const input = { email: 'eve@example.com', password: 'a long walk in the rain' };
  const ask = async (field: string, type: string, values: object) => {
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        query: `mutation ($input: ${type}!) { ${field} }`,
        variables: { input: values },
      }),
    });
    return ((await response.json()) as { data: { signIn: { accessToken: string } } }).data;
  };
  await ask('createUser(input: $input) { id }', 'CreateUserInput', { name: 'Eve', ...input });
  return (await ask('signIn(input: $input) { accessToken }', 'SignInInput', input)).signIn.accessToken;
}

/** A running server, and what attacks need. */
interface Target {
  readonly url: string;
  readonly token: string;
}

/** Returns the number of points that are left to the client that the server sees. */
async function send(target: Target, attack: Attack, number: number): Promise<number> {
  const { body, bodyOf, headers, isSignedIn = false, status } = attack;
  const response = await fetch(`${target.url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(isSignedIn && { authorization: `Bearer ${target.token}` }),
      ...headers?.(number),
    },
    body: bodyOf?.(number) ?? body ?? null,
  }).catch(() => null);
  await response?.text().catch(() => {});
  // A server that refuses a body by its headers may close before all of it was sent.
  if (response !== null && response.status !== status) {
    throw new Error(`The answer has the status ${response.status}, not ${status}.`);
  }
  return Number(/;r=(\d+);/.exec(response?.headers.get('ratelimit') ?? '')?.[1]);
}

/**
 * Sends the attacks to a server with these settings and prints what they cost. Answers what is wrong with that, and how
 * many points those who forged headers had left.
 */
async function measure(
  title: string,
  all: Readonly<Record<string, Attack>>,
  variables: Record<string, string>,
): Promise<{ faults: string[]; left: ReadonlySet<number> }> {
  const folder = mkdtempSync(join(tmpdir(), 'broadsheet-attacks-'));
  const { server, url } = await start(folder, variables);
  try {
    const target = { url, token: await signIn(url) };
    const costs = new Map<string, number[]>();
    const memory: number[] = [];
    const left = new Set<number>();
    for (let round = 0; round < rounds; round += 1) {
      for (const [name, attack] of Object.entries(all)) {
        const { count = repeats } = attack;
        const before = cpuOf(server);
        for (let number = 0; number < count; number += 1) {
          const points = await send(target, attack, round * count + number);
          if (attack === forged) left.add(points);
        }
        costs.set(name, [...(costs.get(name) ?? []), (cpuOf(server) - before) / count]);
      }
      memory.push(await memoryOf(server));
    }
    console.log(title);
    const medians = [...costs].map(([name, times]) => [name, medianOf(times)] as const);
    for (const [name, median] of medians) console.log(`  ${name}: ${median.toFixed(1)} ms`);
    console.log(`  heap after each round: ${memory.map((size) => size.toFixed(1)).join(', ')} MB`);
    const half = memory.length / 2;
    const growth = medianOf(memory.slice(half)) / medianOf(memory.slice(0, half));
    const slow = medians.filter(([, median]) => median >= maxMilliseconds);
    const faults = slow.map(([name]) => `${name} are too slow.`);
    if (growth > maxGrowth) faults.push('Memory grows.');
    return { faults, left };
  } finally {
    server.removeAllListeners('exit');
    server.kill('SIGTERM');
    await once(server, 'exit');
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Resident memory of a process, in MB. */
function residentOf({ pid }: ChildProcess): number {
  const [, kilobytes] = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kilobytes) / 1_024;
}

/** Floods the cache of plans, and returns by how much resident memory grew, in MB. */
async function flood(): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'broadsheet-attacks-'));
  const { server, url } = await start(folder, { COST_BUDGET: '0' });
  const attack: Attack = { bodyOf: (number) => JSON.stringify(planFlood(number)), status: 200 };
  const warmUp = 200;
  try {
    const target = { url, token: '' };
    for (let number = 0; number < warmUp; number += 1) await send(target, attack, number);
    await memoryOf(server);
    const before = residentOf(server);
    for (let number = 0; number < floodSize; number += 1) await send(target, attack, warmUp + number);
    await memoryOf(server);
    return residentOf(server) - before;
  } finally {
    server.removeAllListeners('exit');
    server.kill('SIGTERM');
    await once(server, 'exit');
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Budgets that suffice, and are not whole again before the end, so that they are all remembered. */
const slowly = { COST_BUDGET: '100000000', COST_BUDGET_WINDOW: '10d' };

const direct = await measure('No proxy is trusted:', attacks, slowly);
const proxied = await measure(
  'A proxy is trusted, and names 1,000 clients in a round:',
  { '1,000 forwarding headers': forged },
  { ...slowly, TRUSTED_PROXIES: '127.0.0.1' },
);
const growth = await flood();
console.log(
  `${floodSize} requests that flood the cache of plans: ${growth.toFixed(1)} MB of resident memory`,
);
const faults = [...direct.faults, ...proxied.faults];
if (growth > maxFloodGrowth) faults.push('Plans fill the memory.');
// One client has fewer points each time; many have as many each.
if (direct.left.size === 1) faults.push('Forged forwarding headers are believed.');
if (proxied.left.size > 1) faults.push('Clients behind a trusted proxy have one budget.');
if (faults.length > 0) throw new Error(faults.join(' '));
