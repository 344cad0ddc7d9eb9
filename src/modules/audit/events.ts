import type { Role } from '../../shared/viewer.ts';

/** Everything that the audit knows to happen. */
export const securityEventTypes = [
  'SIGNED_UP',
  'SIGNED_IN',
  'SIGN_IN_FAILED',
  'SIGNED_OUT',
  'SIGNED_OUT_EVERYWHERE',
  'SESSION_REVOKED',
  'REFRESH_TOKEN_REUSED',
  'RATE_LIMITED',
  'PASSWORD_CHANGED',
  'PASSWORD_RESET_REQUESTED',
  'PASSWORD_RESET',
  'EMAIL_VERIFIED',
  'EMAIL_CHANGE_REQUESTED',
  'EMAIL_CHANGED',
  'ROLE_CHANGED',
  'USER_SUSPENDED',
  'USER_REINSTATED',
  'USER_DELETED',
  'IDENTITY_LINKED',
  'IDENTITY_UNLINKED',
  'SIGNING_KEY_ADDED',
  'SIGNING_KEY_RETIRED',
] as const;

export type SecurityEventType = (typeof securityEventTypes)[number];

type Nothing = Readonly<Record<string, never>>;

/**
 * What is kept of each beside whom it happened to. No password, token, hash, link or address is among it, and nothing
 * that somebody typed: people type passwords into the wrong field.
 */
interface SecurityDetails extends Record<SecurityEventType, object> {
  SIGNED_UP: { readonly role: Role };
  SIGNED_IN: { readonly sessionId: string };
  SIGN_IN_FAILED: { readonly reason: 'UNKNOWN_ACCOUNT' | 'WRONG_PASSWORD' | 'SUSPENDED' };
  SIGNED_OUT: { readonly sessionId: string };
  SIGNED_OUT_EVERYWHERE: { readonly sessions: number };
  SESSION_REVOKED: { readonly sessionId: string };
  /** The session is the one that was ended for it. */
  REFRESH_TOKEN_REUSED: { readonly sessionId: string };
  /** Which limit was reached; the attempts beyond it are not told one by one. */
  RATE_LIMITED: { readonly limit: string };
  /** How many other sessions ended with it. */
  PASSWORD_CHANGED: { readonly endedSessions: number };
  PASSWORD_RESET_REQUESTED: Nothing;
  PASSWORD_RESET: { readonly endedSessions: number };
  EMAIL_VERIFIED: Nothing;
  EMAIL_CHANGE_REQUESTED: Nothing;
  EMAIL_CHANGED: Nothing;
  ROLE_CHANGED: { readonly from: Role; readonly to: Role };
  USER_SUSPENDED: Nothing;
  USER_REINSTATED: Nothing;
  USER_DELETED: Nothing;
  IDENTITY_LINKED: { readonly issuer: string };
  IDENTITY_UNLINKED: { readonly issuer: string };
  SIGNING_KEY_ADDED: { readonly keyId: string };
  SIGNING_KEY_RETIRED: { readonly keyId: string };
}

/** Something that happened to an account, or to the keys. Identifiers are the database's UUIDs. */
export type SecurityEvent = {
  readonly [T in SecurityEventType]: {
    readonly type: T;
    /** Whom it happened to; null where there is no such account. */
    readonly userId: string | null;
    readonly details: SecurityDetails[T];
  };
}[SecurityEventType];
