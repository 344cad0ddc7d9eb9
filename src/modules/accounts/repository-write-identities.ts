import { and, eq } from 'drizzle-orm';
import { build, type Queryable, statement } from '../../db/index.ts';
import { externalIdentities } from '../../db/tables/index.ts';

const insertIdentity = statement({
  name: 'identity_insert',
  parameters: { issuer: 'text', subject: 'text', userId: 'uuid' },
  selection: { userId: externalIdentities.userId },
  query: (values, columns) => build.insert(externalIdentities).values(values).returning(columns),
});

/** @throws {UniqueViolation} when the issuer's subject is somebody already. */
export async function createIdentity(
  db: Queryable,
  identity: { readonly issuer: string; readonly subject: string; readonly userId: string },
): Promise<void> {
  await db.run(insertIdentity, identity);
}

const deleteIdentity = statement({
  name: 'identity_delete',
  parameters: { issuer: 'text', subject: 'text' },
  selection: { userId: externalIdentities.userId },
  query: ({ issuer, subject }, columns) =>
    build
      .delete(externalIdentities)
      .where(and(eq(externalIdentities.issuer, issuer), eq(externalIdentities.subject, subject)))
      .returning(columns),
});

/** Forgets whom an issuer's subject stands for, and answers who it was; null when it was nobody. */
export async function deleteIdentityOf(
  db: Queryable,
  issuer: string,
  subject: string,
): Promise<string | null> {
  const [row] = await db.run(deleteIdentity, { issuer, subject });
  return row?.userId ?? null;
}
