import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import proxyAddr from '@fastify/proxy-addr';
import { canonicalAddress } from '../shared/ip-address.ts';
import type { RequestOrigin } from '../shared/origin.ts';
import { remembered } from '../shared/remembered.ts';

const requestIdPattern = /^[A-Za-z0-9._-]{1,64}$/;

/** The id that a request brings, or a new one. */
export function requestIdOf({ headers: { 'x-request-id': given } }: IncomingMessage): string {
  return typeof given === 'string' && requestIdPattern.test(given) ? given : randomUUID();
}

/** Says where a request comes from. */
export type OriginOf = (request: IncomingMessage, requestId: string) => RequestOrigin;

const addressIn = remembered(canonicalAddress);

/**
 * The address is the peer's, or what a trusted proxy says of it (`X-Forwarded-For`); a proxy that names none stands for
 * the client.
 *
 * @param trustedProxies addresses and networks.
 */
export function originReader(trustedProxies: readonly string[]): OriginOf {
  const isTrusted = trustedProxies.length > 0 ? proxyAddr.compile([...trustedProxies]) : null;
  return (request, requestId) => {
    const peer = addressIn(request.socket.remoteAddress ?? '');
    return {
      requestId,
      clientAddress: isTrusted === null ? peer : (addressIn(proxyAddr(request, isTrusted)) ?? peer),
      userAgent: request.headers['user-agent'] ?? null,
    };
  };
}
