import { join } from 'node:path';
import { z } from 'zod';

/** The algorithms whose keys are pairs: what verifies is published, what signs stays here. */
export const pairAlgorithms = ['ES256', 'EdDSA', 'RS256'] as const;

export type PairAlgorithm = (typeof pairAlgorithms)[number];

export const tokenAlgorithm = z.enum([...pairAlgorithms, 'HS256']);

/** By RFC 7518, section 3.2, a key must be at least as long as the hash that HS256 makes with it. */
export const tokenSecret = z
  .string()
  .refine((text) => Buffer.byteLength(text) >= 32, 'must have at least 32 bytes: openssl rand -base64 32');

/** What signs access tokens: a secret, one key from the environment, or a folder of keys. */
export type TokenKeysConfig =
  | { readonly kind: 'secret'; readonly secret: string }
  | {
      readonly kind: 'key';
      readonly algorithm: PairAlgorithm;
      /** A private key as PEM (PKCS #8) or JWK. */
      readonly text: string;
    }
  | {
      readonly kind: 'folder';
      readonly algorithm: PairAlgorithm;
      readonly folder: string;
      /** Where earlier versions kept the one key that they made; null where the folder is not theirs. */
      readonly legacyFile: string | null;
    };

/** The variables that say what signs access tokens. */
export interface TokenKeysEnvironment {
  readonly DATA_DIR: string;
  readonly TOKEN_ALGORITHM: z.infer<typeof tokenAlgorithm>;
  readonly TOKEN_SIGNING_KEY?: string | undefined;
  readonly TOKEN_KEYS_DIR?: string | undefined;
  readonly TOKEN_SECRET?: string | undefined;
}

/** What is mixed up in the variables that say what signs: pairs of a variable and what is wrong with it. */
export function mixedUpKeys(env: TokenKeysEnvironment): (readonly [variable: string, fault: string])[] {
  const faults: [string, string][] = [];
  if (env.TOKEN_ALGORITHM === 'HS256') {
    const why = 'is for a key pair, and TOKEN_ALGORITHM is HS256: unset one of them';
    if (env.TOKEN_SECRET === undefined) {
      faults.push(['TOKEN_SECRET', 'must be set where TOKEN_ALGORITHM is HS256']);
    }
    if (env.TOKEN_SIGNING_KEY !== undefined) faults.push(['TOKEN_SIGNING_KEY', why]);
    if (env.TOKEN_KEYS_DIR !== undefined) faults.push(['TOKEN_KEYS_DIR', why]);
    return faults;
  }
  if (env.TOKEN_SECRET !== undefined) {
    faults.push([
      'TOKEN_SECRET',
      `is for HS256, and TOKEN_ALGORITHM is ${env.TOKEN_ALGORITHM}: unset one of them`,
    ]);
  }
  if (env.TOKEN_SIGNING_KEY !== undefined && env.TOKEN_KEYS_DIR !== undefined) {
    faults.push(['TOKEN_SIGNING_KEY', 'is set beside TOKEN_KEYS_DIR: only one of them can say what signs']);
  }
  return faults;
}

/** What signs, by variables that are not mixed up. */
export function tokenKeysFrom(env: TokenKeysEnvironment): TokenKeysConfig {
  if (env.TOKEN_ALGORITHM === 'HS256') return { kind: 'secret', secret: env.TOKEN_SECRET ?? '' };
  const algorithm = env.TOKEN_ALGORITHM;
  if (env.TOKEN_SIGNING_KEY !== undefined) return { kind: 'key', algorithm, text: env.TOKEN_SIGNING_KEY };
  return {
    kind: 'folder',
    algorithm,
    folder: env.TOKEN_KEYS_DIR ?? join(env.DATA_DIR, 'keys'),
    legacyFile: env.TOKEN_KEYS_DIR === undefined ? join(env.DATA_DIR, 'signing-key.pem') : null,
  };
}
