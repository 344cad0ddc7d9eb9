import { createHmac, createPrivateKey, createPublicKey, type KeyObject, sign } from 'node:crypto';
import { readSigningKey } from '../../src/modules/accounts/index.ts';
import { testSigningKey } from './signing-key.ts';

export const privateKey = createPrivateKey(testSigningKey);
export const publicKey = createPublicKey(privateKey);
export const { id: keyId } = await readSigningKey(testSigningKey);

/** How a token is signed: given what is signed, the signature. */
export type Signer = (text: string) => Buffer;

/** ES256, with the server's key where no other is given. */
export const es256 =
  (key: KeyObject = privateKey): Signer =>
  (text) =>
    sign('sha256', Buffer.from(text), { key, dsaEncoding: 'ieee-p1363' });

/** HS256, HS384 or HS512. */
export const hmac =
  (bits: 256 | 384 | 512, secret: string | Buffer): Signer =>
  (text) =>
    createHmac(`sha${bits}`, secret).update(text).digest();

export const unsigned: Signer = () => Buffer.alloc(0);

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** Makes a token of any header and any claims; a value that is undefined leaves its name out. */
export function forge(header: unknown, claims: unknown, signer: Signer = es256()): string {
  const text = `${encode(header)}.${encode(claims)}`;
  return `${text}.${signer(text).toString('base64url')}`;
}
