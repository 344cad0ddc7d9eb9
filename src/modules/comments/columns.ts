import type { RowOf } from '../../db/index.ts';
import { comments } from '../../db/tables/index.ts';
import type { CommentResolvers } from '../../generated/resolvers.ts';
import { Projections } from '../../shared/projection.ts';

/** The columns of a comment. */
export const commentColumns = {
  id: comments.id,
  postId: comments.postId,
  authorId: comments.authorId,
  /** The comment that this one answers. */
  answeredId: comments.parentId,
  body: comments.body,
  createdAt: comments.createdAt,
  updatedAt: comments.updatedAt,
  html: comments.html,
};

export type CommentRow = RowOf<typeof commentColumns>;

/** Which of the columns the fields of `Comment` need, where it is not the one of their name. */
export const commentProjections = new Projections<keyof CommentRow, keyof CommentResolvers>(commentColumns, {
  fields: {
    author: ['authorId'],
    post: ['postId'],
    parent: ['answeredId'],
    viewerCanUpdate: ['authorId'],
    viewerCanDelete: ['authorId'],
  },
  cursors: ['createdAt'],
});
