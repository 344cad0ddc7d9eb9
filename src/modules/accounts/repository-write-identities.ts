import { and, eq, isNull, sql } from 'drizzle-orm';
import { build, statement, type Transaction } from '../../db/index.ts';
import { externalIdentities } from '../../db/tables/index.ts';

const insertIdentity = statement({
  name: 'identity_insert',
  parameters: { issuer: 'text', subject: 'text', userId: 'uuid' },
  selection: { userId: externalIdentities.userId },
  query: (values, columns) => build.insert(externalIdentities).values(values).returning(columns),
});

/** A user, and a subject of an issuer that stands for them. */
export interface NewIdentity {
  readonly issuer: string;
  readonly subject: string;
  readonly userId: string;
}

/** @throws {UniqueViolation} when the subject has or had a user. */
export async function createIdentity(tx: Transaction, identity: NewIdentity): Promise<void> {
  await tx.run(insertIdentity, identity);
}

const upsertIdentity = statement({
  name: 'identity_upsert',
  parameters: { issuer: 'text', subject: 'text', userId: 'uuid' },
  selection: { userId: externalIdentities.userId },
  query: (values, columns) =>
    build
      .insert(externalIdentities)
      .values(values)
      .onConflictDoUpdate({
        target: [externalIdentities.issuer, externalIdentities.subject],
        set: { userId: sql`excluded.user_id` },
        setWhere: isNull(externalIdentities.userId),
      })
      .returning(columns),
});

/** Links a subject that has no user, also one whose user was deleted. Returns whether it has none. */
export async function linkFreeIdentity(tx: Transaction, identity: NewIdentity): Promise<boolean> {
  return (await tx.run(upsertIdentity, identity)).length > 0;
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

/** Deletes a subject of an issuer. Returns its user, null if deleted; undefined for an unknown subject. */
export async function deleteIdentityOf(
  tx: Transaction,
  issuer: string,
  subject: string,
): Promise<string | null | undefined> {
  const [row] = await tx.run(deleteIdentity, { issuer, subject });
  return row?.userId;
}
