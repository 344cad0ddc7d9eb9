import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLog } from '../../src/app.ts';
import { ClientBudgets, OverBudget } from '../../src/graphql/limits/index.ts';
import { MemoryStore } from '../../src/rate-limits/memory-store.ts';
import { RedisStore } from '../../src/rate-limits/redis-store.ts';
import type { LimitStore } from '../../src/rate-limits/store.ts';
import { RedisConnection } from '../../src/redis/connection.ts';
import { openFakeRedis } from '../helpers/fake-redis.ts';
import { onRedis, redisUrl } from '../helpers/redis.ts';
import { openWay, type Way } from '../helpers/way.ts';
import { budgetIn, counterIn, itKeepsLimits } from './behaviour.ts';

describe.runIf(onRedis)('a store in Redis', () => {
  const log = createLog({ logLevel: 'silent' });
  let operator: Redis;
  let way: Way;
  /** Those of two instances. */
  const instances: RedisConnection[] = [];

  beforeAll(async () => {
    operator = new Redis(redisUrl);
    way = await openWay(new URL(redisUrl));
    for (let instance = 0; instance < 2; instance += 1) {
      const connection = new RedisConnection({ url: way.url, prefix: 'broadsheet' }, log);
      await connection.open();
      instances.push(connection);
    }
  });

  afterAll(async () => {
    for (const connection of instances) connection.close();
    operator.disconnect();
    await way.cut();
  });

  /** The stores of two instances, asked in turn. */
  function open() {
    const test = randomUUID();
    const stores = instances.map((redis) => new RedisStore(redis, new MemoryStore()));
    let asked = 0;
    const next = () => stores[(asked += 1) % stores.length]!;
    const store: LimitStore = {
      take: (...args) => next().take(...args),
      count: (...args) => next().count(...args),
    };
    /** Time passes only in Redis, so this makes what it keeps older. */
    async function wait(seconds: number): Promise<void> {
      for (const key of await operator.keys(`broadsheet:*${test}*`)) {
        const left = (await operator.pttl(key)) - seconds * 1_000;
        const [value, at] = ((await operator.get(key)) ?? '').split(' ');
        const older = at === undefined ? value : `${value} ${BigInt(at) - BigInt(seconds * 1_000_000)}`;
        if (left <= 0) await operator.del(key);
        else await operator.set(key, older ?? '', 'PX', left);
      }
    }
    return { store, test, wait };
  }

  itKeepsLimits(open);

  it('has budgets expire when they are full', async () => {
    const opened = open();
    await budgetIn(opened)(20);
    const key = `broadsheet:budget:60s:user ${opened.test} a`;
    const left = await operator.pttl(key);
    expect(left).toBeGreaterThan(19_000);
    expect(left).toBeLessThanOrEqual(20_000);

    const quick = new ClientBudgets({ points: 60_000, window: 60 }, opened.store);
    const quickKey = `broadsheet:budget:60s:user ${opened.test} b`;
    await quick.take(`user ${opened.test} b`, 30);
    expect(await operator.exists(quickKey)).toBe(1);
    await sleep(60);
    expect(await operator.exists(quickKey)).toBe(0);
    expect(await quick.take(`user ${opened.test} b`, 0)).toEqual({ remaining: 60_000, resetAfter: 0 });
    expect(await operator.exists(quickKey)).toBe(0);
  });

  it('has counters expire when their window ends, and keeps none at 0', async () => {
    const opened = open();
    const count = counterIn(opened);
    const key = `broadsheet:count:TEST:60s:${opened.test} a`;
    await count(2);
    const left = await operator.pttl(key);
    expect(left).toBeGreaterThan(55_000);
    expect(left).toBeLessThanOrEqual(60_000);
    await count(-2);
    expect(await operator.exists(key)).toBe(0);
    await count(1);
    await operator.pexpire(key, 1);
    await sleep(10);
    expect(await count(1)).toMatchObject({ count: 1 });
  });

  it.each([
    ['what is no number', 'many', 30_000],
    ['a number that never expires', '7', 0],
    ['a number that expires too late', '7', 100_000],
  ])('restarts a counter where Redis has %s', async (_, value, expiry) => {
    const opened = open();
    const key = `broadsheet:count:TEST:60s:${opened.test} a`;
    await (expiry > 0 ? operator.set(key, value, 'PX', expiry) : operator.set(key, value));
    const { count, left } = await counterIn(opened)(1);
    expect(count).toBe(1);
    expect(left).toBeLessThanOrEqual(60_000);
    expect(await operator.pttl(key)).toBeGreaterThan(0);
  });

  it('goes on when Redis has forgotten its scripts', async () => {
    const opened = open();
    const take = budgetIn(opened);
    await take(20);
    await operator.script('FLUSH');
    expect(await take(20)).toEqual({ remaining: 20, resetAfter: 40 });
    expect(await take(20)).toEqual({ remaining: 0, resetAfter: 60 });
    expect(await counterIn(opened)(1)).toMatchObject({ count: 1 });
  });

  it('is asked in one round trip', async () => {
    const opened = open();
    const [take, count] = [budgetIn(opened), counterIn(opened)];
    // So that Redis knows the scripts.
    await take(1);
    await count(1);
    const before = way.connections.messages;
    await take(1);
    await expect(take(60)).rejects.toThrow(OverBudget);
    await count(1);
    expect(way.connections.messages - before).toBe(3);
  });
});

describe('a store in a Redis that cannot be used', () => {
  const log = createLog({ logLevel: 'silent' });
  const counter = { name: 'TEST', seconds: 60 };

  it('counts in another store where nothing answers', async () => {
    const redis = new RedisConnection({ url: 'redis://127.0.0.1:1', prefix: 'broadsheet' }, log);
    await redis.open();
    const store = new RedisStore(redis, new MemoryStore());
    expect(await store.count(counter, 'a', 2)).toMatchObject({ count: 2 });
    expect(await store.count(counter, 'a', -1)).toMatchObject({ count: 1 });
    redis.close();
  });

  it.each([
    ['no list', '+OK\r\n'],
    ['an error', '-ERR no\r\n'],
    ['one number', '*1\r\n:1\r\n'],
    ['three numbers', '*3\r\n:1\r\n:1\r\n:1\r\n'],
    ['a text', '*2\r\n$1\r\n1\r\n:1\r\n'],
    ['a negative count', '*2\r\n:-1\r\n:1\r\n'],
    ['a window that has ended', '*2\r\n:1\r\n:0\r\n'],
    ['a window that is too long', '*2\r\n:1\r\n:60001\r\n'],
  ])('counts in another store after %s', async (_, answer) => {
    const fake = await openFakeRedis();
    fake.answerScripts(answer);
    const redis = new RedisConnection({ url: fake.url, prefix: 'broadsheet' }, log);
    await redis.open();
    const store = new RedisStore(redis, new MemoryStore());
    const { count, left } = await store.count(counter, 'a', 7);
    expect(count).toBe(7);
    // A sum of times is not exact.
    expect(left).toBeCloseTo(60_000, 3);
    expect(fake.commands).toEqual(['set broadsheet:probe', 'evalsha broadsheet:count:TEST:60s:a']);
    redis.close();
    await fake.close();
  });
});
