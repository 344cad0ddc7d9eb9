import type { Queryable } from '../db/index.ts';
import { accountLoaders } from '../modules/accounts/index.ts';
import { commentLoaders } from '../modules/comments/index.ts';
import { followLoaders } from '../modules/follows/index.ts';
import { likeLoaders } from '../modules/likes/index.ts';
import { postLoaders } from '../modules/posts/index.ts';
import { tagLoaders } from '../modules/tags/index.ts';
import { userLoaders } from '../modules/users/index.ts';
import type { Viewer } from '../shared/viewer.ts';

/** The loaders of one request. They answer what its viewer may see, so they must not outlive it. */
export function createLoaders(db: Queryable, viewer: Viewer) {
  return {
    ...userLoaders(db),
    ...accountLoaders(db, viewer),
    ...tagLoaders(db, viewer),
    ...postLoaders(db, viewer),
    ...commentLoaders(db, viewer),
    ...followLoaders(db, viewer),
    ...likeLoaders(db, viewer),
  };
}

export type Loaders = ReturnType<typeof createLoaders>;
