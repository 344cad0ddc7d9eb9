import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import proxyAddr from '@fastify/proxy-addr';
import { canonicalAddress, withoutPort } from '../shared/ip-address.ts';
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
 * Returns a reader of the client's address: the peer's, or the address in the `X-Forwarded-For` of trusted proxies. An
 * invalid entry counts as the peer's address.
 *
 * @param trustedProxies addresses and networks.
 */
export function originReader(trustedProxies: readonly string[]): OriginOf {
  const isTrusted = proxyAddr.compile([...trustedProxies]);
  return (request, requestId) => {
    const peer = request.socket.remoteAddress ?? '';
    return {
      requestId,
      clientAddress: addressIn(forwardedClient(request, peer, isTrusted)) ?? addressIn(peer),
      userAgent: request.headers['user-agent'] ?? null,
    };
  };
}

/** Each proxy appends the address that it got the request from: the client is the last one that is not a trusted proxy. */
function forwardedClient(
  { headers: { 'x-forwarded-for': header } }: IncomingMessage,
  peer: string,
  isTrusted: (address: string, hop: number) => boolean,
): string {
  if (typeof header !== 'string') return peer;
  let client = peer;
  for (const text of header.split(',').toReversed()) {
    if (!isTrusted(client, 0)) break;
    const entry = text.trim();
    if (entry !== '') client = withoutPort(entry);
  }
  return client;
}
