import { randomBytes, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { post } from '../helpers/http.ts';
import { onRedis, redisUrl } from '../helpers/redis.ts';
import { startServer, type TestServer, useServer } from '../helpers/server.ts';
import { openWay, type Way } from '../helpers/way.ts';

/** Budgets that do not come back while a test runs, of clients that a proxy names. */
const small = {
  COST_CEILING: '100',
  COST_BUDGET: '200',
  COST_BUDGET_WINDOW: '10d',
  TRUSTED_PROXIES: '127.0.0.1',
};

/** The address of a client that nobody else is. */
const anybody = () => `2001:db8:${randomBytes(2).toString('hex')}:${randomBytes(2).toString('hex')}::1`;

/** Sends an operation of 10 points, and 2 more when the server sees it first; answers its status and how many are left. */
async function ask(
  server: { readonly url: string },
  client: string,
): Promise<[status: number, left: number]> {
  const query = '{ users(limit: 8) { id } }';
  const { status, headers } = await post(server, { query }, { 'x-forwarded-for': client });
  return [status, Number(/;r=(\d+);/.exec(headers.get('ratelimit') ?? '')?.[1])];
}

const lines = (server: TestServer) =>
  server.log.map(({ msg }) => String(msg)).filter((msg) => msg.startsWith('redis'));

const missed = 'redis does not answer: this instance goes on by itself';
const back = 'redis answers again';

describe.runIf(onRedis)('two instances with a Redis', () => {
  const first = useServer({ ...small, REDIS_URL: redisUrl });
  const second = useServer({ ...small, REDIS_URL: redisUrl });

  beforeAll(async () => {
    for (const server of [first, second]) await ask(server, anybody());
  });

  it('share the budget of a client', async () => {
    const client = anybody();
    expect(await ask(first, client)).toEqual([200, 190]);
    expect(await ask(second, client)).toEqual([200, 180]);
    const more = await Promise.all(
      Array.from({ length: 50 }, (_, number) => ask(number % 2 === 0 ? first : second, client)),
    );
    // Those that are refused have cost 1 when they came.
    const answered = more.filter(([status]) => status === 200).length;
    expect(answered).toBeGreaterThan(12);
    expect(answered).toBeLessThanOrEqual(18);
    expect(more.filter(([status]) => status !== 200 && status !== 429)).toEqual([]);
    await expect.poll(async () => (await ask(first, client))[0]).toBe(429);
    expect((await ask(second, client))[0]).toBe(429);
    expect((await ask(second, anybody()))[0]).toBe(200);
    expect(lines(first)).toEqual([]);
  });

  it('keep no token in it', async () => {
    const person = await first.person();
    await first.query('{ viewer { id } }', { as: person });
    const operator = new Redis(redisUrl);
    const keys = await operator.keys(`broadsheet:*${person.uuid}*`);
    operator.disconnect();
    expect(keys).toEqual([`broadsheet:budget:864000s:user ${person.uuid}`]);
  });
});

describe.runIf(onRedis)('guesses at two instances with a Redis', () => {
  const variables = { GUESS_LIMIT_PER_ACCOUNT: '3', TRUSTED_PROXIES: '127.0.0.1', REDIS_URL: redisUrl };
  const first = useServer(variables);
  const second = useServer(variables);

  it('are counted together, without an e-mail address in Redis', async () => {
    const email = `somebody-${randomUUID()}@example.org`;
    const document = `mutation ($email: String!) {
      signIn(input: { email: $email, password: "wrong" }) { accessToken } }`;
    const address = anybody();
    const codes: string[] = [];
    for (const server of [first, second, first, second, second]) {
      const headers = { 'x-forwarded-for': address };
      const { errors } = await server.send(document, { variables: { email }, headers });
      codes.push(errors[0]?.extensions.code ?? 'OK');
    }
    expect(codes).toEqual([
      ...Array.from({ length: 3 }, () => 'UNAUTHENTICATED'),
      'RATE_LIMITED',
      'RATE_LIMITED',
    ]);
    const operator = new Redis(redisUrl);
    const keys = await operator.keys('broadsheet:*');
    operator.disconnect();
    expect(keys.filter((key) => key.includes('SIGN_IN_BY_ACCOUNT:3600s:'))).not.toEqual([]);
    expect(keys.filter((key) => key.includes('@') || key.includes('somebody'))).toEqual([]);
  });
});

describe.runIf(onRedis)('a Redis', () => {
  let way: Way;
  let server: TestServer;

  beforeAll(async () => {
    way = await openWay(new URL(redisUrl));
    server = await startServer({ ...small, REDIS_URL: way.url });
    await ask(server, anybody());
  });

  afterAll(async () => {
    await server.close();
    await way.cut();
  });

  it('that goes away leaves each instance its own budgets, and is used again when it is back', async () => {
    const client = anybody();
    expect(await ask(server, client)).toEqual([200, 190]);
    const before = lines(server).length;
    await way.cut();
    // Budgets begin anew.
    expect(await ask(server, client)).toEqual([200, 190]);
    for (let time = 0; time < 30; time += 1) await ask(server, client);
    expect((await ask(server, client))[0]).toBe(429);
    expect((await fetch(`${server.url}/readyz`)).status).toBe(200);
    expect(lines(server).slice(before)).toEqual([missed]);
    await way.mend();
    await expect.poll(() => lines(server).slice(before), { timeout: 5_000 }).toEqual([missed, back]);
    expect(await ask(server, client)).toEqual([200, 180]);
    expect(server.log.filter(({ level }) => Number(level) >= 50)).toEqual([]);
  });

  it('that does not answer is waited for once, and not for long', async () => {
    const client = anybody();
    expect(await ask(server, client)).toEqual([200, 190]);
    const [before, made] = [lines(server).length, way.connections.made];
    way.block();
    const start = performance.now();
    const answers = await Promise.all(Array.from({ length: 10 }, () => ask(server, client)));
    const waited = performance.now() - start;
    expect(answers.map(([status]) => status)).toEqual(Array.from({ length: 10 }, () => 200));
    expect(waited).toBeGreaterThan(90);
    expect(waited).toBeLessThan(500);

    const again = performance.now();
    for (let time = 0; time < 5; time += 1) expect((await ask(server, client))[0]).toBe(200);
    expect(performance.now() - again).toBeLessThan(400);

    // It is tried again, one connection after the other.
    await sleep(2_000);
    expect(way.connections.made - made).toBeGreaterThan(0);
    expect(way.connections.made - made).toBeLessThan(5);
    expect(lines(server).slice(before)).toEqual([missed]);
    way.unblock();
    await expect.poll(() => lines(server).slice(before), { timeout: 5_000 }).toEqual([missed, back]);
    // What was on its way may have come, too: ten charges of 10 at the most.
    const [, left] = await ask(server, client);
    expect(left).toBeGreaterThanOrEqual(80);
    expect(left).toBeLessThanOrEqual(180);
  });

  it('has no connection any more when the server has stopped', async () => {
    await expect.poll(() => way.connections.open).toBe(1);
    const another = await startServer({ REDIS_URL: way.url });
    expect(way.connections.open).toBe(2);
    await another.close();
    await expect.poll(() => way.connections.open).toBe(1);
  });
});

describe('a Redis that cannot be used', () => {
  it('does not keep the server from starting', async () => {
    const server = await startServer({ ...small, REDIS_URL: 'redis://ada:hunter2@127.0.0.1:1' });
    try {
      const client = anybody();
      await ask(server, anybody());
      expect(await ask(server, client)).toEqual([200, 190]);
      expect(await ask(server, client)).toEqual([200, 180]);
      expect(lines(server)).toEqual([missed]);
      const line = server.log.find(({ msg }) => msg === missed);
      expect(line).toMatchObject({ level: 40, err: { code: 'ECONNREFUSED' } });
      expect(JSON.stringify(server.log)).not.toContain('hunter2');
    } finally {
      await server.close();
    }
  });

  it.runIf(onRedis).each([
    ['a wrong password', { password: 'hunter2' }, /WRONGPASS|without any password/],
    ['no right to write', {}, /NOPERM|permission/i],
    ['a database that there is not', { pathname: '/65535' }, /out of range/],
  ])('is told and done without: %s', async (_, change, message) => {
    const operator = new Redis(redisUrl);
    const username = `reader-${randomUUID()}`;
    await operator.acl('SETUSER', username, 'on', '>secret', '~*', '+@all', '-@write');
    const may = message.source.includes('range') ? {} : { username, password: 'secret' };
    try {
      const { href } = Object.assign(new URL(redisUrl), may, change);
      const server = await startServer({ ...small, REDIS_URL: href });
      await ask(server, anybody());
      expect(await ask(server, anybody())).toEqual([200, 190]);
      await sleep(1_500);
      expect(lines(server)).toEqual([missed]);
      const line = server.log.find(({ msg }) => msg === missed);
      expect(line).toMatchObject({ err: { message: expect.stringMatching(message) } });
      expect(JSON.stringify(server.log)).not.toMatch(/hunter2|secret/);
      await server.close();
    } finally {
      await operator.acl('DELUSER', username);
      operator.disconnect();
    }
  });
});
