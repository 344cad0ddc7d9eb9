import { z } from 'zod';
import { type RedisConnection, redisScript } from '../../redis/connection.ts';
import { type BudgetStore, MemoryBudgetStore, type Taken } from './budget.ts';

/**
 * Takes from the budget of one key. It is kept as how far off the time is at which it is whole, in milliseconds, and when
 * that was, in microseconds: a sum of both would be too coarse for the smallest of charges. The clock is that of Redis, so
 * that the clocks of instances make no difference. What is whole expires.
 */
const takeScript = redisScript(`
local seconds, microseconds = unpack(redis.call('TIME'))
local now = seconds * 1000000 + microseconds
local charge, window = tonumber(ARGV[1]), tonumber(ARGV[2])
local kept = redis.call('GET', KEYS[1])
local distance = 0
if kept then
  local was, at = string.match(kept, '^(%S+) (%S+)$')
  was, at = tonumber(was), tonumber(at)
  if was and at and was >= 0 and was <= window and at >= 0 then
    distance = math.max(0, was - math.max(0, now - at) / 1000)
  end
end
distance = distance + charge
local isTaken = distance <= window
if isTaken and distance > 0 then
  local text = string.format('%.17g %.0f', distance, now)
  redis.call('SET', KEYS[1], text, 'PX', string.format('%.0f', math.ceil(distance)))
end
return { isTaken and 1 or 0, string.format('%.17g', distance) }
`);

/**
 * Keeps budgets in Redis: instances share them. While Redis does not answer, each instance has budgets of its own, so
 * that a client keeps a limit and nobody waits.
 */
export class RedisBudgetStore implements BudgetStore {
  readonly #redis: RedisConnection;
  readonly #own = new MemoryBudgetStore();

  constructor(redis: RedisConnection) {
    this.#redis = redis;
  }

  async take(key: string, milliseconds: number, window: number): Promise<Taken> {
    // A distance says nothing in another window.
    const name = `budget:${window / 1_000}s:${key}`;
    const read = (answer: unknown) => takenFrom(answer, window, window + milliseconds);
    const taken = await this.#redis.run(takeScript, name, [milliseconds, window], read);
    return taken ?? this.#own.take(key, milliseconds, window);
  }
}

const answerOfScript = z.tuple([z.literal([0, 1]), z.string().regex(/^\d[\d.]*(e[+-]\d+)?$/)]);

/** What the script has answered; undefined where the script cannot have answered that. */
function takenFrom(answer: unknown, window: number, furthest: number): Taken | undefined {
  const { success, data } = answerOfScript.safeParse(answer);
  if (!success) return undefined;
  const [taken, distance] = [data[0] === 1, Number(data[1])];
  const fits = taken ? distance <= window : distance > window && distance <= furthest;
  return fits ? { taken, distance } : undefined;
}
