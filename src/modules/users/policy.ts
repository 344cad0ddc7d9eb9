import { both, either, fromRole, isSignedIn, type Rule } from '../../shared/rules.ts';
import type { Viewer } from '../../shared/viewer.ts';

/** What can be done to a user, beside reading what is public. */
export type UserAction = 'readPrivate' | 'update' | 'delete' | 'manage' | 'follow';

type Target = { readonly id: string };

const isSelf: Rule<Target> = (viewer, user) => viewer?.id === user.id;
const isOther: Rule<Target> = (viewer, user) => viewer?.id !== user.id;

const rules: Record<UserAction, Rule<Target>> = {
  readPrivate: either(isSelf, fromRole('ADMIN')),
  update: either(isSelf, fromRole('ADMIN')),
  delete: either(isSelf, fromRole('ADMIN')),
  manage: fromRole('ADMIN'),
  follow: both(isSignedIn, isOther),
};

/** Whether the viewer may do this to the user. */
export function mayWithUser(viewer: Viewer, action: UserAction, user: Target): boolean {
  return rules[action](viewer, user);
}
