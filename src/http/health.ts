import type { FastifyInstance } from 'fastify';
import type { Driver } from '../db/index.ts';

/**
 * `/healthz` says that the process runs, and `/readyz` that it can serve: 503 when its database does not answer, or
 * when it is stopping.
 */
export function addHealthEndpoints(server: FastifyInstance, driver: Driver, isServing: () => boolean): void {
  server.get('/healthz', async () => ({ status: 'ok' }));
  server.get('/readyz', async (_, reply) => {
    if (!isServing()) return reply.code(503).send({ status: 'stopping' });
    try {
      await driver.query({ name: 'ready', text: 'select 1', values: [] });
      return { status: 'ready' };
    } catch {
      return reply.code(503).send({ status: 'database unavailable' });
    }
  });
}
