import { and, eq, sql } from 'drizzle-orm';
import { build, statement, statementVariants, type Transaction } from '../../db/index.ts';
import { comments } from '../../db/tables/index.ts';
import { rendererVersion } from '../../shared/markdown/index.ts';
import type { PostScope } from '../posts/index.ts';
import { commentColumns, type CommentRow } from './columns.ts';
import { isVisible } from './repository.ts';

const lockComment = statementVariants(({ scope }: { scope: PostScope['kind'] }) =>
  statement({
    name: 'comment_lock',
    parameters: { id: 'uuid', viewerId: 'uuid' },
    selection: commentColumns,
    query: ({ id, viewerId }, selection) =>
      build
        .select(selection)
        .from(comments)
        .where(and(eq(comments.id, id), isVisible(scope, viewerId)))
        .for('update'),
  }),
);

/** The comment, kept from changing until the transaction ends; null when the viewer sees none. */
export async function lockCommentById(
  tx: Transaction,
  id: string,
  scope: PostScope,
): Promise<CommentRow | null> {
  const [comment = null] = await tx.run(lockComment({ scope: scope.kind }), { id, viewerId: scope.viewerId });
  return comment;
}

const holdComment = statement({
  name: 'comment_hold',
  parameters: { id: 'uuid', postId: 'uuid' },
  selection: { id: comments.id },
  query: ({ id, postId }, selection) =>
    build
      .select(selection)
      .from(comments)
      .where(and(eq(comments.id, id), eq(comments.postId, postId)))
      .for('key share'),
});

/** Keeps a comment from being deleted until the transaction ends; false when there is none such under the post. */
export async function holdCommentOfPost(tx: Transaction, id: string, postId: string): Promise<boolean> {
  const held = await tx.run(holdComment, { id, postId });
  return held.length > 0;
}

const insertComment = statement({
  name: 'comment_insert',
  parameters: { id: 'uuid', postId: 'uuid', authorId: 'uuid', parentId: 'uuid', body: 'text', html: 'text' },
  selection: commentColumns,
  query: (values, selection) =>
    build
      .insert(comments)
      .values({ ...values, rendererVersion })
      .returning(selection),
});

export interface NewComment {
  readonly id: string;
  readonly postId: string;
  readonly authorId: string;
  /** The comment that this one answers. */
  readonly parentId: string | null;
  readonly body: string;
  readonly html: string;
}

export async function createCommentRow(tx: Transaction, comment: NewComment): Promise<CommentRow> {
  const [row] = await tx.run(insertComment, comment);
  return row as CommentRow;
}

const updateText = statement({
  name: 'comment_update',
  parameters: { id: 'uuid', body: 'text', html: 'text' },
  selection: commentColumns,
  query: ({ id, ...values }, selection) =>
    build
      .update(comments)
      .set({ ...values, rendererVersion, updatedAt: sql`now()` })
      .where(eq(comments.id, id))
      .returning(selection),
});

export async function updateCommentRow(
  tx: Transaction,
  comment: Pick<NewComment, 'id' | 'body' | 'html'>,
): Promise<CommentRow> {
  const [row] = await tx.run(updateText, comment);
  return row as CommentRow;
}

const deleteById = statement({
  name: 'comment_delete',
  parameters: { id: 'uuid' },
  selection: { id: comments.id },
  query: ({ id }, selection) => build.delete(comments).where(eq(comments.id, id)).returning(selection),
});

/** Deletes the comment; the foreign key moves its replies to the top level. */
export async function deleteCommentById(tx: Transaction, id: string): Promise<void> {
  await tx.run(deleteById, { id });
}
