import type { Queryable } from '../../db/index.ts';
import { fieldLoader } from '../../shared/field-loader.ts';
import type { Projection } from '../../shared/projection.ts';
import type { Viewer } from '../../shared/viewer.ts';
import { visibleTo } from '../posts/index.ts';
import type { CommentRow } from './columns.ts';
import { commentCountsOfPosts, findCommentsByIds } from './repository.ts';
import {
  type CommentList,
  countByAuthors,
  countByPosts,
  countReplies,
  pageByAuthors,
  pageByPosts,
  pageOfReplies,
} from './repository-lists.ts';

/** The loaders of comments, for what the viewer sees of them. */
export function commentLoaders(db: Queryable, viewer: Viewer) {
  const scope = visibleTo(viewer);
  return {
    commentById: fieldLoader<string, CommentRow | null, [Projection]>((ids, projection) =>
      findCommentsByIds(db, ids, scope, projection),
    ),
    commentsByPost: fieldLoader<string, CommentRow[], [CommentList]>((ids, list) =>
      pageByPosts(db, ids, list),
    ),
    commentListCountByPost: fieldLoader<string, number, [CommentList]>((ids, list) =>
      countByPosts(db, ids, list),
    ),
    commentCountByPost: fieldLoader<string, number>((ids) => commentCountsOfPosts(db, ids)),
    commentsByAuthor: fieldLoader<string, CommentRow[], [CommentList]>((ids, list) =>
      pageByAuthors(db, ids, list),
    ),
    commentCountByAuthor: fieldLoader<string, number, [CommentList]>((ids, list) =>
      countByAuthors(db, ids, list),
    ),
    repliesByComment: fieldLoader<string, CommentRow[], [CommentList]>((ids, list) =>
      pageOfReplies(db, ids, list),
    ),
    replyCountByComment: fieldLoader<string, number, [CommentList]>((ids, list) =>
      countReplies(db, ids, list),
    ),
  };
}
