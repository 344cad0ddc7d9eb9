import { createHash } from 'node:crypto';
import type { Redis, RedisOptions } from 'ioredis';
import type { Logger } from 'pino';

/** How long a request may wait for Redis, in milliseconds. */
const patience = 100;

/** How long it may take until a connection can be used, in milliseconds. No request waits for that. */
const connectPatience = 1_000;

/** After how many milliseconds a connection that failed is tried again. */
const retryAfter = 500;

/** What is written to see whether writing works: a Redis that is full, or a replica, still answers reads. */
const probe = 'broadsheet:probe';

/** What Redis executes at once, without anything else in between. */
export interface RedisScript {
  readonly text: string;
  readonly digest: string;
}

/** @param text in Lua, about one key. */
export function redisScript(text: string): RedisScript {
  return { text, digest: createHash('sha1').update(text).digest('hex') };
}

/**
 * A connection to Redis that the server can do without. Where Redis does not answer in time, or refuses what it is
 * asked, nobody asks it again until a new connection was made in the background and has written something. The log says
 * when that begins and when it ends.
 */
export class RedisConnection {
  readonly #options: RedisOptions;
  readonly #log: Logger;
  #client: Redis | null = null;
  #isMissed = false;
  #isClosed = false;
  #retry: NodeJS.Timeout | undefined;

  constructor(url: string, log: Logger) {
    this.#options = optionsFrom(url);
    this.#log = log;
  }

  /** Connects. It is over after a second at the most, whether that worked or not. */
  open(): Promise<void> {
    return this.#connect();
  }

  /** Executes a script about a key, in one round trip. Answers undefined when Redis does not answer. */
  async run(script: RedisScript, key: string, values: readonly (string | number)[]): Promise<unknown> {
    const client = this.#client;
    if (client === null) return undefined;
    try {
      return await within(patience, evaluate(client, script, key, values));
    } catch (error) {
      this.#lose(client, error);
      return undefined;
    }
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#retry);
    this.#client?.disconnect();
    this.#client = null;
  }

  async #connect(): Promise<void> {
    // Loaded where there is a Redis, so that others start without it.
    const { Redis: Client } = await import('ioredis');
    const client = new Client(this.#options);
    // What it emits says more than the promises that fail with it, and some faults it only emits.
    const faults: unknown[] = [];
    client.on('error', (error) => faults.push(error));
    client.on('close', () => {
      faults.push(new Error('Redis has closed the connection.'));
      this.#lose(client, faults[0]);
    });
    await within(connectPatience, begin(client)).catch((error: unknown) => faults.push(error));
    if (this.#isClosed || faults.length > 0) {
      client.disconnect();
      return this.#miss(faults[0]);
    }
    this.#client = client;
    if (this.#isMissed) this.#log.info('redis answers again');
    this.#isMissed = false;
  }

  /** Uses a client no more. */
  #lose(client: Redis, error: unknown): void {
    if (this.#client !== client) return;
    this.#client = null;
    client.disconnect();
    this.#miss(error);
  }

  #miss(err: unknown): void {
    if (this.#isClosed) return;
    if (!this.#isMissed) this.#log.warn({ err }, 'redis does not answer: this instance goes on by itself');
    this.#isMissed = true;
    this.#retry = setTimeout(() => void this.#connect(), retryAfter);
  }
}

/**
 * The address in parts, since the client takes a query in an address for options. Nothing is queued and nothing sent
 * again: it would be charged twice, or wait.
 */
function optionsFrom(url: string): RedisOptions {
  const { protocol, hostname, port, username, password, pathname } = new URL(url);
  return {
    host: hostname.replace(/^\[|\]$/g, ''),
    port: port === '' ? 6_379 : Number(port),
    db: Number(pathname.slice(1)),
    ...(username !== '' && { username: decodeURIComponent(username) }),
    ...(password !== '' && { password: decodeURIComponent(password) }),
    ...(protocol === 'rediss:' && { tls: {} }),
    lazyConnect: true,
    retryStrategy: null,
    enableOfflineQueue: false,
    enableReadyCheck: false,
    disableClientInfo: true,
    connectTimeout: connectPatience,
    disconnectTimeout: patience,
  };
}

async function begin(client: Redis): Promise<void> {
  await client.connect();
  await client.set(probe, '', 'PX', 1_000);
}

/** By its digest, and with its text where Redis does not know it, or does not any more. */
async function evaluate(
  client: Redis,
  { text, digest }: RedisScript,
  key: string,
  values: readonly (string | number)[],
): Promise<unknown> {
  try {
    return await client.evalsha(digest, 1, key, ...values);
  } catch (error) {
    if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error;
    return client.eval(text, 1, key, ...values);
  }
}

/** Fails when an answer takes longer. What came while the process was busy with something else counts as in time. */
async function within<T>(milliseconds: number, answer: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const fail = () => reject(new Error(`Redis has not answered within ${milliseconds} ms.`));
    // Timers run before what came in is read, and this after it.
    timer = setTimeout(() => setImmediate(fail), milliseconds);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}
