import { createHmac, createPrivateKey, createPublicKey, type KeyObject, randomUUID, sign } from 'node:crypto';
import { expect, vi } from 'vitest';
import { readTokenKey } from '../../src/modules/tokens/token-keys.ts';
import { expectRefused, post } from './http.ts';
import type { Person, TestServer } from './server.ts';
import { testSigningKey } from './signing-key.ts';

export const privateKey = createPrivateKey(testSigningKey);
export const publicKey = createPublicKey(privateKey);
export const { id: keyId } = await readTokenKey(testSigningKey);

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

/** The header of a token as the server makes it, with changes. */
export const header = (changes: object = {}): object => ({
  alg: 'ES256',
  typ: 'at+jwt',
  kid: keyId,
  ...changes,
});

/** Now, in seconds, as tokens say it. */
export const now = () => Math.floor(Date.now() / 1_000);

/** The claims of a good token of somebody's session, with changes. */
export const claims = (person: Person, changes: object = {}): object => ({
  iss: 'broadsheet',
  aud: 'broadsheet',
  sub: person.id,
  sid: sessionOf(person),
  jti: randomUUID(),
  iat: now(),
  exp: now() + 60,
  ...changes,
});

/** The UUID of the session that somebody's token belongs to. */
export function sessionOf({ token }: Person): string {
  const text = Buffer.from(token.split('.')[1] ?? '', 'base64url').toString();
  return (JSON.parse(text) as { sid: string }).sid;
}

export const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

/**
 * Expects that a request with this `Authorization` header is refused with 401, after so many words to the database.
 * Answers the message.
 */
export async function expectBadHeader(
  server: TestServer,
  authorization: string,
  statements = 0,
): Promise<string> {
  const driver = vi.spyOn(server.driver, 'query');
  const response = await post(server, { query: '{ viewer { id } }' }, { authorization });
  const sent = driver.mock.calls.length;
  driver.mockRestore();
  expect(sent).toBe(statements);
  expect(response.headers.get('www-authenticate')).toBe('Bearer error="invalid_token"');
  const { message, extensions } = await expectRefused(response, 401, 'UNAUTHENTICATED');
  expect(extensions).toEqual({ code: 'UNAUTHENTICATED' });
  return message;
}
