import { type Database, UniqueViolation } from '../../db/index.ts';
import { conflict, notFound } from '../../shared/errors.ts';
import { newUuid } from '../../shared/ids.ts';
import type { Role, SignedInViewer } from '../../shared/viewer.ts';
import { badToken, type OutsideClaims } from '../tokens/index.ts';
import { updateUserRole, userName } from '../users/index.ts';
import { createUserRow, reserveUsername } from './repository.ts';
import { findUserOfIdentity } from './repository-identities.ts';
import { createIdentity, deleteIdentityOf } from './repository-write-identities.ts';
import { usernameFrom } from './service.ts';

/**
 * Who acts with another issuer's token: the user linked to its subject, read in one statement. At first sight a user is
 * made where the issuer's settings say so; nobody who exists is taken for it, whatever the token says of addresses and
 * names. Where the issuer gives roles, the user's is made to be the token's.
 *
 * @throws {AppError} `UNAUTHENTICATED` when there is no such user, or they are suspended.
 */
export async function findOutsideViewer(db: Database, claims: OutsideClaims): Promise<SignedInViewer> {
  const { issuer, subject, role } = claims;
  const user = (await findUserOfIdentity(db, issuer, subject)) ?? (await createOutsideUser(db, claims));
  if (user.suspendedAt !== null) throw badToken('The user is suspended.');
  if (role !== null && role !== user.role) await changeRole(db, user.id, role);
  return { id: user.id, role: role ?? user.role, sessionId: null };
}

async function createOutsideUser(db: Database, claims: OutsideClaims) {
  const { issuer, subject, firstRole: role } = claims;
  if (role === null) throw badToken('There is no user for this access token.');
  const id = newUuid();
  const username = usernameFrom(claims.name ?? '', id);
  const name = userName.safeParse(claims.name).data ?? username;
  try {
    await db.transaction(async (tx) => {
      const free = await reserveUsername(tx, username);
      await createUserRow(tx, { id, username: free, name, email: null, bio: null, avatarUrl: null, role });
      await createIdentity(tx, { issuer, subject, userId: id });
      tx.record({ type: 'user', action: 'created', id });
    });
    return { id, role, suspendedAt: null };
  } catch (error) {
    // Another request with the same subject was first.
    const user = isTaken(error) ? await findUserOfIdentity(db, issuer, subject) : null;
    if (user === null) throw error;
    return user;
  }
}

async function changeRole(db: Database, id: string, role: Role): Promise<void> {
  await db.transaction(async (tx) => {
    await updateUserRole(tx, id, role);
    tx.record({ type: 'user', action: 'updated', id });
  });
}

/**
 * Lets the tokens of an issuer's subject act as a user.
 *
 * @throws {AppError} `CONFLICT` when the subject is somebody already.
 */
export async function linkIdentity(
  db: Database,
  userId: string,
  issuer: string,
  subject: string,
): Promise<void> {
  try {
    await createIdentity(db, { issuer, subject, userId });
  } catch (error) {
    throw isTaken(error) ? conflict('This subject of the issuer is linked to a user already.') : error;
  }
}

/** Ends that. @throws {AppError} `NOT_FOUND` when the subject is nobody. */
export async function unlinkIdentity(db: Database, issuer: string, subject: string): Promise<string> {
  const userId = await deleteIdentityOf(db, issuer, subject);
  if (userId === null) throw notFound('link');
  return userId;
}

function isTaken(error: unknown): boolean {
  return error instanceof UniqueViolation && error.constraint === 'external_identities_issuer_subject_pk';
}
