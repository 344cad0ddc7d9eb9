import { createHash, hkdfSync, randomBytes } from 'node:crypto';

/** What a refresh token looks like: a prefix by which leaked ones can be found, and 256 bits as base64url. */
const pattern = /^bsr_[A-Za-z0-9_-]{43}$/;

/** A refresh token, made by chance. */
export function newRefreshToken(): string {
  return encode(randomBytes(32));
}

/** Whether a text can be a refresh token at all. */
export function isRefreshToken(text: string): boolean {
  return pattern.test(text);
}

/** What is stored of a token: SHA-256, in hexadecimal. A slow hash is for what people choose, and not for 256 bits. */
export function refreshTokenHash(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

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

function encode(bytes: Buffer): string {
  return `bsr_${bytes.toString('base64url')}`;
}
