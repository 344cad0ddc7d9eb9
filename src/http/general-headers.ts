import type { FastifyReply, FastifyRequest } from 'fastify';
import { fieldsOf, type HeaderList } from '../shared/header-list.ts';

/** What an answer says of its request. */
export interface AnsweredRequest {
  readonly requestId: string;
  /** Whether the server stops: the requests that were running when it began to are told, too. */
  readonly isClosing: boolean;
}

/** What every answer says. Answers are made for who asks, so nobody keeps them. */
export function generalHeaders({ requestId, isClosing }: AnsweredRequest): HeaderList {
  const headers = [
    'x-request-id',
    requestId,
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
export function addGeneralHeaders(
  { id: requestId }: FastifyRequest,
  reply: FastifyReply,
  isClosing: boolean,
): void {
  // The page of Sandbox has its policy in itself, but browsers take the rule for frames from a header only.
  const isPage = String(reply.getHeader('content-type')).startsWith('text/html');
  if (isPage && !reply.hasHeader('content-security-policy')) {
    reply.header('content-security-policy', "frame-ancestors 'none'");
  }
  for (const [name, value] of fieldsOf(generalHeaders({ requestId, isClosing }))) {
    if (!reply.hasHeader(name)) reply.header(name, value);
  }
}
