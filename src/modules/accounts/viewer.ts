import type { Database } from '../../db/index.ts';
import { AppError } from '../../shared/errors.ts';
import type { RequestOrigin } from '../../shared/origin.ts';
import type { Viewer } from '../../shared/viewer.ts';
import { badToken, type TokenClaims, type TokenVerifier } from '../tokens/index.ts';
import { findSessionViewer } from './repository-sessions.ts';
import type { AccountServices } from './service.ts';
import { findOutsideViewer } from './service-identities.ts';

/**
 * Who sends a request, by its `Authorization` header (RFC 6750): nobody without one. The session or, with another
 * issuer's token, the user is read in one statement, which is the authority on role, suspension and revocation.
 *
 * @throws {AppError} `UNAUTHENTICATED` when the header is there and does not stand for anybody who may act,
 * `SERVICE_UNAVAILABLE` when the keys of another issuer cannot be had.
 */
export async function findViewer(
  db: Database,
  { verifier, limits }: Pick<AccountServices, 'verifier' | 'limits'>,
  authorization: string | undefined,
  origin: RequestOrigin | null = null,
): Promise<Viewer> {
  if (authorization === undefined) return null;
  const claims = await verifyAuthorization(verifier, authorization);
  if (claims.kind === 'outside') return findOutsideViewer(db, limits, claims, origin);
  const viewer = await findSessionViewer(db, claims);
  if (viewer === null) throw badToken('The session has ended.');
  return viewer;
}

/**
 * What the token in an `Authorization` header says, without a look at the database.
 *
 * @throws {AppError} `UNAUTHENTICATED` when there is no valid token, `SERVICE_UNAVAILABLE` when the keys of another
 * issuer cannot be had.
 */
export async function verifyAuthorization(
  verifier: TokenVerifier,
  authorization: string,
): Promise<TokenClaims> {
  return verifier.verify(bearerToken(authorization));
}

function bearerToken(authorization: string): string {
  const [, token] = /^Bearer +([A-Za-z0-9\-._~+/]+=*)$/i.exec(authorization) ?? [];
  if (token === undefined) {
    throw new AppError('UNAUTHENTICATED', 'The Authorization header must be "Bearer" and an access token.');
  }
  return token;
}
