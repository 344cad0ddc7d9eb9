import { isAtLeast, type Viewer } from '../../shared/viewer.ts';

/** What can be done to a user, beside reading what is public. */
export type UserAction = 'readPrivate' | 'update' | 'delete' | 'manage';

const isSelf = (viewer: Viewer, user: { id: string }) => viewer?.id === user.id;

const rules: Record<UserAction, (viewer: Viewer, user: { id: string }) => boolean> = {
  readPrivate: (viewer, user) => isSelf(viewer, user) || isAtLeast(viewer, 'ADMIN'),
  update: (viewer, user) => isSelf(viewer, user) || isAtLeast(viewer, 'ADMIN'),
  delete: (viewer, user) => isSelf(viewer, user) || isAtLeast(viewer, 'ADMIN'),
  manage: (viewer) => isAtLeast(viewer, 'ADMIN'),
};

/** Whether the viewer may do this to the user. */
export function mayWithUser(viewer: Viewer, action: UserAction, user: { id: string }): boolean {
  return rules[action](viewer, user);
}
