import { notFound } from '../../shared/errors.ts';
import { signedIn } from '../../shared/viewer.ts';
import {
  findPostsByIds,
  holdPublishedPost,
  postProjections,
  type PostRow,
  visibleTo,
} from '../posts/index.ts';
import type { ServiceContext } from '../users/index.ts';
import { createLikeRow, deleteLikeRow } from './repository.ts';

/** @throws {AppError} `NOT_FOUND` when the viewer sees no such post, `CONFLICT` when it is not published. */
export async function likePost({ db, viewer }: ServiceContext, postId: string): Promise<PostRow> {
  const userId = signedIn(viewer).id;
  return db.transaction(async (tx) => {
    const post = await holdPublishedPost(tx, viewer, postId, postProjections.all);
    const isNew = await createLikeRow(tx, { postId, userId });
    if (isNew) tx.record({ type: 'like', action: 'created', postId, userId });
    return post;
  });
}

/** @throws {AppError} `NOT_FOUND` when the viewer sees no such post. */
export async function unlikePost({ db, viewer }: ServiceContext, postId: string): Promise<PostRow> {
  const userId = signedIn(viewer).id;
  return db.transaction(async (tx) => {
    const [post] = await findPostsByIds(tx, [postId], visibleTo(viewer), postProjections.all);
    if (post == null) throw notFound('post');
    const existed = await deleteLikeRow(tx, { postId, userId });
    if (existed) tx.record({ type: 'like', action: 'deleted', postId, userId });
    return post;
  });
}
