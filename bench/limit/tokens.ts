import { createPublicKey } from 'node:crypto';
import { jwtVerify } from 'jose';
import { uuidOf } from '../../src/shared/ids.ts';

/** Who a token stands for, while its session lasts. */
export interface Claims {
  readonly sessionId: string;
  readonly userId: string;
}

const remembered = new Map<string, Claims & { readonly goodUntil: number }>();

/**
 * Verifies access tokens of the project, each once, and remembers them until they expire.
 *
 * @param publicKey PEM.
 */
export function verifierWith(publicKey: string): (authorization: string | undefined) => Promise<Claims> {
  const key = createPublicKey(publicKey);
  return async (authorization = '') => {
    const known = remembered.get(authorization);
    if (known !== undefined && known.goodUntil > Date.now()) return known;
    const { payload } = await jwtVerify(authorization.replace('Bearer ', ''), key, {
      algorithms: ['ES256'],
      typ: 'at+jwt',
      issuer: 'broadsheet',
      audience: 'broadsheet',
    });
    const { sub = '', sid, exp = 0 } = payload;
    const claims = {
      sessionId: String(sid),
      userId: uuidOf('user', sub) ?? '',
      goodUntil: exp * 1_000,
    };
    remembered.set(authorization, claims);
    return claims;
  };
}
