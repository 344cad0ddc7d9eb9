import type { Transaction } from '../../db/index.ts';
import { badInputAt, forbidden, notFound } from '../../shared/errors.ts';
import { newUuid } from '../../shared/ids.ts';
import { renderMarkdown } from '../../shared/markdown/index.ts';
import { parseInput } from '../../shared/validation.ts';
import { signedIn, type Viewer } from '../../shared/viewer.ts';
import { holdPublishedPost, visibleTo } from '../posts/index.ts';
import type { ServiceContext } from '../users/index.ts';
import type { CommentRow } from './columns.ts';
import { commentChanges, newComment } from './input.ts';
import { type CommentAction, mayWithComment } from './policy.ts';
import {
  createCommentRow,
  deleteCommentById,
  holdCommentOfPost,
  lockCommentById,
  updateCommentRow,
} from './repository-write.ts';

/**
 * Writes a comment of the viewer's.
 *
 * @throws {AppError} `NOT_FOUND` when the viewer sees no such post, `CONFLICT` when it is not published,
 * `BAD_USER_INPUT` when the comment to answer does not stand under it.
 */
export async function addComment({ db, viewer }: ServiceContext, input: unknown): Promise<CommentRow> {
  const { postId, parentId, body } = parseInput(newComment, input);
  const authorId = signedIn(viewer).id;
  const { html } = await renderMarkdown(body, authorId);
  const id = newUuid();
  return db.transaction(async (tx) => {
    await holdPublishedPost(tx, viewer, postId);
    if (parentId !== null && !(await holdCommentOfPost(tx, parentId, postId))) {
      throw badInputAt(['input', 'parentId'], 'not_found', 'There is no such comment under the post.');
    }
    const comment = await createCommentRow(tx, { id, postId, authorId, parentId, body, html });
    tx.record({ type: 'comment', action: 'created', id, postId });
    return comment;
  });
}

export async function updateComment(
  { db, viewer }: ServiceContext,
  id: string,
  input: unknown,
): Promise<CommentRow> {
  const { body } = parseInput(commentChanges, input);
  const { html } = await renderMarkdown(body, signedIn(viewer).id);
  return db.transaction(async (tx) => {
    const { postId } = await allowedComment(tx, viewer, 'update', id);
    const changed = await updateCommentRow(tx, { id, body, html });
    tx.record({ type: 'comment', action: 'updated', id, postId });
    return changed;
  });
}

/** Erases the comment. The answer is the row as it was. */
export async function deleteComment({ db, viewer }: ServiceContext, id: string): Promise<CommentRow> {
  return db.transaction(async (tx) => {
    const comment = await allowedComment(tx, viewer, 'delete', id);
    await deleteCommentById(tx, id);
    tx.record({ type: 'comment', action: 'deleted', id, postId: comment.postId });
    return comment;
  });
}

async function allowedComment(
  tx: Transaction,
  viewer: Viewer,
  action: CommentAction,
  id: string,
): Promise<CommentRow> {
  const comment = await lockCommentById(tx, id, visibleTo(signedIn(viewer)));
  if (comment === null) throw notFound('comment');
  if (!mayWithComment(viewer, action, comment))
    throw forbidden(`You may not ${action} the comments of others.`);
  return comment;
}
