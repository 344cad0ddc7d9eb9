import { errors, type JWTHeaderParameters, jwtVerify, SignJWT } from 'jose';
import { uuidv7 } from 'uuidv7';
import { AppError } from '../../shared/errors.ts';
import { toGlobalId, uuidOf } from '../../shared/ids.ts';
import type { KeyRing } from './key-ring.ts';
import {
  type AccessClaims,
  badToken,
  clockTolerance,
  type TokenAuthority,
  type TokenClaims,
  type Verified,
} from './verified-token.ts';

export interface AccessTokenOptions {
  readonly keys: KeyRing;
  readonly issuer: string;
  readonly audience: string;
  /** How long a token is good, in seconds, where the caller does not say. */
  readonly ttl: number;
}

const type = 'at+jwt';

/** Makes and verifies the server's own access tokens: JWTs by RFC 9068. */
export class AccessTokens implements TokenAuthority {
  readonly #options: AccessTokenOptions;

  constructor(options: AccessTokenOptions) {
    this.#options = options;
  }

  get issuer(): string {
    return this.#options.issuer;
  }

  currentKeys(): object {
    return this.#options.keys.current;
  }

  /** A new token, good for `ttl` seconds from now. */
  async sign(
    { userId, sessionId }: AccessClaims,
    ttl: number = this.#options.ttl,
  ): Promise<{ token: string; expiresAt: string }> {
    const { keys, issuer, audience } = this.#options;
    const key = keys.signing();
    const issuedAt = Math.floor(Date.now() / 1000);
    const expires = issuedAt + ttl;
    const token = await new SignJWT({ sid: sessionId })
      .setProtectedHeader({ alg: key.algorithm, typ: type, kid: key.id })
      .setIssuer(issuer)
      .setAudience(audience)
      .setSubject(toGlobalId('user', userId))
      .setJti(uuidv7())
      .setIssuedAt(issuedAt)
      .setExpirationTime(expires)
      .sign(key.signWith);
    return { token, expiresAt: new Date(expires * 1000).toISOString() };
  }

  /** @throws {AppError} `UNAUTHENTICATED` when the token is not one of ours, or is no longer good. */
  async verify(token: string): Promise<Verified<TokenClaims & { kind: 'own' }>> {
    const { keys, issuer, audience } = this.#options;
    let keyGoodUntil = 0;
    try {
      const keyOf = ({ kid, alg }: JWTHeaderParameters) => {
        const key = keys.verifying(kid);
        // A key goes with its own algorithm, whatever the token says.
        if (key?.algorithm !== alg) throw badToken();
        keyGoodUntil = key.goodUntil;
        return key.verifyWith;
      };
      const { payload } = await jwtVerify(token, keyOf, {
        algorithms: keys.algorithms(),
        typ: type,
        issuer,
        audience,
        clockTolerance,
        requiredClaims: ['sub', 'sid', 'exp', 'iat', 'jti'],
      });
      const { jti, sub, exp = 0, sid } = payload;
      const userId = typeof sub === 'string' ? uuidOf('user', sub) : null;
      if (typeof jti !== 'string' || userId === null) throw badToken();
      if (typeof sid !== 'string' || !uuidPattern.test(sid)) throw badToken();
      return {
        claims: { kind: 'own', userId, sessionId: sid },
        goodUntil: Math.min((exp + clockTolerance) * 1000, keyGoodUntil),
      };
    } catch (error) {
      throw refusalOf(error);
    }
  }
}

/** What is said of a token that `jose` refuses. */
export function refusalOf(error: unknown): AppError {
  if (error instanceof AppError) return error;
  return badToken(error instanceof errors.JWTExpired ? 'The access token has expired.' : undefined, error);
}

const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
