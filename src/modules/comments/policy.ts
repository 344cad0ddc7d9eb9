import { isAtLeast, type Viewer } from '../../shared/viewer.ts';

/** What can be done to a comment, beside reading it. */
export type CommentAction = 'update' | 'delete';

type Rule = (viewer: Viewer, comment: { authorId: string }) => boolean;

const ownOrAsEditor: Rule = (viewer, comment) =>
  viewer?.id === comment.authorId || isAtLeast(viewer, 'EDITOR');

const rules: Record<CommentAction, Rule> = { update: ownOrAsEditor, delete: ownOrAsEditor };

/** Whether the viewer, who sees the comment, may do this to it. */
export function mayWithComment(
  viewer: Viewer,
  action: CommentAction,
  comment: { authorId: string },
): boolean {
  return rules[action](viewer, comment);
}
