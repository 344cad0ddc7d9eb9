import { type Database, type Transaction, UniqueViolation } from '../../db/index.ts';
import { conflict, notFound } from '../../shared/errors.ts';
import { newUuid } from '../../shared/ids.ts';
import type { RequestOrigin } from '../../shared/origin.ts';
import type { Identity, SignedInViewer } from '../../shared/viewer.ts';
import { recordSecurityEvent } from '../audit/index.ts';
import { badToken, type OutsideClaims } from '../tokens/index.ts';
import { applyRoleDecision, lockAccount, type ServiceContext, userName } from '../users/index.ts';
import type { GuessingLimits } from './guessing-limits.ts';
import { createUserRow, reserveUsername } from './repository.ts';
import { findUserOfIdentity } from './repository-identities.ts';
import { createIdentity, deleteIdentityOf, linkFreeIdentity } from './repository-write-identities.ts';
import { usernameFrom } from './service.ts';

/**
 * The viewer of another issuer's token: the user linked to its subject, read in one statement. At first sight a user is
 * created where the issuer's settings say so, which counts as a sign-up; the token never stands for an existing account,
 * whatever it says of addresses and names. Where the issuer decides about roles, a token that is newer than the last
 * decision sets the role.
 *
 * @throws {AppError} `UNAUTHENTICATED` when there is no such user, or they are suspended or deleted; `RATE_LIMITED`.
 */
export async function findOutsideViewer(
  db: Database,
  limits: GuessingLimits,
  claims: OutsideClaims,
  origin: RequestOrigin | null,
): Promise<SignedInViewer> {
  const { issuer, subject, decision } = claims;
  const context = { db, viewer: null, origin };
  let found = await findUserOfIdentity(db, issuer, subject);
  if (found === null) {
    await createOutsideUser(context, limits, claims);
    found = await findUserOfIdentity(db, issuer, subject);
  }
  if (found === null || found === 'deleted') throw userDeleted();
  if (found.suspendedAt !== null) throw badToken('The user is suspended.');
  const { id, role } = found;
  const viewer = { id, role, sessionId: null, identity: { issuer, subject } };
  if (decision === null || decision.decidedAt <= found.roleDecidedAt) return viewer;
  const decided = await applyRoleDecision(context, viewer, decision);
  if (decided === null) throw badToken('There is no user for this access token any more.');
  return { ...viewer, role: decided };
}

const userDeleted = () => badToken('The user was deleted.');

/** Does nothing if another request with the same subject was first. */
async function createOutsideUser(
  context: ServiceContext,
  limits: GuessingLimits,
  { issuer, subject, name: givenName, firstRole: role, decision }: OutsideClaims,
): Promise<void> {
  if (role === null) throw badToken('There is no user for this access token.');
  const id = newUuid();
  const base = usernameFrom(givenName ?? '', id);
  const name = userName.safeParse(givenName).data ?? base;
  const profile = { id, name, email: null, bio: null, avatarUrl: null };
  const roleDecidedAt = decision?.decidedAt ?? null;
  const create = async (tx: Transaction) => {
    const username = await reserveUsername(tx, base, id);
    await createUserRow(tx, { ...profile, username, role, roleDecidedAt });
    await createIdentity(tx, { issuer, subject, userId: id });
    await recordSecurityEvent(tx, context, { type: 'SIGNED_UP', userId: id, details: { role } });
    await recordSecurityEvent(tx, context, { type: 'IDENTITY_LINKED', userId: id, details: { issuer } });
    tx.record({ type: 'user', action: 'created', id });
  };
  try {
    await limits.firstSight(context, () => context.db.transaction(create));
  } catch (error) {
    if (!isTaken(error)) throw error;
  }
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
  await context.db.transaction(async (tx) => {
    if ((await lockAccount(tx, userId)) === null) throw notFound('user');
    const isLinked = await linkFreeIdentity(tx, { issuer, subject, userId });
    if (!isLinked) throw conflict('This subject of the issuer is linked to a user already.');
    await recordSecurityEvent(tx, context, { type: 'IDENTITY_LINKED', userId, details: { issuer } });
  });
}

/**
 * Unlinks a subject, or forgets that its user was deleted. Its next token may create a user then.
 *
 * @returns the user; null for one who was deleted.
 * @throws {AppError} `NOT_FOUND` when the subject has and had no user.
 */
export async function unlinkIdentity(
  context: ServiceContext,
  { issuer, subject }: Identity,
): Promise<string | null> {
  return context.db.transaction(async (tx) => {
    const userId = await deleteIdentityOf(tx, issuer, subject);
    if (userId === undefined) throw notFound('link');
    await recordSecurityEvent(tx, context, { type: 'IDENTITY_UNLINKED', userId, details: { issuer } });
    return userId;
  });
}

function isTaken(error: unknown): boolean {
  return error instanceof UniqueViolation && error.constraint === 'external_identities_issuer_subject_pk';
}
