import { and, eq } from 'drizzle-orm';
import { build, statement, type Transaction } from '../../db/index.ts';
import { externalIdentities } from '../../db/tables/index.ts';

const insertIdentity = statement({
  name: 'identity_insert',
  parameters: { issuer: 'text', subject: 'text', userId: 'uuid' },
  selection: { userId: externalIdentities.userId },
  query: (values, columns) => build.insert(externalIdentities).values(values).returning(columns),
});

/** @throws {UniqueViolation} when the issuer's subject is somebody already. */
export async function createIdentity(
  tx: Transaction,
  identity: { readonly issuer: string; readonly subject: string; readonly userId: string },
): Promise<void> {
  await tx.run(insertIdentity, identity);
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
  tx: Transaction,
  issuer: string,
  subject: string,
): Promise<string | null> {
  const [row] = await tx.run(deleteIdentity, { issuer, subject });
  return row?.userId ?? null;
}
