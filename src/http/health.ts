import { setTimeout as wait } from 'node:timers/promises';
import type { FastifyBaseLogger, FastifyInstance } from 'fastify';
import type { Driver } from '../db/index.ts';

/** How long a readiness check waits for the database, in milliseconds. */
const longestCheck = 1_500;

/**
 * `/healthz` says that the process runs, and `/readyz` that it can serve: 503 when its database does not answer, is
 * read-only or has settings that the server cannot work with, or when the server is stopping.
 */
export function addHealthEndpoints(server: FastifyInstance, driver: Driver, isServing: () => boolean): void {
  const readiness = new DatabaseReadiness(driver, server.log);
  server.get('/healthz', async () => ({ status: 'ok' }));
  server.get('/readyz', async (_, reply) => {
    if (!isServing()) return reply.code(503).send({ status: 'stopping' });
    const status = await readiness.status();
    return reply.code(status === 'ready' ? 200 : 503).send({ status });
  });
}

type Status = 'ready' | 'database read-only' | 'database unavailable';

/** Asks the database whether it can serve. Concurrent checks share one query. */
class DatabaseReadiness {
  readonly #driver: Driver;
  readonly #log: FastifyBaseLogger;
  #asking: Promise<Status> | undefined;
  #last: Status = 'ready';

  constructor(driver: Driver, log: FastifyBaseLogger) {
    this.#driver = driver;
    this.#log = log;
  }

  async status(): Promise<Status> {
    // Kept until the database answers, however long that takes: a database that hangs gets no more queries.
    this.#asking ??= this.#ask().finally(() => {
      this.#asking = undefined;
    });
    const deadline = new AbortController();
    const late = wait(longestCheck, null, { signal: deadline.signal }).catch(() => null);
    const status = await Promise.race([this.#asking, late]);
    deadline.abort();
    return status ?? this.#note('database unavailable', new Error(`No answer within ${longestCheck} ms.`));
  }

  async #ask(): Promise<Status> {
    try {
      return this.#note((await this.#driver.readiness()) === 'ready' ? 'ready' : 'database read-only');
    } catch (error) {
      return this.#note('database unavailable', error);
    }
  }

  /** Logs a change once, however often it is asked for. */
  #note(status: Status, err?: unknown): Status {
    if (status !== this.#last) {
      if (status === 'ready') this.#log.info('the database is ready again');
      else this.#log.warn({ status, err }, 'not ready');
    }
    this.#last = status;
    return status;
  }
}
