import type { Database, Queryable } from '../db/index.ts';
import {
  findUserByUsername,
  findUsersByIds,
  type ServiceContext,
  type UserRow,
} from '../modules/users/index.ts';
import { uuidOf } from '../shared/ids.ts';
import { operator } from '../shared/viewer.ts';
import { CommandError } from './failure.ts';

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
