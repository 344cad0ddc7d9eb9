import { either, fromRole, type Rule } from '../../shared/rules.ts';
import type { Viewer } from '../../shared/viewer.ts';

/** What can be done to a comment, beside reading it. */
export type CommentAction = 'update' | 'delete';

type Target = { readonly authorId: string };

const isOwn: Rule<Target> = (viewer, comment) => viewer?.id === comment.authorId;

const rules: Record<CommentAction, Rule<Target>> = {
  update: either(isOwn, fromRole('EDITOR')),
  delete: either(isOwn, fromRole('EDITOR')),
};

/** Whether the viewer, who sees the comment, may do this to it. */
export function mayWithComment(viewer: Viewer, action: CommentAction, comment: Target): boolean {
  return rules[action](viewer, comment);
}
