import { AppError } from '../../shared/errors.ts';
import type { Role, RoleDecision } from '../../shared/viewer.ts';

/** What one of our own tokens says: who, and in which session. Both are UUIDs. */
export interface AccessClaims {
  readonly userId: string;
  readonly sessionId: string;
}

/** What the token of another issuer says. */
export interface OutsideClaims {
  readonly issuer: string;
  /** What the issuer calls the user. */
  readonly subject: string;
  /** The name by which a user is made; null where the token has none. */
  readonly name: string | null;
  /** The role that the issuer decided when it issued the token; null where this server decides about roles. */
  readonly decision: RoleDecision | null;
  /** The role of a user created at first sight; null where users must exist. */
  readonly firstRole: Role | null;
}

/** Whom a token that is good stands for. */
export type TokenClaims =
  | ({ readonly kind: 'own' } & AccessClaims)
  | ({ readonly kind: 'outside' } & OutsideClaims);

/** A token that was verified, and the time when that must be done again, in milliseconds since 1970. */
export interface Verified<Claims extends TokenClaims = TokenClaims> {
  readonly claims: Claims;
  readonly goodUntil: number;
}

/** Whoever can tell which tokens of one issuer are good. */
export interface TokenAuthority {
  readonly issuer: string;
  /** The keys as they are known now: another object after each change. To ask for them keeps them fresh. */
  currentKeys(): object;
  /**
   * @throws {AppError} `UNAUTHENTICATED` when the token is not good, `SERVICE_UNAVAILABLE` when nobody can tell at the
   * moment.
   */
  verify(token: string): Promise<Verified>;
}

/** Clocks of servers differ; so many seconds are forgiven. */
export const clockTolerance = 5;

/** The one answer to all that is wrong with a token but its age. */
export function badToken(message = 'The access token is not valid.', cause?: unknown): AppError {
  return new AppError('UNAUTHENTICATED', message, { cause });
}
