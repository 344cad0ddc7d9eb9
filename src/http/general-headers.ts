import type { FastifyReply, FastifyRequest } from 'fastify';
import { fieldsOf, type HeaderList } from '../shared/header-list.ts';

/**
 * What every answer says. Answers are made for who asks, so nobody keeps them.
 *
 * @param isClosing Whether the server stops: the requests that were running when it began to are told, too.
 */
export function generalHeaders({ id }: FastifyRequest, isClosing: boolean): HeaderList {
  const headers = [
    'x-request-id',
    id,
    'x-content-type-options',
    'nosniff',
    'cache-control',
    'no-store',
    // Nothing here is a page, but for those that bring a policy of their own.
    'content-security-policy',
    "default-src 'none'; frame-ancestors 'none'",
    'referrer-policy',
    'no-referrer',
  ];
  if (isClosing) headers.push('connection', 'close');
  return headers;
}

/** Adds what every answer says to one that Fastify sends, but for what it says itself. */
export function addGeneralHeaders(request: FastifyRequest, reply: FastifyReply, isClosing: boolean): void {
  // The page of Sandbox has its policy in itself.
  const isPage = String(reply.getHeader('content-type')).startsWith('text/html');
  for (const [name, value] of fieldsOf(generalHeaders(request, isClosing))) {
    if (reply.hasHeader(name) || (isPage && name === 'content-security-policy')) continue;
    reply.header(name, value);
  }
}
