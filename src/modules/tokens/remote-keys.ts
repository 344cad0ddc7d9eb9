import { setTimeout as sleep } from 'node:timers/promises';
import {
  createLocalJWKSet,
  type CryptoKey,
  errors,
  type JSONWebKeySet,
  type JWSHeaderParameters,
} from 'jose';
import type { Logger } from 'pino';
import { AppError } from '../../shared/errors.ts';
import { fetchJson, UnexpectedStatus } from './fetch-json.ts';

/** There is at most one attempt to fetch the keys of an issuer in so long a time, in milliseconds. */
const cooldown = 30_000;
/** Keys that are older are fetched again while the old ones are still used. */
const freshFor = 5 * 60_000;
/** Keys that are older, because nobody asked for them, are not used before an attempt to fetch them. */
const usableFor = 60 * 60_000;
/** So long whoever has older keys waits for new ones, in milliseconds; they come all the same, for those after them. */
const patience = 400;

type KeySet = ReturnType<typeof createLocalJWKSet>;

export interface RemoteKeysOptions {
  readonly issuer: string;
  /** Undefined where the issuer's metadata tells it. */
  readonly jwksUri: string | undefined;
  /** Whether keys may be fetched from an address that the issuer's metadata names. */
  readonly mayFetchFrom: (address: string) => boolean;
  readonly log: Logger;
}

/**
 * The keys of another issuer, fetched when they are needed and kept. They are good while the issuer cannot be reached,
 * however long, and an unknown key makes at most one attempt in a cool-down.
 */
export class RemoteKeys {
  readonly #options: RemoteKeysOptions;
  #jwksUri: string | undefined;
  #set: KeySet | null = null;
  #text = '';
  #fetchedAt = -Infinity;
  #attemptedAt = -Infinity;
  #attempt: Promise<void> | null = null;

  constructor(options: RemoteKeysOptions) {
    this.#options = options;
    this.#jwksUri = options.jwksUri;
  }

  /** The keys as they are known now: another object after each change. Old ones are fetched again meanwhile. */
  current(): object {
    if (this.#set !== null && Date.now() >= this.#fetchedAt + freshFor) {
      this.#refresh().catch((err: unknown) => this.#warn(err));
    }
    return this.#set ?? this;
  }

  /**
   * The key that a token names.
   *
   * @throws {errors.JOSEError} when the issuer has no such key.
   * @throws {AppError} `SERVICE_UNAVAILABLE` when the keys could never be fetched.
   */
  async find(header: JWSHeaderParameters): Promise<CryptoKey> {
    if (this.#set === null) await this.#refresh();
    else if (Date.now() >= this.#fetchedAt + usableFor) await this.#refreshBriefly();
    else this.current();
    if (this.#set === null) throw this.#unavailable();
    try {
      return await this.#set(header);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
      // It may be a new key.
      await this.#refreshBriefly();
      return this.#set(header);
    }
  }

  async #refreshBriefly(): Promise<void> {
    await Promise.race([this.#refresh(), sleep(patience, undefined, { ref: false })]);
  }

  /** Fetches the keys, unless that was tried just now. It never throws: what is known stays. */
  #refresh(): Promise<void> {
    if (this.#attempt !== null) return this.#attempt;
    if (Date.now() < this.#attemptedAt + cooldown) return Promise.resolve();
    this.#attemptedAt = Date.now();
    this.#attempt = this.#fetch().finally(() => {
      this.#attempt = null;
    });
    return this.#attempt;
  }

  async #fetch(): Promise<void> {
    try {
      this.#jwksUri ??= await this.#discover();
      const jwks = (await fetchJson(this.#jwksUri)) as JSONWebKeySet;
      const set = createLocalJWKSet(jwks);
      const text = JSON.stringify(jwks);
      // The same keys stay the same object, so that what was verified with them stays so.
      if (text !== this.#text) this.#set = set;
      this.#text = text;
      this.#fetchedAt = Date.now();
    } catch (err) {
      this.#warn(err);
      // They may have moved.
      this.#jwksUri = this.#options.jwksUri;
    }
  }

  #warn(err: unknown): void {
    const { issuer, log } = this.#options;
    log.warn({ issuer, err, hasKeys: this.#set !== null }, 'the keys of an issuer could not be fetched');
  }

  /** Where the keys are, by OpenID Connect Discovery 1.0 or RFC 8414. */
  async #discover(): Promise<string> {
    const { issuer, mayFetchFrom } = this.#options;
    const { origin, pathname } = new URL(issuer);
    const path = pathname.replace(/\/$/, '');
    const metadata = await fetchJson(`${origin}${path}/.well-known/openid-configuration`).catch((error) => {
      if (!(error instanceof UnexpectedStatus) || error.status !== 404) throw error;
      return fetchJson(`${origin}/.well-known/oauth-authorization-server${path}`);
    });
    const { issuer: named, jwks_uri: address } = metadata as { issuer?: unknown; jwks_uri?: unknown };
    if (named !== issuer) throw new Error('The metadata is that of another issuer.');
    if (typeof address !== 'string' || !mayFetchFrom(address)) {
      throw new Error('The metadata names no address from which keys may be fetched.');
    }
    return address;
  }

  #unavailable(): AppError {
    const message = 'The keys of the issuer of the access token cannot be fetched at the moment.';
    const retryAfter = Math.max(1, Math.ceil((this.#attemptedAt + cooldown - Date.now()) / 1000));
    return new AppError('SERVICE_UNAVAILABLE', message, { retryAfter });
  }
}
