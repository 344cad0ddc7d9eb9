import { and, eq } from 'drizzle-orm';
import { build, type Queryable, type RowOf, statement } from '../../db/index.ts';
import { externalIdentities, users } from '../../db/tables/index.ts';

const identityColumns = { id: users.id, role: users.role, suspendedAt: users.suspendedAt };

/** The user that somebody known to another issuer is here. */
export type IdentityRow = RowOf<typeof identityColumns>;

const identityUser = statement({
  name: 'identity_user',
  parameters: { issuer: 'text', subject: 'text' },
  selection: identityColumns,
  byKeys: true,
  query: ({ issuer, subject }, columns) =>
    build
      .select(columns)
      .from(externalIdentities)
      .innerJoin(users, eq(users.id, externalIdentities.userId))
      .where(and(eq(externalIdentities.issuer, issuer), eq(externalIdentities.subject, subject))),
});

/** The user whom an issuer calls so; null when nobody is. */
export async function findUserOfIdentity(
  db: Queryable,
  issuer: string,
  subject: string,
): Promise<IdentityRow | null> {
  const [user = null] = await db.run(identityUser, { issuer, subject });
  return user;
}
