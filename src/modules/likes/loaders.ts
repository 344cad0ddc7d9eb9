import type { Queryable } from '../../db/index.ts';
import { fieldLoader } from '../../shared/field-loader.ts';
import type { Viewer } from '../../shared/viewer.ts';
import { areLiked, likeCountsOfPosts } from './repository.ts';

/** The loaders of likes: everybody's, and the viewer's own. */
export function likeLoaders(db: Queryable, viewer: Viewer) {
  return {
    likeCountByPost: fieldLoader<string, number>((ids) => likeCountsOfPosts(db, ids)),
    isPostLiked: fieldLoader<string, boolean>(async (ids) =>
      viewer === null ? ids.map(() => false) : areLiked(db, viewer.id, ids),
    ),
  };
}
