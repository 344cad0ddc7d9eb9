import { and, eq } from 'drizzle-orm';
import { build, statement, type Transaction } from '../../db/index.ts';
import { follows } from '../../db/tables/index.ts';

/** Who follows whom. */
export interface Follow {
  readonly followerId: string;
  readonly followeeId: string;
}

const insertFollow = statement({
  name: 'follow_insert',
  parameters: { followerId: 'uuid', followeeId: 'uuid' },
  selection: { followeeId: follows.followeeId },
  query: (values, columns) => build.insert(follows).values(values).onConflictDoNothing().returning(columns),
});

/**
 * Whether the follow is new.
 *
 * @throws {ForeignKeyViolation} when one of the two does not exist.
 */
export async function createFollowRow(tx: Transaction, follow: Follow): Promise<boolean> {
  const inserted = await tx.run(insertFollow, follow);
  return inserted.length > 0;
}

const deleteFollow = statement({
  name: 'follow_delete',
  parameters: { followerId: 'uuid', followeeId: 'uuid' },
  selection: { followeeId: follows.followeeId },
  query: ({ followerId, followeeId }, columns) =>
    build
      .delete(follows)
      .where(and(eq(follows.followerId, followerId), eq(follows.followeeId, followeeId)))
      .returning(columns),
});

/** Whether there was such a follow. */
export async function deleteFollowRow(tx: Transaction, follow: Follow): Promise<boolean> {
  const deleted = await tx.run(deleteFollow, follow);
  return deleted.length > 0;
}
