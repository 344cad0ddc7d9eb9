import type { PostStatus } from '../../db/tables/index.ts';
import { both, either, fromRole, isSignedIn, type Rule } from '../../shared/rules.ts';
import { isAtLeast, type Viewer } from '../../shared/viewer.ts';

/** What can be done to a post, beside reading it. */
export type PostAction = 'update' | 'publish' | 'unpublish' | 'archive' | 'delete' | 'comment' | 'like';

type Target = { readonly authorId: string };

const isOwn: Rule<Target> = (viewer, post) => viewer?.id === post.authorId;
const ownAsAuthor = both(fromRole('AUTHOR'), isOwn);

const rules: Record<PostAction, Rule<Target>> = {
  update: either(ownAsAuthor, fromRole('EDITOR')),
  publish: either(ownAsAuthor, fromRole('EDITOR')),
  unpublish: either(ownAsAuthor, fromRole('EDITOR')),
  archive: either(ownAsAuthor, fromRole('EDITOR')),
  delete: either(ownAsAuthor, fromRole('ADMIN')),
  comment: isSignedIn,
  like: isSignedIn,
};

/** Whether the viewer, who sees the post, may do this to it. */
export function mayWithPost(viewer: Viewer, action: PostAction, post: Target): boolean {
  return rules[action](viewer, post);
}

/** From which states on an action does something. */
const statuses: Record<PostAction, readonly PostStatus[]> = {
  update: ['DRAFT', 'PUBLISHED', 'ARCHIVED'],
  publish: ['DRAFT', 'ARCHIVED'],
  unpublish: ['PUBLISHED', 'ARCHIVED'],
  archive: ['PUBLISHED'],
  delete: ['DRAFT', 'PUBLISHED', 'ARCHIVED'],
  comment: ['PUBLISHED'],
  like: ['PUBLISHED'],
};

/** Whether the viewer, who sees the post, may do this to it, and it is in a state in which that does something. */
export function canWithPost(
  viewer: Viewer,
  action: PostAction,
  post: Target & { readonly status: PostStatus },
): boolean {
  return mayWithPost(viewer, action, post) && statuses[action].includes(post.status);
}

/** Which posts a viewer sees: published ones, their own beside them, or all. */
export type PostScope =
  | { readonly kind: 'published'; readonly viewerId: null }
  | { readonly kind: 'own'; readonly viewerId: string }
  | { readonly kind: 'all'; readonly viewerId: null };

/** Which posts the viewer sees. */
export function visibleTo(viewer: Viewer): PostScope {
  if (viewer === null) return { kind: 'published', viewerId: null };
  if (isAtLeast(viewer, 'EDITOR')) return { kind: 'all', viewerId: null };
  return { kind: 'own', viewerId: viewer.id };
}
