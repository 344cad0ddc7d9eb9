import { createPrivateKey, createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto';
import {
  calculateJwkThumbprint,
  type CryptoKey,
  exportJWK,
  exportPKCS8,
  generateKeyPair,
  importPKCS8,
  importJWK,
} from 'jose';
import { keptText } from '../../shared/kept-file.ts';
import type { SigningKey } from './access-tokens.ts';

/**
 * Reads an ES256 private key as PEM (PKCS #8) or JWK.
 *
 * @throws {Error} saying what is wrong with it, when it is not one.
 */
export async function readSigningKey(text: string): Promise<SigningKey> {
  let privateKey: KeyObject;
  try {
    privateKey = text.trimStart().startsWith('{')
      ? createPrivateKey({ key: JSON.parse(text) as JsonWebKey, format: 'jwk' })
      : createPrivateKey(text);
  } catch {
    throw new Error('The signing key is neither a private key as PEM (PKCS #8) nor a private JWK.');
  }
  if (privateKey.asymmetricKeyDetails?.namedCurve !== 'prime256v1') {
    throw new Error('The signing key must be an elliptic curve key on P-256, for ES256.');
  }
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const publicJwk = await exportJWK(createPublicKey(privateKey));
  return {
    id: await calculateJwkThumbprint(publicJwk),
    privateKey: await importPKCS8(pem, 'ES256'),
    publicKey: (await importJWK(publicJwk, 'ES256')) as CryptoKey,
  };
}

/** The key kept in a file, readable by its owner alone; it is made when there is none. */
export async function keptSigningKey(file: string): Promise<SigningKey> {
  return readSigningKey(await keptText(file, makeSigningKey));
}

async function makeSigningKey(): Promise<string> {
  const { privateKey } = await generateKeyPair('ES256', { extractable: true });
  return exportPKCS8(privateKey);
}
