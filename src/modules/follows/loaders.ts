import type { Queryable } from '../../db/index.ts';
import { fieldLoader } from '../../shared/field-loader.ts';
import type { PageRequest } from '../../shared/pagination/index.ts';
import type { Projection } from '../../shared/projection.ts';
import type { Viewer } from '../../shared/viewer.ts';
import {
  areFollowed,
  countsOfFollows,
  type FollowUserRow,
  listCountsOfFollows,
  pageOfFollows,
} from './repository.ts';

/** The loaders of follows: everybody's, and the viewer's own. */
export function followLoaders(db: Queryable, viewer: Viewer) {
  return {
    followersByUser: fieldLoader<string, FollowUserRow[], [PageRequest, Projection]>(
      (ids, page, projection) => pageOfFollows(db, 'followers', ids, page, projection),
    ),
    followerListCountByUser: fieldLoader<string, number>((ids) => listCountsOfFollows(db, 'followers', ids)),
    followerCountByUser: fieldLoader<string, number>((ids) => countsOfFollows(db, 'followers', ids)),
    followingByUser: fieldLoader<string, FollowUserRow[], [PageRequest, Projection]>(
      (ids, page, projection) => pageOfFollows(db, 'following', ids, page, projection),
    ),
    followingListCountByUser: fieldLoader<string, number>((ids) => listCountsOfFollows(db, 'following', ids)),
    followingCountByUser: fieldLoader<string, number>((ids) => countsOfFollows(db, 'following', ids)),
    isUserFollowed: fieldLoader<string, boolean>(async (ids) =>
      viewer === null ? ids.map(() => false) : areFollowed(db, viewer.id, ids),
    ),
  };
}
