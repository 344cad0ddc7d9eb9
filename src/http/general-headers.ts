import type { FastifyReply, FastifyRequest } from 'fastify';
import { fieldsOf, type HeaderList } from '../shared/header-list.ts';

/** What the general header fields of an answer depend on. */
export interface AnsweredRequest {
  readonly requestId: string;
  /** Whether the server is stopping. */
  readonly isClosing: boolean;
  /** The content type of the answer. */
  readonly contentType: string;
}

/** The header fields of every answer, unless it has its own. Answers depend on the viewer, so no cache may store them. */
export function generalHeaders({ requestId, isClosing, contentType }: AnsweredRequest): HeaderList {
  // The page of Sandbox has its policy in a meta element, where browsers ignore rules for frames.
  const policy = contentType.startsWith('text/html')
    ? "frame-ancestors 'none'"
    : "default-src 'none'; frame-ancestors 'none'";
  const headers = [
    'x-request-id',
    requestId,
    'x-content-type-options',
    'nosniff',
    'cache-control',
    'no-store',
    'content-security-policy',
    policy,
    'referrer-policy',
    'no-referrer',
  ];
  if (isClosing) headers.push('connection', 'close');
  return headers;
}

/** Adds the general header fields to an answer that Fastify sends. */
export function addGeneralHeaders(
  { id: requestId }: FastifyRequest,
  reply: FastifyReply,
  isClosing: boolean,
): void {
  const contentType = String(reply.getHeader('content-type'));
  for (const [name, value] of fieldsOf(generalHeaders({ requestId, isClosing, contentType }))) {
    if (!reply.hasHeader(name)) reply.header(name, value);
  }
}
