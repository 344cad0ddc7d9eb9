import { and, eq } from 'drizzle-orm';
import { build, type Queryable, type RowOf, statement } from '../../db/index.ts';
import { externalIdentities, users } from '../../db/tables/index.ts';

const identityColumns = {
  id: externalIdentities.userId,
  role: users.role,
  roleDecidedAt: users.roleDecidedAt,
  suspendedAt: users.suspendedAt,
};

/** The user of an issuer's subject. */
export type IdentityRow = RowOf<typeof identityColumns> & { readonly id: string };

const identityUser = statement({
  name: 'identity_user',
  parameters: { issuer: 'text', subject: 'text' },
  selection: identityColumns,
  byKeys: true,
  query: ({ issuer, subject }, columns) =>
    build
      .select(columns)
      .from(externalIdentities)
      .leftJoin(users, eq(users.id, externalIdentities.userId))
      .where(and(eq(externalIdentities.issuer, issuer), eq(externalIdentities.subject, subject))),
});

/** The user of an issuer's subject, or `deleted` where there was one; null when there never was. */
export async function findUserOfIdentity(
  db: Queryable,
  issuer: string,
  subject: string,
): Promise<IdentityRow | 'deleted' | null> {
  const [user = null] = await db.run(identityUser, { issuer, subject });
  if (user === null) return null;
  const { id } = user;
  return id === null ? 'deleted' : { ...user, id };
}
