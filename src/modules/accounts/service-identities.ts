import { type Database, UniqueViolation } from '../../db/index.ts';
import { conflict, notFound } from '../../shared/errors.ts';
import { newUuid } from '../../shared/ids.ts';
import type { RequestOrigin } from '../../shared/origin.ts';
import type { Identity, SignedInViewer } from '../../shared/viewer.ts';
import { recordSecurityEvent } from '../audit/index.ts';
import { badToken, type OutsideClaims } from '../tokens/index.ts';
import { lockAccount, lockViewer, type ServiceContext, updateUserRole, userName } from '../users/index.ts';
import { createUserRow, reserveUsername } from './repository.ts';
import { findUserOfIdentity, type IdentityRow } from './repository-identities.ts';
import { createIdentity, deleteIdentityOf } from './repository-write-identities.ts';
import { usernameFrom } from './service.ts';

/**
 * Who acts with another issuer's token: the user linked to its subject, read in one statement. At first sight a user is
 * made where the issuer's settings say so; nobody who exists is taken for it, whatever the token says of addresses and
 * names. Where the issuer gives roles, the user's is made to be the token's.
 *
 * @throws {AppError} `UNAUTHENTICATED` when there is no such user, or they are suspended.
 */
export async function findOutsideViewer(
  db: Database,
  claims: OutsideClaims,
  origin: RequestOrigin | null,
): Promise<SignedInViewer> {
  const { issuer, subject, role } = claims;
  const user =
    (await findUserOfIdentity(db, issuer, subject)) ?? (await createOutsideUser(db, claims, origin));
  if (user.suspendedAt !== null) throw badToken('The user is suspended.');
  const viewer = { id: user.id, role: role ?? user.role, sessionId: null, identity: { issuer, subject } };
  if (role !== null && role !== user.role) await changeRole({ db, viewer: null, origin }, viewer);
  return viewer;
}

async function createOutsideUser(
  db: Database,
  { issuer, subject, name: givenName, firstRole: role }: OutsideClaims,
  origin: RequestOrigin | null,
): Promise<IdentityRow> {
  if (role === null) throw badToken('There is no user for this access token.');
  const id = newUuid();
  const base = usernameFrom(givenName ?? '', id);
  const name = userName.safeParse(givenName).data ?? base;
  const actor = { viewer: null, origin };
  try {
    await db.transaction(async (tx) => {
      const username = await reserveUsername(tx, base, id);
      await createUserRow(tx, { id, username, name, email: null, bio: null, avatarUrl: null, role });
      await createIdentity(tx, { issuer, subject, userId: id });
      await recordSecurityEvent(tx, actor, { type: 'SIGNED_UP', userId: id, details: { role } });
      await recordSecurityEvent(tx, actor, { type: 'IDENTITY_LINKED', userId: id, details: { issuer } });
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

/** Makes the viewer's role that of their token. */
async function changeRole(context: ServiceContext, viewer: SignedInViewer): Promise<void> {
  const { id, role: to } = viewer;
  await context.db.transaction(async (tx) => {
    const account = await lockViewer(tx, viewer);
    const details = { from: account.user.role, to };
    await updateUserRole(tx, account, to);
    await recordSecurityEvent(tx, context, { type: 'ROLE_CHANGED', userId: id, details });
    tx.record({ type: 'user', action: 'updated', id });
  });
}

/**
 * Lets the tokens of an issuer's subject act as a user, without asking who wants it.
 *
 * @throws {AppError} `NOT_FOUND` when there is no such user, `CONFLICT` when the subject is somebody already.
 */
export async function linkIdentity(
  context: ServiceContext,
  userId: string,
  { issuer, subject }: Identity,
): Promise<void> {
  try {
    await context.db.transaction(async (tx) => {
      if ((await lockAccount(tx, userId)) === null) throw notFound('user');
      await createIdentity(tx, { issuer, subject, userId });
      await recordSecurityEvent(tx, context, { type: 'IDENTITY_LINKED', userId, details: { issuer } });
    });
  } catch (error) {
    throw isTaken(error) ? conflict('This subject of the issuer is linked to a user already.') : error;
  }
}

/** Ends that, and answers whose it was. @throws {AppError} `NOT_FOUND` when the subject is nobody. */
export async function unlinkIdentity(
  context: ServiceContext,
  { issuer, subject }: Identity,
): Promise<string> {
  return context.db.transaction(async (tx) => {
    const userId = await deleteIdentityOf(tx, issuer, subject);
    if (userId === null) throw notFound('link');
    await recordSecurityEvent(tx, context, { type: 'IDENTITY_UNLINKED', userId, details: { issuer } });
    return userId;
  });
}

function isTaken(error: unknown): boolean {
  return error instanceof UniqueViolation && error.constraint === 'external_identities_issuer_subject_pk';
}
