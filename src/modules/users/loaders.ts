import type { Queryable } from '../../db/index.ts';
import { fieldLoader } from '../../shared/field-loader.ts';
import type { Projection } from '../../shared/projection.ts';
import type { UserRow } from './columns.ts';
import { findUsersByIds } from './repository.ts';

/** The loaders of users. Everybody may see a user, so they are the same for all viewers. */
export function userLoaders(db: Queryable) {
  return {
    userById: fieldLoader<string, UserRow | null, [Projection]>((ids, projection) =>
      findUsersByIds(db, ids, projection),
    ),
  };
}
