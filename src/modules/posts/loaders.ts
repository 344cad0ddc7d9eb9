import type { Queryable } from '../../db/index.ts';
import { fieldLoader } from '../../shared/field-loader.ts';
import type { Projection } from '../../shared/projection.ts';
import type { Viewer } from '../../shared/viewer.ts';
import type { TagRow } from '../tags/index.ts';
import type { UserRow } from '../users/index.ts';
import type { PostRow } from './columns.ts';
import { visibleTo } from './policy.ts';
import { contributorsOfPosts, findPostsByIds, postCountsOfTags, tagsOfPosts } from './repository.ts';
import { countByAuthors, countByTags, pageByAuthors, pageByTags, type PostList } from './repository-lists.ts';

/** The loaders of posts, for what the viewer sees of them. */
export function postLoaders(db: Queryable, viewer: Viewer) {
  const scope = visibleTo(viewer);
  return {
    postById: fieldLoader<string, PostRow | null, [Projection]>((ids, projection) =>
      findPostsByIds(db, ids, scope, projection),
    ),
    postsByAuthor: fieldLoader<string, PostRow[], [PostList]>((ids, list) => pageByAuthors(db, ids, list)),
    postCountByAuthor: fieldLoader<string, number, [PostList]>((ids, list) => countByAuthors(db, ids, list)),
    postsByTag: fieldLoader<string, PostRow[], [PostList]>((ids, list) => pageByTags(db, ids, list)),
    postListCountByTag: fieldLoader<string, number, [PostList]>((ids, list) => countByTags(db, ids, list)),
    postCountByTag: fieldLoader<string, number>((ids) => postCountsOfTags(db, ids)),
    contributorsByPost: fieldLoader<string, UserRow[], [Projection]>((ids, projection) =>
      contributorsOfPosts(db, ids, projection),
    ),
    tagsByPost: fieldLoader<string, TagRow[], [Projection]>((ids, projection) =>
      tagsOfPosts(db, ids, projection),
    ),
  };
}
