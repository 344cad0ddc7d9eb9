import { type JWTPayload, jwtVerify, type JWTVerifyOptions } from 'jose';
import type { TrustedIssuer } from '../../config/trusted-issuers.ts';
import { isStorable } from '../../shared/validation.ts';
import { type Role, roles as allRoles } from '../../shared/viewer.ts';
import { refusalOf } from './access-tokens.ts';
import type { RemoteKeys } from './remote-keys.ts';
import {
  badToken,
  clockTolerance,
  type OutsideClaims,
  type TokenAuthority,
  type TokenClaims,
  type Verified,
} from './verified-token.ts';

/** Verifies the access tokens of another issuer, as the configuration says what they are like. */
export class OutsideTokens implements TokenAuthority {
  readonly #trusted: TrustedIssuer;
  readonly #keys: RemoteKeys;

  constructor(trusted: TrustedIssuer, keys: RemoteKeys) {
    this.#trusted = trusted;
    this.#keys = keys;
  }

  get issuer(): string {
    return this.#trusted.issuer;
  }

  currentKeys(): object {
    return this.#keys.current();
  }

  async verify(token: string): Promise<Verified<TokenClaims & { kind: 'outside' }>> {
    const { algorithms, audience, audienceClaim, issuer, tokenType, userClaim } = this.#trusted;
    const decidesRoles = this.#decidesRoles();
    const options: JWTVerifyOptions = {
      algorithms: [...algorithms],
      issuer,
      clockTolerance,
      // Without `iat` nobody can tell which of two tokens is newer.
      requiredClaims: ['exp', userClaim, ...(decidesRoles ? ['iat'] : [])],
      ...(audienceClaim === 'aud' && { audience: [...audience] }),
      ...(tokenType !== 'none' && { typ: tokenType }),
    };
    try {
      const { payload, protectedHeader } = await jwtVerify(
        token,
        (header) => this.#keys.find(header),
        options,
      );
      if (tokenType === 'none' && protectedHeader.typ !== undefined) throw badToken();
      if (audienceClaim === 'client_id' && !isOneOf(audience, payload['client_id'])) throw badToken();
      if (isIdToken(payload) || !this.#hasRequiredClaims(payload)) throw badToken();
      const { exp = 0 } = payload;
      return {
        claims: { kind: 'outside', ...this.#claimsOf(payload) },
        goodUntil: (exp + clockTolerance) * 1000,
      };
    } catch (error) {
      throw refusalOf(error);
    }
  }

  #claimsOf(payload: JWTPayload): OutsideClaims {
    const { issuer, userClaim, nameClaim, rolesClaim, defaultRole, users, clients } = this.#trusted;
    const subject = payload[userClaim];
    const name = payload[nameClaim];
    if (typeof subject !== 'string' || subject.length > 255 || !/\S/.test(subject) || !isStorable(subject)) {
      throw badToken();
    }
    const role = rolesClaim === undefined ? null : this.#roleIn(valuesOf(claimAt(payload, rolesClaim)));
    const mustExist = users === 'mustExist' || (clients === 'mustExist' && isOfClient(payload, subject));
    return {
      issuer,
      subject,
      name: typeof name === 'string' ? name : null,
      decision: role === null || !this.#decidesRoles() ? null : { role, decidedAt: issuedAt(payload) },
      firstRole: mustExist ? null : (role ?? defaultRole),
    };
  }

  #decidesRoles(): boolean {
    const { rolesClaim, rolesDecidedBy } = this.#trusted;
    return rolesClaim !== undefined && rolesDecidedBy === 'issuer';
  }

  /** The highest of the roles that these stand for. */
  #roleIn(names: readonly string[]): Role {
    const { roles, defaultRole } = this.#trusted;
    const given = new Set(names.map((name) => (Object.hasOwn(roles, name) ? roles[name] : undefined)));
    return allRoles.findLast((role) => given.has(role)) ?? defaultRole;
  }

  #hasRequiredClaims(payload: JWTPayload): boolean {
    return Object.entries(this.#trusted.requiredClaims).every(([name, rule]) => {
      const value = claimAt(payload, name);
      if (value === undefined || value === null) return false;
      if (rule === true) return true;
      // Scopes are a list in one text, by RFC 8693, section 4.2.
      const isScope = (name === 'scope' || name === 'scp') && typeof value === 'string';
      return valuesOf(isScope ? value.split(' ') : value).some((one) => isOneOf(rule, one));
    });
  }
}

/** Whether claims are those of an ID token, which tells a client who has signed in, and lets it do nothing here. */
function isIdToken(payload: JWTPayload): boolean {
  const own = ['nonce', 'at_hash', 'c_hash', 's_hash'];
  return (
    own.some((name) => Object.hasOwn(payload, name)) ||
    payload['typ'] === 'ID' ||
    payload['token_use'] === 'id'
  );
}

/**
 * Whether a client got the token for itself, without a person (RFC 6749, section 4.4). RFC 9068, section 2.2, makes the
 * client the subject; the other signs are those of Auth0, Entra and Keycloak.
 */
function isOfClient(payload: JWTPayload, subject: string): boolean {
  const { client_id: client, azp, gty, idtyp, oid, sub, preferred_username: username } = payload;
  return (
    subject === client ||
    subject === azp ||
    gty === 'client-credentials' ||
    idtyp === 'app' ||
    (oid !== undefined && oid === sub) ||
    (typeof username === 'string' && username.startsWith('service-account-'))
  );
}

/** When a token was issued, in RFC 3339. A clock that is ahead does not make a token newer than now. */
function issuedAt({ iat = 0 }: JWTPayload): string {
  return new Date(Math.min(iat * 1_000, Date.now())).toISOString();
}

/** A claim by its name, or else by the path that the name is, with dots. */
function claimAt(payload: JWTPayload, name: string): unknown {
  if (Object.hasOwn(payload, name)) return payload[name];
  return name.split('.').reduce<unknown>((value, step) => {
    const isInside = typeof value === 'object' && value !== null && Object.hasOwn(value, step);
    return isInside ? (value as Record<string, unknown>)[step] : undefined;
  }, payload);
}

/** The texts that a claim has: itself, or those in its list. */
function valuesOf(claim: unknown): string[] {
  return (Array.isArray(claim) ? claim : [claim]).filter((value) => typeof value === 'string');
}

function isOneOf(texts: readonly string[], value: unknown): boolean {
  return typeof value === 'string' && texts.includes(value);
}
