import cors from '@fastify/cors';
import type { FastifyInstance } from 'fastify';

/**
 * Lets pages of these origins use the API (the CORS protocol of the Fetch standard), and no others. Nobody is told to
 * send credentials: who asks is said by the `Authorization` header, which a page sets itself.
 */
export function addCors(server: FastifyInstance, origins: readonly string[]): void {
  if (origins.length === 0) return;
  server.register(cors, {
    origin: [...origins],
    methods: ['GET', 'HEAD', 'POST'],
    allowedHeaders: [
      'authorization',
      'content-type',
      'apollo-require-preflight',
      'graphql-cost',
      'x-request-id',
    ],
    exposedHeaders: ['ratelimit', 'ratelimit-policy', 'retry-after', 'x-request-id'],
    maxAge: 7_200,
    strictPreflight: true,
  });
}
