import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Bytes, type FakeRedis, openFakeRedis, wholeBudget } from '../helpers/fake-redis.ts';
import { post } from '../helpers/http.ts';
import { startServer, type TestServer } from '../helpers/server.ts';

const window = 864_000_000;

const answer = (taken: string, distance: string) =>
  `*2\r\n${taken}\r\n$${distance.length}\r\n${distance}\r\n`;

const unfit: readonly [what: string, bytes: Bytes][] = [
  ['no list', '*-1\r\n'],
  ['an empty list', '*0\r\n'],
  ['a number', ':5\r\n'],
  ['no string', '$-1\r\n'],
  ['a simple string', '+OK\r\n'],
  ['a string', '$2\r\nOK\r\n'],
  ['an error', '-ERR no\r\n'],
  ['a list with an error', '*2\r\n:1\r\n-ERR no\r\n'],
  ['two strings', '*2\r\n$1\r\n1\r\n$1\r\n0\r\n'],
  ['two numbers', '*2\r\n:1\r\n:0\r\n'],
  ['a list with nothing', '*2\r\n:1\r\n$-1\r\n'],
  ['one element more', '*3\r\n:1\r\n$1\r\n0\r\n:1\r\n'],
  ['neither taken nor refused', answer(':2', '0')],
  ['a distance that is not a number', answer(':1', 'NaN')],
  ['a distance that is nan', answer(':0', '-nan')],
  ['an infinite distance', answer(':0', 'Infinity')],
  ['a distance that is too large for a number', answer(':0', '1e999')],
  ['a negative distance', answer(':1', '-1')],
  ['an empty distance', answer(':1', '')],
  ['a distance beyond the window that was taken', answer(':1', `${window + 1}`)],
  ['a distance within the window that was refused', answer(':0', '1')],
  ['a distance that no charge leads to', answer(':0', '1e300')],
  ['10,000 lists in each other', '*1\r\n'.repeat(10_000)],
  ['10,000 lists in each other, with an end', `${'*1\r\n'.repeat(10_000)}:1\r\n`],
  ['the longest list', '*4294967295\r\n'],
  ['a list that is too long', '*99999999999\r\n'],
  ['ten lists of 30 million', '*30000000\r\n'.repeat(10)],
  ['a type of the next protocol', '%1\r\n+a\r\n+b\r\n'],
  ['random bytes', randomBytes(10_000).toString('latin1')],
  ['the answer of another protocol', 'HTTP/1.1 400 Bad Request\r\n\r\n'],
  ['half an answer', '*2\r\n:1\r\n$1'],
  ['a line without its end', '+OK'],
  ['an answer too many', `${wholeBudget}${wholeBudget}`],
  ['nothing behind the answer', `${wholeBudget}$-1\r\n`],
  ['a string of 1 GB', { first: '$1000000000\r\n', endless: 'a'.repeat(65_536) }],
  ['a string of 1 GB in a list', { first: '*2\r\n:1\r\n$1000000000\r\n', endless: 'a'.repeat(65_536) }],
  ['a line that does not end', { first: '+', endless: 'a'.repeat(65_536) }],
  ['answers that do not end', { first: '', endless: '+OK\r\n'.repeat(10_000) }],
];

/** One of each kind, for tests that wait for new connections. */
const samples = unfit.filter(([what]) =>
  [
    'no list',
    'a number',
    'an error',
    'a distance that is not a number',
    '10,000 lists in each other',
    'random bytes',
    'half an answer',
    'a string of 1 GB',
  ].includes(what),
);

/** More than the buffers of both sockets hold, and far less than the server could keep by mistake. */
const maxSent = 32_000_000;

describe('a Redis with answers that do not fit', { timeout: 60_000 }, () => {
  let redis: FakeRedis;
  let server: TestServer;

  beforeAll(async () => {
    redis = await openFakeRedis();
    server = await startServer({
      COST_CEILING: '100',
      COST_BUDGET: '200',
      COST_BUDGET_WINDOW: '10d',
      TRUSTED_PROXIES: '127.0.0.1',
      REDIS_URL: redis.url,
      REDIS_PREFIX: 'staging:blog',
    });
  });

  afterAll(async () => {
    await server.close();
    await redis.close();
  });

  /** The status of a request from a new address, and how many points its client has left. */
  async function ask(body: object | string, headers: Record<string, string> = {}): Promise<[number, number]> {
    const address = `2001:db8:${randomBytes(2).toString('hex')}:${randomBytes(2).toString('hex')}::1`;
    const response = await post(server, body, { 'x-forwarded-for': address, ...headers });
    await response.arrayBuffer();
    return [response.status, Number(/;r=(\d+);/.exec(response.headers.get('ratelimit') ?? '')?.[1])];
  }
  const operation = () => ask({ query: '{ users(limit: 8) { id } }' });
  const refused = () => ask('{ users { id } }', { 'content-type': 'text/plain' });

  /** Waits until budgets are those in Redis, of which nothing is taken. */
  async function usesRedis(): Promise<void> {
    redis.answerSet('+OK\r\n');
    redis.answerScripts(wholeBudget);
    await expect.poll(operation, { timeout: 20_000 }).toEqual([200, 200]);
  }

  const missed = () => server.log.filter(({ msg }) => String(msg).startsWith('redis does not')).length;

  describe.each([
    ['an operation', operation, [200, 190], unfit],
    ['a refused request', refused, [415, 199], samples],
  ] as const)('is done without by %s', (_kind, request, own, answers) => {
    it.each(answers)('after %s', async (_, bytes) => {
      await usesRedis();
      const before = missed();
      redis.answerScripts(bytes);
      const closed = redis.closed();
      const first = await request();
      // The answer itself fits, and what does not comes behind it.
      const fits = typeof bytes === 'string' && bytes.startsWith(wholeBudget);
      expect(first).toEqual([own[0], fits ? first[1] : own[1]]);
      expect(await closed).toBeLessThan(maxSent);
      expect(await request()).toEqual(own);
      expect(missed()).toBe(before + 1);
    });
  });

  it.each([
    ['no string', '$-1\r\n'],
    ['no list', '*-1\r\n'],
    ['an answer', '+OK\r\n'],
    ['an error', '-ERR no\r\n'],
    ['lists in each other', '*1\r\n'.repeat(10_000)],
    ['random bytes', randomBytes(10_000).toString('latin1')],
  ])('is done without when it sends %s unasked', async (_, bytes) => {
    await usesRedis();
    const closed = redis.closed();
    redis.send(bytes);
    await closed;
    expect(await operation()).toEqual([200, 190]);
  });

  it.each(samples)('is not used while it answers its probe with %s', async (_, bytes) => {
    await usesRedis();
    redis.answerSet(bytes);
    redis.answerScripts('*-1\r\n');
    const before = redis.commands.length;
    await operation();
    // Twice: it goes on trying.
    const probes = () => redis.commands.slice(before).filter((command) => command.startsWith('set')).length;
    await expect.poll(probes, { timeout: 20_000 }).toBeGreaterThan(1);
    expect(await operation()).toEqual([200, 190]);
  });

  it('has keys with the prefix only', () => {
    const names = new Set(redis.commands.map((command) => command.replace(/address .*/, '')));
    expect([...names].toSorted()).toEqual(['evalsha staging:blog:budget:864000s:', 'set staging:blog:probe']);
  });

  it('causes no error', () => {
    expect(server.log.filter(({ level }) => Number(level) >= 50)).toEqual([]);
  });
});
