import { isAtLeast, type Viewer } from '../../shared/viewer.ts';

/** Which tags a viewer sees: those of published posts, those of their own posts beside them, or those of all posts. */
export type TagScope =
  | { readonly kind: 'published'; readonly viewerId: null }
  | { readonly kind: 'own'; readonly viewerId: string }
  | { readonly kind: 'all'; readonly viewerId: null };

/** Which tags the viewer sees. It follows from the posts that they see. */
export function visibleTo(viewer: Viewer): TagScope {
  if (viewer === null) return { kind: 'published', viewerId: null };
  if (isAtLeast(viewer, 'EDITOR')) return { kind: 'all', viewerId: null };
  return { kind: 'own', viewerId: viewer.id };
}
