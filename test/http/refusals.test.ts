import { fastify } from 'fastify';
import { describe, expect, it } from 'vitest';
import { answerError, RequestRefusal } from '../../src/http/errors.ts';
import { AppError, type ErrorCode } from '../../src/shared/errors.ts';

/** The answer to a request whose handler throws. */
async function answerTo(error: unknown) {
  const server = fastify();
  server.setErrorHandler(answerError);
  server.get('/', () => {
    throw error;
  });
  const { statusCode, headers, body } = await server.inject('/');
  await server.close();
  return { status: statusCode, headers, document: JSON.parse(body) as { errors: unknown[] } };
}

describe('a request refused before it is executed', () => {
  it.each<[ErrorCode, number]>([
    ['BAD_USER_INPUT', 400],
    ['UNAUTHENTICATED', 401],
    ['FORBIDDEN', 400],
    ['NOT_FOUND', 400],
    ['CONFLICT', 400],
    ['RATE_LIMITED', 429],
    ['LIMIT_EXCEEDED', 400],
    ['SERVICE_UNAVAILABLE', 503],
    ['INTERNAL_SERVER_ERROR', 500],
  ])('for %s is answered with %i', async (code, status) => {
    const answer = await answerTo(new AppError(code, 'Why.', { retryAfter: 7 }));
    expect(answer).toMatchObject({
      status,
      document: { errors: [{ message: 'Why.', extensions: { code, retryAfter: 7 } }] },
    });
    expect(answer.headers['retry-after']).toBe('7');
    expect(answer.headers['www-authenticate']).toBe(
      code === 'UNAUTHENTICATED' ? 'Bearer error="invalid_token"' : undefined,
    );
  });

  it.each([
    [new RequestRefusal(405, 'Not so.'), 405, 'Not so.'],
    [Object.assign(new Error('library'), { statusCode: 418 }), 418, 'The request is not valid.'],
  ])('for %s says what is meant for the client', async (error, status, message) => {
    expect(await answerTo(error)).toMatchObject({
      status,
      document: { errors: [{ message, extensions: { code: 'BAD_REQUEST' } }] },
    });
  });

  it('for an error of the program says nothing but the request', async () => {
    const answer = await answerTo(new Error('secret'));
    expect(answer.status).toBe(500);
    expect(JSON.stringify(answer.document)).not.toContain('secret');
    expect(answer.document.errors).toMatchObject([{ extensions: { code: 'INTERNAL_SERVER_ERROR' } }]);
  });
});
