import type { JWK } from 'jose';
import type { TokenKey } from './token-keys.ts';

/** What changed in a key ring: identifiers of keys. */
export interface KeyChanges {
  readonly added: readonly string[];
  readonly removed: readonly string[];
  /** Those that stay, and only verify now. */
  readonly retired: readonly string[];
  /** The one that signs now. */
  readonly signing: string;
}

/**
 * The keys for the server's own tokens: one that signs, and all that verify. They may be replaced while it runs. Of the
 * keys that sign, it is the one that began last.
 */
export class KeyRing {
  readonly #algorithm: TokenKey['algorithm'];
  #keys: ReadonlyMap<string, TokenKey>;

  /** @throws {Error} when none of the keys signs with the algorithm. */
  constructor(algorithm: TokenKey['algorithm'], keys: readonly TokenKey[]) {
    this.#algorithm = algorithm;
    this.#keys = this.#mapOf(keys);
  }

  /** Another object after every change. */
  get current(): object {
    return this.#keys;
  }

  /** The key that signs now. */
  signing(): TokenKey & { readonly signWith: NonNullable<TokenKey['signWith']> } {
    const keys = [...this.#keys.values()].filter((key) => this.#signs(key));
    const begun = keys.filter(({ signsFrom }) => signsFrom <= Date.now());
    // Where none has begun, the one that begins first signs already.
    const key =
      begun.length > 0
        ? begun.reduce((last, next) => (next.signsFrom >= last.signsFrom ? next : last))
        : keys.reduce((first, next) => (next.signsFrom < first.signsFrom ? next : first));
    return key as ReturnType<KeyRing['signing']>;
  }

  /** The key with this identifier; null when there is none, or it is good no more. */
  verifying(id: unknown): TokenKey | null {
    const key = typeof id === 'string' ? this.#keys.get(id) : undefined;
    return key !== undefined && Date.now() < key.goodUntil ? key : null;
  }

  /** The algorithms of the keys. */
  algorithms(): string[] {
    return [...new Set([...this.#keys.values()].map(({ algorithm }) => algorithm))];
  }

  /** What others need to verify tokens with: the public parts of the keys, also of those that do not sign yet. */
  publicSet(): { keys: JWK[] } {
    const good = [...this.#keys.values()].filter(({ goodUntil }) => Date.now() < goodUntil);
    return { keys: good.flatMap(({ publicJwk }) => (publicJwk === null ? [] : [publicJwk])) };
  }

  /**
   * Takes these keys instead, and says what that changes.
   *
   * @throws {Error} when none of them signs with the algorithm; the keys stay as they are then.
   */
  replace(keys: readonly TokenKey[]): KeyChanges {
    const before = this.#keys;
    const after = this.#mapOf(keys);
    this.#keys = after;
    return {
      added: [...after.keys()].filter((id) => !before.has(id)),
      removed: [...before.keys()].filter((id) => !after.has(id)),
      retired: [...after.values()]
        .filter(({ id, signWith }) => signWith === null && before.get(id)?.signWith != null)
        .map(({ id }) => id),
      signing: this.signing().id,
    };
  }

  #signs({ signWith, algorithm }: TokenKey): boolean {
    return signWith !== null && algorithm === this.#algorithm;
  }

  #mapOf(keys: readonly TokenKey[]): ReadonlyMap<string, TokenKey> {
    if (!keys.some((key) => this.#signs(key))) throw new Error(`no key signs with ${this.#algorithm}`);
    return new Map(keys.map((key) => [key.id, key]));
  }
}
