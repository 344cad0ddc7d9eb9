import { isAtLeast, type Role, type Viewer } from './viewer.ts';

/** Whether a viewer may do something to an object. It reads nothing but the two, and an anonymous viewer is null. */
export type Rule<Target> = (viewer: Viewer, target: Target) => boolean;

/** Allows what one of the rules allows. */
export function either<Target>(...rules: readonly Rule<Target>[]): Rule<Target> {
  return (viewer, target) => rules.some((rule) => rule(viewer, target));
}

/** Allows what all of the rules allow. */
export function both<Target>(...rules: readonly Rule<Target>[]): Rule<Target> {
  return (viewer, target) => rules.every((rule) => rule(viewer, target));
}

/** Allows viewers with this role or one above it. */
export function fromRole(role: Role): Rule<unknown> {
  return (viewer) => isAtLeast(viewer, role);
}

/** Allows everybody who is signed in. */
export const isSignedIn: Rule<unknown> = (viewer) => viewer !== null;
