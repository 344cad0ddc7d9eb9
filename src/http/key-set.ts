import type { FastifyInstance } from 'fastify';
import type { KeyRing } from '../modules/tokens/index.ts';

/** For so long others may keep the keys, in seconds: half of the time before a new one signs. */
const maxAge = 300;

/**
 * `/.well-known/jwks.json` publishes what the server's tokens are verified with (RFC 7517, section 5). It is sent as
 * `application/json`, as by most issuers, since some clients refuse the media type that RFC 7517 registers.
 */
export function addKeySetEndpoint(server: FastifyInstance, keys: KeyRing): void {
  server.get('/.well-known/jwks.json', async (_, reply) => {
    reply.header('cache-control', `public, max-age=${maxAge}`).type('application/json; charset=utf-8');
    return keys.publicSet();
  });
}
