import { createHash, randomBytes } from 'node:crypto';

/** Tokens of one kind, which say nothing by themselves. */
export interface OpaqueTokens {
  /** A token, made by chance. */
  readonly create: () => string;
  /** The token of 256 bits. */
  readonly encode: (bytes: Buffer) => string;
  /** Whether a text can be such a token at all. */
  readonly test: (text: string) => boolean;
}

/** The kind with this prefix, by which leaked ones can be found; 256 bits as base64url follow it. */
export function opaqueTokens(prefix: string): OpaqueTokens {
  const pattern = new RegExp(`^${prefix}_[A-Za-z0-9_-]{43}$`);
  const encode = (bytes: Buffer) => `${prefix}_${bytes.toString('base64url')}`;
  return { create: () => encode(randomBytes(32)), encode, test: (text) => pattern.test(text) };
}

/** What is stored of a token: SHA-256, in hexadecimal. A slow hash is for what people choose, and not for 256 bits. */
export function tokenHash(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
