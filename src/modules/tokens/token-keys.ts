import { createPrivateKey, createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto';
import {
  calculateJwkThumbprint,
  type CryptoKey,
  exportJWK,
  exportPKCS8,
  generateKeyPair,
  importPKCS8,
  importSPKI,
  type JWK,
} from 'jose';
import type { PairAlgorithm } from '../../config/token-keys.ts';

/** A key for access tokens. It goes with one algorithm and no other (RFC 8725, section 3.1). */
export interface TokenKey {
  /** What tokens carry as `kid`: the key's thumbprint by RFC 7638. */
  readonly id: string;
  readonly algorithm: PairAlgorithm | 'HS256';
  /** Null for a key that only verifies. */
  readonly signWith: CryptoKey | Uint8Array | null;
  readonly verifyWith: CryptoKey | Uint8Array;
  /** What is published of it; null where everything is secret. */
  readonly publicJwk: JWK | null;
  /** The time from which it signs, in milliseconds since 1970. */
  readonly signsFrom: number;
  /** The time until which it verifies, in milliseconds since 1970. */
  readonly goodUntil: number;
}

/** A key that cannot be used; the message says why, after the name of whatever holds it. */
export class KeyError extends Error {
  override readonly name = 'KeyError';
}

/**
 * Reads a key, as PEM or JWK. A public one only verifies. A line before a PEM, where RFC 7468 lets text stand, may say
 * from when a private key signs (`Signs from:`) or until when a public one verifies (`Good until:`), by RFC 3339.
 *
 * @throws {KeyError} when it is none, or not one to be trusted.
 */
export async function readTokenKey(text: string): Promise<TokenKey> {
  const { privateKey, publicKey } = parseKey(text);
  const algorithm = algorithmOf(publicKey);
  const jwk = await exportJWK(publicKey);
  const id = await calculateJwkThumbprint(jwk);
  return {
    id,
    algorithm,
    signWith: privateKey === null ? null : await importPKCS8(pemOf(privateKey, 'pkcs8'), algorithm),
    verifyWith: await importSPKI(pemOf(publicKey, 'spki'), algorithm),
    publicJwk: { ...jwk, kid: id, alg: algorithm, use: 'sig' },
    signsFrom: timeIn(text, 'Signs from') ?? 0,
    goodUntil: (privateKey === null ? timeIn(text, 'Good until') : null) ?? Infinity,
  };
}

/** The text of a new private key, which `readTokenKey` reads. */
export async function makeTokenKey(algorithm: PairAlgorithm, signsFrom: Date): Promise<string> {
  const { privateKey, publicKey } = await generateKeyPair(algorithm, {
    extractable: true,
    modulusLength: 3_072,
  });
  const id = await calculateJwkThumbprint(await exportJWK(publicKey));
  // An identifier with a hyphen in front would be an option on the command line.
  if (id.startsWith('-')) return makeTokenKey(algorithm, signsFrom);
  return `Signs from: ${signsFrom.toISOString()}\n${await exportPKCS8(privateKey)}\n`;
}

/** The text of the public part of a key, which verifies until then. */
export function publicPartOf(text: string, goodUntil: Date): string {
  return `Good until: ${goodUntil.toISOString()}\n${pemOf(parseKey(text).publicKey, 'spki')}`;
}

/** The key that a secret is, for HS256. Its identifier tells nothing, since a hash of a secret helps to guess it. */
export function secretKey(secret: string): TokenKey {
  const bytes = new TextEncoder().encode(secret);
  return {
    id: 'secret',
    algorithm: 'HS256',
    signWith: bytes,
    verifyWith: bytes,
    publicJwk: null,
    signsFrom: 0,
    goodUntil: Infinity,
  };
}

function parseKey(text: string): { privateKey: KeyObject | null; publicKey: KeyObject } {
  try {
    const source = text.trimStart().startsWith('{')
      ? { key: JSON.parse(text) as JsonWebKey, format: 'jwk' as const }
      : text;
    const isPrivate =
      typeof source === 'string' ? source.includes('PRIVATE KEY-----') : source.key.d !== undefined;
    if (isPrivate) {
      const privateKey = createPrivateKey(source);
      return { privateKey, publicKey: createPublicKey(privateKey) };
    }
    // A certificate would be read as the key in it, and outlive what it says of itself.
    if (text.includes('-----BEGIN CERTIFICATE')) throw new Error('This is a certificate.');
    return { privateKey: null, publicKey: createPublicKey(source) };
  } catch {
    throw new KeyError('is neither a key as PEM (PKCS #8 where it is private) nor a JWK');
  }
}

/** @throws {KeyError} when the key is too weak, or of a kind that no algorithm here uses. */
function algorithmOf({
  asymmetricKeyType: type,
  asymmetricKeyDetails: details = {},
}: KeyObject): PairAlgorithm {
  switch (type) {
    case 'ec':
      if (details.namedCurve === 'prime256v1') return 'ES256';
      throw new KeyError(`is an EC key on the curve ${details.namedCurve}; ES256 needs P-256`);
    case 'ed25519':
      return 'EdDSA';
    case 'rsa': {
      const { modulusLength = 0, publicExponent = 0n } = details;
      if (modulusLength < 2_048) {
        throw new KeyError(`is an RSA key of ${modulusLength} bits; at least 2048 are needed`);
      }
      // By FIPS 186-5, section 5.1.
      if (publicExponent < 65_537n || publicExponent % 2n === 0n) {
        throw new KeyError(
          `is an RSA key with the public exponent ${publicExponent}; it must be odd and at least 65537`,
        );
      }
      return 'RS256';
    }
    default:
      throw new KeyError(`is a key of the kind ${type}; use one for ES256, EdDSA or RS256`);
  }
}

function pemOf(key: KeyObject, type: 'pkcs8' | 'spki'): string {
  return key.export({ type, format: 'pem' } as { type: 'spki'; format: 'pem' }).toString();
}

/** @throws {KeyError} when there is such a line, and no time in it. */
function timeIn(text: string, name: string): number | null {
  const [, written] = new RegExp(`^${name}:(.*)$`, 'm').exec(text) ?? [];
  if (written === undefined) return null;
  const time = Date.parse(written.trim());
  if (Number.isNaN(time))
    throw new KeyError(`has a line "${name}:" without a time such as 2030-01-31T12:00:00Z`);
  return time;
}
