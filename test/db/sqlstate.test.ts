import { describe, expect, it } from 'vitest';
import { translateError } from '../../src/db/sqlstate.ts';

const withCode = (code: string, constraint?: string) =>
  Object.assign(new Error('secret'), { code, ...(constraint !== undefined && { constraint }) });

describe('translateError', () => {
  it.each([
    ['23505', 'CONFLICT'],
    ['23503', 'CONFLICT'],
    ['40001', 'SERVICE_UNAVAILABLE'],
    ['40P01', 'SERVICE_UNAVAILABLE'],
    ['22021', 'BAD_USER_INPUT'],
    ['22P05', 'BAD_USER_INPUT'],
    ['57014', 'SERVICE_UNAVAILABLE'],
    ['55P03', 'SERVICE_UNAVAILABLE'],
    ['08006', 'SERVICE_UNAVAILABLE'],
    ['53300', 'SERVICE_UNAVAILABLE'],
    ['57P01', 'SERVICE_UNAVAILABLE'],
    ['25006', 'SERVICE_UNAVAILABLE'],
    ['ECONNREFUSED', 'SERVICE_UNAVAILABLE'],
  ])('answers SQLSTATE %s with %s, and keeps what it said to itself', (state, code) => {
    const cause = withCode(state);
    const translated = translateError(cause);
    expect(translated).toMatchObject({ code, cause });
    expect(translated.message).not.toContain('secret');
  });

  it('keeps the name of the constraint for services', () => {
    expect(translateError(withCode('23505', 'users_email_key'))).toMatchObject({
      constraint: 'users_email_key',
    });
    expect(translateError(withCode('23503', 'posts_author_fkey'))).toMatchObject({
      constraint: 'posts_author_fkey',
    });
  });

  it('knows the errors of connections that have no code', () => {
    const lost = new Error('Connection terminated unexpectedly');
    expect(translateError(lost)).toMatchObject({ code: 'SERVICE_UNAVAILABLE', cause: lost });
  });

  it('leaves everything else as it is', () => {
    for (const error of [withCode('42P01'), new Error('unknown'), 'text', null]) {
      expect(translateError(error)).toBe(error);
    }
  });
});
