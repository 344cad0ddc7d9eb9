import { hash } from 'node:crypto';
import { decodeJwt } from 'jose';
import type { TokenAuthority, TokenClaims, Verified } from './verified-token.ts';

/** How many tokens are remembered. An entry takes about half a kilobyte. */
const capacity = 10_000;

interface Remembered extends Verified {
  readonly authority: TokenAuthority;
  readonly keys: object;
}

/**
 * Verifies access tokens, each with the authority on its issuer, and remembers those that are good until they expire,
 * the last used ones. Whether the session or the user is good still is asked elsewhere, on each request.
 */
export class TokenVerifier {
  readonly #own: TokenAuthority;
  readonly #authorities: ReadonlyMap<string, TokenAuthority>;
  readonly #remembered = new Map<string, Remembered>();

  /** @param outside Authorities on the tokens of other issuers. */
  constructor(own: TokenAuthority, outside: readonly TokenAuthority[] = []) {
    this.#own = own;
    this.#authorities = new Map(outside.map((authority) => [authority.issuer, authority]));
  }

  /**
   * Whom a token stands for.
   *
   * @throws {AppError} `UNAUTHENTICATED` when the token is not good, `SERVICE_UNAVAILABLE` when its issuer's keys cannot
   * be had.
   */
  async verify(token: string): Promise<TokenClaims> {
    const digest = hash('sha256', token, 'base64');
    const remembered = this.#recall(digest);
    if (remembered !== null) return remembered.claims;
    const authority = this.#authorities.get(issuerOf(token)) ?? this.#own;
    // Asked for before, so that it is verified again where keys come or go meanwhile.
    const keys = authority.currentKeys();
    const verified = await authority.verify(token);
    this.#remember(digest, { ...verified, authority, keys });
    return verified.claims;
  }

  #recall(digest: string): Remembered | null {
    const found = this.#remembered.get(digest);
    if (found === undefined) return null;
    this.#remembered.delete(digest);
    if (Date.now() >= found.goodUntil || found.keys !== found.authority.currentKeys()) return null;
    // The last used ones stand at the end.
    this.#remembered.set(digest, found);
    return found;
  }

  #remember(digest: string, verified: Remembered): void {
    this.#remembered.set(digest, verified);
    if (this.#remembered.size <= capacity) return;
    const [oldest] = this.#remembered.keys();
    if (oldest !== undefined) this.#remembered.delete(oldest);
  }
}

/** The issuer that a token names, which nobody has verified: it only says who is asked. */
function issuerOf(token: string): string {
  try {
    const { iss } = decodeJwt(token);
    return typeof iss === 'string' ? iss : '';
  } catch {
    return '';
  }
}
