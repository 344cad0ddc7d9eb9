import type { Database, Queryable } from '../db/index.ts';
import {
  findUserByUsername,
  findUsersByIds,
  type ServiceContext,
  type UserRow,
} from '../modules/users/index.ts';
import { uuidOf } from '../shared/ids.ts';
import type { SignedInViewer } from '../shared/viewer.ts';
import { CommandError } from './failure.ts';

/**
 * Whoever runs commands on the machine of the server. They may do what administrators may; there is no such user, so
 * they can be the author of nothing.
 */
export const operator: SignedInViewer = {
  id: '00000000-0000-0000-0000-000000000000',
  role: 'ADMIN',
  sessionId: null,
};

/** What the operator does, through this database. */
export function asOperator(db: Database): ServiceContext {
  return { db, viewer: operator, origin: null };
}

/** @throws {CommandError} when nobody has this identifier or username. */
export async function getUser(db: Queryable, idOrUsername: string): Promise<UserRow> {
  const uuid = uuidOf('user', idOrUsername);
  const user =
    uuid === null
      ? await findUserByUsername(db, idOrUsername.toLowerCase())
      : ((await findUsersByIds(db, [uuid]))[0] ?? null);
  if (user === null) throw new CommandError(`There is no user ${idOrUsername}.`);
  return user;
}
