import { and, eq, gt, isNull, or, sql } from 'drizzle-orm';
import { build, byId, isAnyOf, statement, statementVariants, type Transaction } from '../../db/index.ts';
import { credentials, sessions, users } from '../../db/tables/index.ts';
import type { Viewer } from '../../shared/viewer.ts';
import { userColumns, type UserRow } from './columns.ts';

/** The condition that a session has not ended. */
export const isActiveSession = and(isNull(sessions.revokedAt), gt(sessions.expiresAt, sql`now()`));

/** Marks an account as locked. It is not exported, so that `lockAccounts` alone makes accounts. */
const locked = Symbol('locked');

/**
 * An account, locked until the transaction ends. What changes who can act as a user takes one, so that it cannot act on
 * what it read before.
 */
export interface Account {
  readonly [locked]: true;
  readonly user: UserRow;
  /** When the password was set, a different time for each password; null without a password. */
  readonly passwordSetAt: string | null;
  /** Whether a mailed link set the password, and nobody has signed in since. */
  readonly isPasswordReset: boolean;
  /** Whether the viewer may act as this user: their session or identity still holds, and they are not suspended. */
  readonly isViewer: boolean;
  /** Whether the viewer's session began with a sign-in in the last ten minutes. */
  readonly isFresh: boolean;
}

interface LockShape {
  readonly withAdmins: boolean;
}

// Rows are locked in the order of their identifiers, so that no two transactions wait for each other. The key of a user
// never changes, and rows that refer to it can be inserted meanwhile.
const lockUsers = statementVariants(({ withAdmins }: LockShape) =>
  statement({
    name: 'users_lock',
    parameters: { ids: 'uuid[]' },
    selection: {
      id: users.id,
      isActiveAdmin: sql<boolean>`role = 'ADMIN' and suspended_at is null`.as('is_active_admin'),
    },
    query: ({ ids }, columns) =>
      build
        .select(columns)
        .from(users)
        .where(
          or(
            isAnyOf(users.id, ids),
            withAdmins ? and(eq(users.role, sql`'ADMIN'`), isNull(users.suspendedAt)) : undefined,
          ),
        )
        .orderBy(users.id)
        .for('no key update'),
  }),
);

const accountsByIds = statement({
  name: 'accounts_by_ids',
  parameters: { ids: 'uuid[]', viewerId: 'uuid', sessionId: 'uuid', issuer: 'text', subject: 'text' },
  selection: {
    ...userColumns,
    passwordSetAt: credentials.updatedAt,
    isPasswordReset: sql<boolean>`${credentials.resetAt} is not null`.as('is_password_reset'),
    isFresh: sql<boolean>`coalesce(${sessions.createdAt} > now() - interval '10 minutes', false)`.as(
      'is_fresh',
    ),
    isViewer: sql<boolean>`is_viewer`.as('is_viewer'),
  },
  query({ ids, viewerId, sessionId, issuer, subject }, columns) {
    const isViewer = sql<boolean>`
      coalesce(${users.id} = ${viewerId}, false) and ${users.suspendedAt} is null
      and (${sessions.id} is not null or exists (
        select from external_identities
        where issuer = ${issuer} and subject = ${subject} and user_id = ${users.id}
      ))`;
    return build
      .select({ ...columns, isViewer: isViewer.as('is_viewer') })
      .from(users)
      .leftJoin(credentials, eq(credentials.userId, users.id))
      .leftJoin(sessions, and(eq(sessions.id, sessionId), eq(sessions.userId, users.id), isActiveSession))
      .where(isAnyOf(users.id, ids));
  },
});

/**
 * Locks accounts. Returns them in the order of `ids`, null for an unknown one, and the identifiers of the active
 * administrators, if these are locked, too.
 *
 * They are read by a second statement: one statement would see what had committed before it waited for the lock.
 */
export async function lockAccounts(
  tx: Transaction,
  ids: readonly string[],
  { viewer = null, withAdmins = false }: { readonly viewer?: Viewer } & Partial<LockShape> = {},
): Promise<{ readonly accounts: (Account | null)[]; readonly activeAdmins: string[] }> {
  const lockedUsers = await tx.run(lockUsers({ withAdmins }), { ids });
  const rows = await tx.run(accountsByIds, {
    ids,
    viewerId: viewer?.id ?? null,
    sessionId: viewer?.sessionId ?? null,
    issuer: viewer?.identity?.issuer ?? null,
    subject: viewer?.identity?.subject ?? null,
  });
  return {
    accounts: byId(ids, rows).map((row) => (row === null ? null : accountOf(row))),
    activeAdmins: lockedUsers.filter(({ isActiveAdmin }) => isActiveAdmin).map(({ id }) => id),
  };
}

type AccountRow = UserRow & Omit<Account, typeof locked | 'user'>;

function accountOf({ passwordSetAt, isPasswordReset, isViewer, isFresh, ...user }: AccountRow): Account {
  return { [locked]: true, user, passwordSetAt, isPasswordReset, isViewer, isFresh };
}
