import { ForeignKeyViolation, type Queryable } from '../../db/index.ts';
import { badInputAt, notFound } from '../../shared/errors.ts';
import { signedIn } from '../../shared/viewer.ts';
import { findUsersByIds, type ServiceContext, type UserRow } from '../users/index.ts';
import { createFollowRow, deleteFollowRow } from './repository-write.ts';

/** @throws {AppError} `NOT_FOUND` when there is no such user, `BAD_USER_INPUT` when it is the viewer. */
export async function followUser({ db, viewer }: ServiceContext, followeeId: string): Promise<UserRow> {
  const followerId = signedIn(viewer).id;
  if (followeeId === followerId) throw badInputAt(['id'], 'self', 'You cannot follow yourself.');
  try {
    return await db.transaction(async (tx) => {
      const followee = await getUser(tx, followeeId);
      const isNew = await createFollowRow(tx, { followerId, followeeId });
      if (isNew) tx.record({ type: 'follow', action: 'created', followerId, followeeId });
      return followee;
    });
  } catch (error) {
    // One of the two was erased meanwhile.
    throw error instanceof ForeignKeyViolation ? notFound('user') : error;
  }
}

/** @throws {AppError} `NOT_FOUND` when there is no such user. */
export async function unfollowUser({ db, viewer }: ServiceContext, followeeId: string): Promise<UserRow> {
  const followerId = signedIn(viewer).id;
  return db.transaction(async (tx) => {
    const followee = await getUser(tx, followeeId);
    const existed = await deleteFollowRow(tx, { followerId, followeeId });
    if (existed) tx.record({ type: 'follow', action: 'deleted', followerId, followeeId });
    return followee;
  });
}

async function getUser(db: Queryable, id: string): Promise<UserRow> {
  const [user] = await findUsersByIds(db, [id]);
  if (user == null) throw notFound('user');
  return user;
}
