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
    const options: JWTVerifyOptions = {
      algorithms: [...algorithms],
      issuer,
      clockTolerance,
      requiredClaims: ['exp', userClaim],
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
    const { issuer, userClaim, nameClaim, rolesClaim, defaultRole, users } = this.#trusted;
    const subject = payload[userClaim];
    const name = payload[nameClaim];
    if (typeof subject !== 'string' || subject.length > 255 || !/\S/.test(subject) || !isStorable(subject)) {
      throw badToken();
    }
    const role = rolesClaim === undefined ? null : this.#roleIn(valuesOf(claimAt(payload, rolesClaim)));
    return {
      issuer,
      subject,
      name: typeof name === 'string' ? name : null,
      role,
      firstRole: users === 'mustExist' ? null : (role ?? defaultRole),
    };
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
