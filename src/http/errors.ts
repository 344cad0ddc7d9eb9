import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import type { GraphQLFormattedError } from 'graphql';
import { AppError, isOutage } from '../shared/errors.ts';

/** The HTTP status of an error that keeps a request from being executed. */
function statusOf({ code }: AppError): number {
  switch (code) {
    case 'UNAUTHENTICATED':
      return 401;
    case 'RATE_LIMITED':
      return 429;
    case 'SERVICE_UNAVAILABLE':
      return 503;
    case 'INTERNAL_SERVER_ERROR':
      return 500;
    case 'BAD_USER_INPUT':
    case 'FORBIDDEN':
    case 'NOT_FOUND':
    case 'CONFLICT':
    case 'LIMIT_EXCEEDED':
      return 400;
    default:
      return code satisfies never;
  }
}

/** A request that is refused for the way it comes, whatever it asks for. */
export class RequestRefusal extends Error {
  override readonly name = 'RequestRefusal';
  readonly statusCode: number;

  constructor(statusCode: number, message: string) {
    super(message);
    this.statusCode = statusCode;
  }
}

/** Answers a request that was refused before it was executed, as a GraphQL error document. */
export function answerError(
  error: FastifyError | RequestRefusal | AppError,
  request: FastifyRequest,
  reply: FastifyReply,
): void {
  if (error instanceof AppError) {
    if (error.code === 'UNAUTHENTICATED') reply.header('www-authenticate', 'Bearer error="invalid_token"');
    if (isOutage(error) && !reply.raw.destroyed) {
      request.log.warn({ requestId: request.id, err: error }, 'service unavailable');
    }
    const { retryAfter } = error.extensions;
    if (retryAfter !== undefined) reply.header('retry-after', String(retryAfter));
    send(reply, statusOf(error), { message: error.message, extensions: { ...error.extensions } });
    return;
  }
  const { statusCode: status = 500 } = error;
  if (status >= 500) {
    request.log.error({ requestId: request.id, err: error }, 'unexpected error');
    send(reply, 500, {
      message: 'Internal server error.',
      extensions: { code: 'INTERNAL_SERVER_ERROR', requestId: request.id },
    });
    return;
  }
  // The messages of Fastify's own refusals are about the library.
  const message = error instanceof RequestRefusal ? error.message : 'The request is not valid.';
  send(reply, status, { message, extensions: { code: 'BAD_REQUEST' } });
}

export function answerUnknownPath(_: FastifyRequest, reply: FastifyReply): void {
  send(reply, 404, {
    message: 'There is nothing here. GraphQL is at /graphql.',
    extensions: { code: 'NOT_FOUND' },
  });
}

function send(reply: FastifyReply, status: number, error: GraphQLFormattedError): void {
  reply
    .code(status)
    .type('application/json; charset=utf-8')
    .send({ errors: [error] });
}
