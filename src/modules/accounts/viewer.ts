import type { Database } from '../../db/index.ts';
import { AppError } from '../../shared/errors.ts';
import type { Viewer } from '../../shared/viewer.ts';
import { type AccessTokens, badToken } from '../tokens/index.ts';
import { findSessionViewer } from './repository-sessions.ts';

/**
 * Who sends a request, by its `Authorization` header (RFC 6750): nobody without one. The session is read in one
 * statement, which is the authority on role, suspension and revocation.
 *
 * @throws {AppError} `UNAUTHENTICATED` when the header is there and does not stand for a session that is good.
 */
export async function findViewer(
  db: Database,
  tokens: AccessTokens,
  authorization: string | undefined,
): Promise<Viewer> {
  if (authorization === undefined) return null;
  const claims = await tokens.verify(bearerToken(authorization));
  const viewer = await findSessionViewer(db, claims);
  if (viewer === null) throw badToken('The session has ended.');
  return viewer;
}

function bearerToken(authorization: string): string {
  const [, token] = /^Bearer +([A-Za-z0-9\-._~+/]+=*)$/i.exec(authorization) ?? [];
  if (token === undefined) {
    throw new AppError('UNAUTHENTICATED', 'The Authorization header must be "Bearer" and an access token.');
  }
  return token;
}
