import { createHash } from 'node:crypto';
import type { Redis, RedisOptions } from 'ioredis';
import type { Logger } from 'pino';
import { within } from '../shared/within.ts';
import type { RedisAddress } from './client.ts';

/** How long a request may wait for Redis, in milliseconds. */
const patience = 100;

/** How long it may take until a connection can be used, in milliseconds. No request waits for that. */
const connectPatience = 1_000;

/** After how many milliseconds a connection that failed is tried again. */
const retryAfter = 500;

/** The key that is written to see whether writing works: a Redis that is full, or a replica, still answers reads. */
const probe = 'probe';

/** How long the probe's key lives, in milliseconds. */
const probeLife = 1_000;

/** Which Redis to use, and what the names of all keys in it begin with. */
export interface RedisSettings {
  readonly url: string;
  readonly prefix: string;
}

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
 * A connection to Redis that the server can do without. When Redis does not answer in time, refuses a command or sends
 * an answer that does not fit, the connection is closed, and nothing is sent until a new connection was made in the
 * background and has written something. The log says when that begins and when it ends.
 */
export class RedisConnection {
  readonly #address: RedisAddress;
  readonly #options: RedisOptions;
  readonly #log: Logger;
  #client: Redis | null = null;
  #isMissed = false;
  #isClosed = false;
  #retry: NodeJS.Timeout | undefined;

  constructor({ url, prefix }: RedisSettings, log: Logger) {
    this.#address = addressFrom(url);
    this.#options = optionsFrom(url, prefix);
    this.#log = log;
  }

  /** Connects. Ends within a second, whether that worked or not, and never rejects. */
  open(): Promise<void> {
    return this.#connect();
  }

  /**
   * Executes a script with one key, in one round trip. Never rejects.
   *
   * @param read gives the value of an answer, or undefined for an answer that does not fit.
   * @returns undefined when there is no such value.
   */
  async run<T>(
    script: RedisScript,
    key: string,
    values: readonly (string | number)[],
    read: (answer: unknown) => T | undefined,
  ): Promise<T | undefined> {
    const client = this.#client;
    if (client === null) return undefined;
    try {
      const value = read(await within(patience, evaluate(client, script, key, values), 'Redis'));
      if (value !== undefined) return value;
      throw new Error('Redis has sent an answer that does not fit the command.');
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
    let fault: unknown;
    try {
      // Loaded only with a Redis, so that other servers start without it.
      const { createClient } = await import('./client.ts');
      const client = createClient(this.#address, this.#options);
      const fail = (error: unknown) => {
        // The first error names the cause; those of the commands that fail with it do not.
        fault ??= error;
        this.#lose(client, fault);
      };
      client.on('error', fail);
      client.on('close', () => fail(new Error('Redis has closed the connection.')));
      await within(connectPatience, begin(client), 'Redis').catch(fail);
      if (fault === undefined && !this.#isClosed) {
        this.#client = client;
        if (this.#isMissed) this.#log.info('redis answers again');
        this.#isMissed = false;
        return;
      }
      client.disconnect();
    } catch (error) {
      fault ??= error;
    }
    this.#miss(fault);
  }

  /** Uses a client no more. */
  #lose(client: Redis, error: unknown): void {
    if (this.#client !== client) return;
    this.#client = null;
    client.disconnect();
    this.#miss(error);
  }

  #miss(reason: unknown): void {
    if (this.#isClosed) return;
    if (!this.#isMissed)
      this.#log.warn({ err: reason }, 'redis does not answer: this instance goes on by itself');
    this.#isMissed = true;
    this.#retry = setTimeout(() => {
      this.#connect().catch((error: unknown) => this.#miss(error));
    }, retryAfter);
  }
}

function addressFrom(url: string): RedisAddress {
  const { protocol, hostname, port } = new URL(url);
  return {
    host: hostname.replace(/^\[|\]$/g, ''),
    port: port === '' ? 6_379 : Number(port),
    isEncrypted: protocol === 'rediss:',
  };
}

/** Commands are neither queued nor sent again: they would wait, or be charged twice. */
function optionsFrom(url: string, prefix: string): RedisOptions {
  const { username, password, pathname } = new URL(url);
  return {
    db: Number(pathname.slice(1)),
    ...(username !== '' && { username: decodeURIComponent(username) }),
    ...(password !== '' && { password: decodeURIComponent(password) }),
    keyPrefix: `${prefix}:`,
    lazyConnect: true,
    retryStrategy: null,
    enableOfflineQueue: false,
    enableReadyCheck: false,
    disableClientInfo: true,
    connectTimeout: connectPatience,
  };
}

async function begin(client: Redis): Promise<void> {
  await client.connect();
  const answer: unknown = await client.set(probe, '', 'PX', probeLife);
  if (answer !== 'OK') throw new Error('Redis has sent an answer that does not fit the command.');
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
