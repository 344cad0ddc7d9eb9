import { AppError } from './errors.ts';

/** What users may do; each role may do all that the ones before it may. */
export const roles = ['READER', 'AUTHOR', 'EDITOR', 'ADMIN'] as const;

/** A user's role. */
export type Role = (typeof roles)[number];

/** A role, and when it was decided: RFC 3339 in UTC with milliseconds. */
export interface RoleDecision {
  readonly role: Role;
  readonly decidedAt: string;
}

/** Somebody who is signed in: who asks, with which session, and what they may do. */
export interface SignedInViewer {
  readonly id: string;
  readonly role: Role;
  /** Null for who has no session here: another issuer's token signs them in, or they run a command. */
  readonly sessionId: string | null;
  /** What another issuer's token calls them; absent without one. */
  readonly identity?: Identity;
}

/** Somebody as another issuer knows them. */
export interface Identity {
  readonly issuer: string;
  readonly subject: string;
}

/**
 * Whoever runs commands on the machine of the server. They may do what administrators may; there is no such user, so
 * they can be the author of nothing.
 */
export const operator: SignedInViewer = {
  id: '00000000-0000-0000-0000-000000000000',
  role: 'ADMIN',
  sessionId: null,
};

/** Who asks: a signed-in user, or null for an anonymous one. */
export type Viewer = SignedInViewer | null;

/** Whether the viewer is signed in and has this role or one above it. */
export function isAtLeast(viewer: Viewer, role: Role): boolean {
  return viewer !== null && roles.indexOf(viewer.role) >= roles.indexOf(role);
}

/** @throws {AppError} `UNAUTHENTICATED` for an anonymous viewer. */
export function signedIn(viewer: Viewer): SignedInViewer {
  if (viewer === null) throw new AppError('UNAUTHENTICATED', 'Sign in first.');
  return viewer;
}
