import { isAtLeast, type Viewer } from '../../shared/viewer.ts';

/** What can be done to a post, beside reading it. */
export type PostAction = 'update' | 'publish' | 'unpublish' | 'archive' | 'delete';

type Rule = (viewer: Viewer, post: { authorId: string }) => boolean;

const ownAsAuthor: Rule = (viewer, post) => isAtLeast(viewer, 'AUTHOR') && viewer?.id === post.authorId;
const ownOrAsEditor: Rule = (viewer, post) => ownAsAuthor(viewer, post) || isAtLeast(viewer, 'EDITOR');

const rules: Record<PostAction, Rule> = {
  update: ownOrAsEditor,
  publish: ownOrAsEditor,
  unpublish: ownOrAsEditor,
  archive: ownOrAsEditor,
  delete: (viewer, post) => ownAsAuthor(viewer, post) || isAtLeast(viewer, 'ADMIN'),
};

/** Whether the viewer, who sees the post, may do this to it. */
export function mayWithPost(viewer: Viewer, action: PostAction, post: { authorId: string }): boolean {
  return rules[action](viewer, post);
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
