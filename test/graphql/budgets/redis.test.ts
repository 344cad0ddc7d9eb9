import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLog } from '../../../src/app.ts';
import { ClientBudgets, OverBudget } from '../../../src/graphql/limits/index.ts';
import { RedisBudgetStore } from '../../../src/graphql/limits/redis-budget-store.ts';
import { RedisConnection } from '../../../src/redis/connection.ts';
import { onRedis, redisUrl } from '../../helpers/redis.ts';
import { openWay, type Way } from '../../helpers/way.ts';
import { itIsABudget, numbers } from './behaviour.ts';

describe.runIf(onRedis)('a budget in Redis', () => {
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

  /** Budgets of nobody else, asked by the instances in turn. */
  function budgets({ points, window } = numbers) {
    const test = randomUUID();
    const all = instances.map((redis) => new ClientBudgets({ points, window }, new RedisBudgetStore(redis)));
    const keyOf = (client: string) => `broadsheet:budget:${window}s:user ${test} ${client}`;
    const clients = new Set<string>();
    let asked = 0;
    return {
      take: async (amount: number, client = 'a') => {
        clients.add(client);
        asked += 1;
        return all[asked % all.length]!.take(`user ${test} ${client}`, amount);
      },
      /** Time passes only in Redis, so this makes what it keeps older. */
      wait: async (seconds: number) => {
        for (const client of clients) {
          const [distance, at] = ((await operator.get(keyOf(client))) ?? '').split(' ');
          const left = (await operator.pttl(keyOf(client))) - seconds * 1_000;
          if (left <= 0) await operator.del(keyOf(client));
          else
            await operator.set(
              keyOf(client),
              `${distance} ${BigInt(at ?? '') - BigInt(seconds * 1_000_000)}`,
              'PX',
              left,
            );
        }
      },
      keyOf,
    };
  }

  itIsABudget(budgets);

  it('expires when it is whole', async () => {
    const { take, keyOf } = budgets();
    await take(20);
    const left = await operator.pttl(keyOf('a'));
    expect(left).toBeGreaterThan(19_000);
    expect(left).toBeLessThanOrEqual(20_000);

    const quick = budgets({ points: 60_000, window: 60 });
    await quick.take(30);
    expect(await operator.exists(quick.keyOf('a'))).toBe(1);
    await sleep(60);
    expect(await operator.exists(quick.keyOf('a'))).toBe(0);
    expect(await quick.take(0)).toEqual({ remaining: 60_000, resetAfter: 0 });
    expect(await operator.exists(quick.keyOf('a'))).toBe(0);
  });

  it('goes on when Redis has forgotten its scripts', async () => {
    const { take } = budgets();
    await take(20);
    await operator.script('FLUSH');
    expect(await take(20)).toEqual({ remaining: 20, resetAfter: 40 });
    expect(await take(20)).toEqual({ remaining: 0, resetAfter: 60 });
  });

  it('is taken from in one round trip', async () => {
    const { take } = budgets();
    // So that the script is known.
    await take(1);
    const before = way.connections.messages;
    await take(1);
    await expect(take(60)).rejects.toThrow(OverBudget);
    expect(way.connections.messages - before).toBe(2);
  });
});
