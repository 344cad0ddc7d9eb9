import { hkdfSync, randomBytes } from 'node:crypto';
import { opaqueTokens, tokenHash } from './opaque-tokens.ts';

const { create, encode, test } = opaqueTokens('bsr');

export { create as newRefreshToken, test as isRefreshToken, tokenHash as refreshTokenHash };

/** What the successor of a token is made with. */
export function newSalt(): string {
  return randomBytes(32).toString('base64url');
}

/**
 * The token that follows one, made from it and a stored salt (HKDF, RFC 5869). Whoever has the used token can be given
 * the same answer again, and the database alone tells neither.
 */
export function successorOf(token: string, salt: string): string {
  const info = 'broadsheet refresh token';
  return encode(Buffer.from(hkdfSync('sha256', token, Buffer.from(salt, 'base64url'), info, 32)));
}
