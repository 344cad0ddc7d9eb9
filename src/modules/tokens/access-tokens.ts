import { type CryptoKey, errors, type JWTHeaderParameters, jwtVerify, SignJWT } from 'jose';
import { uuidv7 } from 'uuidv7';
import { AppError } from '../../shared/errors.ts';
import { toGlobalId, uuidOf } from '../../shared/ids.ts';

/** A key pair for signing access tokens. */
export interface SigningKey {
  /** The key's identifier, which tokens carry as `kid`. */
  readonly id: string;
  readonly privateKey: CryptoKey;
  readonly publicKey: CryptoKey;
}

export interface AccessTokenOptions {
  readonly key: SigningKey;
  readonly issuer: string;
  readonly audience: string;
  /** How long a token is good, in seconds, where the caller does not say. */
  readonly ttl: number;
}

/** What a token says: who, and in which session. Both are UUIDs. */
export interface AccessClaims {
  readonly userId: string;
  readonly sessionId: string;
}

const algorithm = 'ES256';
const type = 'at+jwt';

/** Clocks of servers differ; so many seconds are forgiven. */
const clockTolerance = 5;

/** Makes and verifies access tokens: JWTs by RFC 9068, signed with ES256. */
export class AccessTokens {
  readonly #options: AccessTokenOptions;

  constructor(options: AccessTokenOptions) {
    this.#options = options;
  }

  /** A new token, good for `ttl` seconds from now. */
  async sign(
    { userId, sessionId }: AccessClaims,
    ttl: number = this.#options.ttl,
  ): Promise<{ token: string; expiresAt: string }> {
    const { key, issuer, audience } = this.#options;
    const issuedAt = Math.floor(Date.now() / 1000);
    const expires = issuedAt + ttl;
    const token = await new SignJWT({ sid: sessionId })
      .setProtectedHeader({ alg: algorithm, typ: type, kid: key.id })
      .setIssuer(issuer)
      .setAudience(audience)
      .setSubject(toGlobalId('user', userId))
      .setJti(uuidv7())
      .setIssuedAt(issuedAt)
      .setExpirationTime(expires)
      .sign(key.privateKey);
    return { token, expiresAt: new Date(expires * 1000).toISOString() };
  }

  /** @throws {AppError} `UNAUTHENTICATED` when the token is not one of ours, or is no longer good. */
  async verify(token: string): Promise<AccessClaims> {
    const { key, issuer, audience } = this.#options;
    try {
      const keyOf = ({ kid }: JWTHeaderParameters) => {
        if (kid !== key.id) throw badToken();
        return key.publicKey;
      };
      const { payload } = await jwtVerify(token, keyOf, {
        algorithms: [algorithm],
        typ: type,
        issuer,
        audience,
        clockTolerance,
        requiredClaims: ['sub', 'sid', 'exp', 'iat', 'jti'],
      });
      if (typeof payload.jti !== 'string') throw badToken();
      const userId = typeof payload.sub === 'string' ? uuidOf('user', payload.sub) : null;
      const sessionId = payload['sid'];
      if (userId === null || typeof sessionId !== 'string' || !uuidPattern.test(sessionId)) throw badToken();
      return { userId, sessionId };
    } catch (error) {
      if (error instanceof errors.JWTExpired) throw badToken('The access token has expired.', error);
      throw error instanceof AppError ? error : badToken(undefined, error);
    }
  }
}

const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** The one answer to all that is wrong with a token but its age. */
export function badToken(message = 'The access token is not valid.', cause?: unknown): AppError {
  return new AppError('UNAUTHENTICATED', message, { cause });
}
