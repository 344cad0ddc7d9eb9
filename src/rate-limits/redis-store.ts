import { z } from 'zod';
import { type RedisConnection, redisScript } from '../redis/connection.ts';
import type { Counted, Counter, LimitStore, Taken } from './store.ts';

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

/** Adds to the counter of one key. The key expires when the window ends. */
const countScript = redisScript(`
local by, window = tonumber(ARGV[1]), tonumber(ARGV[2])
local count = tonumber(string.match(redis.call('GET', KEYS[1]) or '', '^%d+$') or 0)
local left = redis.call('PTTL', KEYS[1])
if left <= 0 or left > window then
  count, left = 0, window
end
count = math.max(0, count + by)
if count == 0 then
  redis.call('DEL', KEYS[1])
else
  redis.call('SET', KEYS[1], string.format('%.0f', count), 'PX', left)
end
return { count, left }
`);

/** Keeps rate limits in Redis, which instances share. While Redis does not answer, another store is used at once. */
export class RedisStore implements LimitStore {
  readonly #redis: RedisConnection;
  readonly #fallback: LimitStore;

  constructor(redis: RedisConnection, fallback: LimitStore) {
    this.#redis = redis;
    this.#fallback = fallback;
  }

  async take(key: string, milliseconds: number, window: number): Promise<Taken> {
    // A distance says nothing in another window.
    const name = `budget:${window / 1_000}s:${key}`;
    const read = (answer: unknown) => takenFrom(answer, window, window + milliseconds);
    const taken = await this.#redis.run(takeScript, name, [milliseconds, window], read);
    return taken ?? this.#fallback.take(key, milliseconds, window);
  }

  async count(counter: Counter, key: string, by: number): Promise<Counted> {
    const window = counter.seconds * 1_000;
    const name = `count:${counter.name}:${counter.seconds}s:${key}`;
    const counted = await this.#redis.run(countScript, name, [by, window], (answer) =>
      countedFrom(answer, window),
    );
    return counted ?? this.#fallback.count(counter, key, by);
  }
}

const takeAnswer = z.tuple([z.literal([0, 1]), z.string().regex(/^\d[\d.]*(e[+-]\d+)?$/)]);

/** What the script has answered; undefined where the script cannot have answered that. */
function takenFrom(answer: unknown, window: number, furthest: number): Taken | undefined {
  const { success, data } = takeAnswer.safeParse(answer);
  if (!success) return undefined;
  const [taken, distance] = [data[0] === 1, Number(data[1])];
  const fits = taken ? distance <= window : distance > window && distance <= furthest;
  return fits ? { taken, distance } : undefined;
}

const countAnswer = z.tuple([z.int().min(0), z.int().positive()]);

function countedFrom(answer: unknown, window: number): Counted | undefined {
  const { success, data } = countAnswer.safeParse(answer);
  if (!success || data[1] > window) return undefined;
  return { count: data[0], left: data[1] };
}
