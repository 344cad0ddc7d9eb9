import { createHash } from 'node:crypto';
import { type RateLimiterAbstract, RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { AppError } from '../../shared/errors.ts';
import { networkOf } from '../../shared/ip-address.ts';
import { isAtLeast, signedIn } from '../../shared/viewer.ts';
import { recordSecurityEvent } from '../audit/index.ts';
import type { ServiceContext } from '../users/index.ts';
import { canBeEmail } from './input.ts';
import { hasSignedInFrom } from './repository.ts';

/** How much guessing is allowed. */
export interface GuessingNumbers {
  /**
   * Wrong passwords for one account from one address in 15 minutes. From all addresses it is ten times as many in an
   * hour. As many mails are sent to an account in an hour, and as many sign-ups tell that it is there.
   */
  readonly perAccount: number;
  /** Wrong passwords, refresh tokens and links from one address in 15 minutes, each kind by itself. */
  readonly perAddress: number;
  /** Accounts made, and mails asked for, from one address in an hour, each kind by itself. */
  readonly signUpsPerAddress: number;
}

/** What is counted: `points` in `duration` seconds for each key, under a prefix that names the limit. */
export interface LimiterOptions {
  readonly keyPrefix: string;
  readonly points: number;
  readonly duration: number;
}

/** Makes what counts. In memory each instance of the server counts by itself. */
export type CreateLimiter = (options: LimiterOptions) => RateLimiterAbstract;

const quarter = 15 * 60;
const hour = 60 * 60;

/** Something that is counted under a key, and refused when there is too much of it. */
interface Use {
  readonly limiter: RateLimiterAbstract;
  readonly key: string;
  /** Asked before it is refused: whether it is let through. */
  readonly unless?: () => Promise<boolean>;
}

/**
 * Limits guessing, as OWASP's Authentication Cheat Sheet and NIST SP 800-63B (section 3.2.2) ask: by account and by
 * client address. An attempt is counted before it is made, so that parallel ones are not free, and taken back when it was
 * right, or when it was not made for lack of a database or of time. Accounts are counted by what was typed, hashed,
 * whether or not there is such an account. What comes from the command line is not counted.
 *
 * Every method refuses with `RATE_LIMITED` and the seconds to wait.
 */
export class GuessingLimits {
  readonly #signInByAddress: RateLimiterAbstract;
  readonly #signInByAccountAndAddress: RateLimiterAbstract;
  readonly #signInByAccount: RateLimiterAbstract;
  readonly #passwordByAccount: RateLimiterAbstract;
  readonly #refreshByAddress: RateLimiterAbstract;
  readonly #refreshByAccount: RateLimiterAbstract;
  readonly #linkByAddress: RateLimiterAbstract;
  readonly #signUpByAddress: RateLimiterAbstract;
  readonly #signUpByAccount: RateLimiterAbstract;
  readonly #mailByAddress: RateLimiterAbstract;
  readonly #mailByAccount: RateLimiterAbstract;

  constructor(
    { perAccount, perAddress, signUpsPerAddress }: GuessingNumbers,
    create: CreateLimiter = (options) => new BoundedLimiter(options),
  ) {
    const limiter = (keyPrefix: string, points: number, duration: number) =>
      create({ keyPrefix, points, duration });
    this.#signInByAddress = limiter('SIGN_IN_BY_ADDRESS', perAddress, quarter);
    this.#signInByAccountAndAddress = limiter('SIGN_IN_BY_ACCOUNT_AND_ADDRESS', perAccount, quarter);
    this.#signInByAccount = limiter('SIGN_IN_BY_ACCOUNT', 10 * perAccount, hour);
    this.#passwordByAccount = limiter('PASSWORD_BY_ACCOUNT', perAccount, quarter);
    this.#refreshByAddress = limiter('REFRESH_BY_ADDRESS', perAddress, quarter);
    this.#refreshByAccount = limiter('REFRESH_BY_ACCOUNT', 6 * perAccount, quarter);
    this.#linkByAddress = limiter('LINK_BY_ADDRESS', perAddress, quarter);
    this.#signUpByAddress = limiter('SIGN_UP_BY_ADDRESS', signUpsPerAddress, hour);
    this.#signUpByAccount = limiter('SIGN_UP_BY_ACCOUNT', perAccount, hour);
    this.#mailByAddress = limiter('MAIL_BY_ADDRESS', signUpsPerAddress, hour);
    this.#mailByAccount = limiter('MAIL_BY_ACCOUNT', perAccount, hour);
  }

  /**
   * A sign-in. Who guesses from many addresses uses up what an account allows as a whole; who signed in from their
   * network before is not asked to wait for that, so that nobody can be locked out from where they usually are.
   */
  async signIn<T>(context: ServiceContext, email: string, work: () => Promise<T>): Promise<T> {
    const address = context.origin?.clientAddress ?? null;
    const network = networkIn(context);
    const account = accountKey(email);
    const isKnown = async () =>
      address !== null && canBeEmail(email) && hasSignedInFrom(context.db, email.trim(), network);
    const both = `${account} ${network}`;
    const uses = [
      { limiter: this.#signInByAddress, key: network },
      { limiter: this.#signInByAccountAndAddress, key: both },
      { limiter: this.#signInByAccount, key: account, unless: isKnown },
    ];
    const result = await limited(context, uses, work, isWrong);
    await this.#signInByAccountAndAddress.delete(both);
    return result;
  }

  /** The viewer proves that they know the password of their account. */
  password<T>(context: ServiceContext, work: () => Promise<T>): Promise<T> {
    const key = signedIn(context.viewer).id;
    return limited(context, [{ limiter: this.#passwordByAccount, key }], work, isWrong);
  }

  /** A refresh token is looked up. */
  refresh<T>(context: ServiceContext, work: () => Promise<T>): Promise<T> {
    const use = { limiter: this.#refreshByAddress, key: networkIn(context) };
    return limited(context, [use], work, isWrong);
  }

  /** A user is about to get another refresh token; each is a row that stays as long as its session. */
  refreshOf(context: ServiceContext, userId: string): Promise<void> {
    return limited(context, [{ limiter: this.#refreshByAccount, key: userId }], async () => {}, isDone);
  }

  /** A mailed link is followed. */
  link<T>(context: ServiceContext, work: () => Promise<T>): Promise<T> {
    return limited(context, [{ limiter: this.#linkByAddress, key: networkIn(context) }], work, isWrong);
  }

  /** An account is made. Administrators make as many as they like. */
  signUp<T>(context: ServiceContext, email: string, work: () => Promise<T>): Promise<T> {
    if (isAtLeast(context.viewer, 'ADMIN')) return work();
    const uses = [
      { limiter: this.#signUpByAddress, key: networkIn(context) },
      { limiter: this.#signUpByAccount, key: accountKey(email) },
    ];
    return limited(context, uses, work, isDone);
  }

  /** Another issuer's token creates a user. */
  firstSight<T>(context: ServiceContext, work: () => Promise<T>): Promise<T> {
    return limited(context, [{ limiter: this.#signUpByAddress, key: networkIn(context) }], work, isDone);
  }

  /** A link is to be mailed to an address. */
  mail<T>(context: ServiceContext, email: string, work: () => Promise<T>): Promise<T> {
    const uses = [
      { limiter: this.#mailByAddress, key: networkIn(context) },
      { limiter: this.#mailByAccount, key: accountKey(email) },
    ];
    return limited(context, uses, work, isDone);
  }
}

/** Counts the uses, does the work, and takes the uses back where its outcome does not count. */
async function limited<T>(
  context: ServiceContext,
  uses: readonly Use[],
  work: () => Promise<T>,
  counts: (error: unknown) => boolean,
): Promise<T> {
  if (context.origin === null) return work();
  const taken = await take(context, uses);
  let error: unknown = null;
  try {
    return await work();
  } catch (thrown) {
    error = thrown;
    throw thrown;
  } finally {
    if (!counts(error)) await giveBack(taken);
  }
}

/** @throws {AppError} `RATE_LIMITED` when one of the uses is one too many; then none of them is counted. */
async function take(context: ServiceContext, [use, ...others]: readonly Use[]): Promise<Use[]> {
  if (use === undefined) return [];
  const refusal = await consume(use);
  if (refusal !== null) {
    if (refusal.consumedPoints === use.limiter.points + 1) await recordLimit(context, use.limiter.keyPrefix);
    if ((await use.unless?.()) !== true) throw tooMany(refusal.msBeforeNext);
    return take(context, others);
  }
  try {
    return [use, ...(await take(context, others))];
  } catch (error) {
    await giveBack([use]);
    throw error;
  }
}

async function consume({ limiter, key }: Use): Promise<RateLimiterRes | null> {
  try {
    await limiter.consume(key);
    return null;
  } catch (refusal) {
    if (refusal instanceof RateLimiterRes) return refusal;
    throw refusal;
  }
}

async function giveBack(taken: readonly Use[]): Promise<void> {
  await Promise.all(taken.map(({ limiter, key }) => limiter.reward(key)));
}

/** Told once for each time that a limit is reached: what comes after it costs no more than a look at a counter. */
function recordLimit(context: ServiceContext, limit: string): Promise<void> {
  const userId = context.viewer?.id ?? null;
  return context.db.transaction((tx) =>
    recordSecurityEvent(tx, context, { type: 'RATE_LIMITED', userId, details: { limit } }),
  );
}

/** Whether a guess was made, and was wrong. */
function isWrong(error: unknown): boolean {
  return error instanceof AppError && (error.code === 'UNAUTHENTICATED' || error.code === 'BAD_USER_INPUT');
}

/** Whether something was done, or told that it had been done before. */
function isDone(error: unknown): boolean {
  return error === null || (error instanceof AppError && error.code === 'CONFLICT');
}

/** Clients without an address are counted together. */
function networkIn({ origin }: ServiceContext): string {
  const address = origin?.clientAddress ?? null;
  return address === null ? 'none' : networkOf(address);
}

/** An account as it is typed, in whatever case; hashed, since a store of counters is no place for addresses. */
function accountKey(email: string): string {
  return createHash('sha256').update(email.trim().toLowerCase()).digest('base64url');
}

function tooMany(milliseconds: number): AppError {
  const seconds = Math.max(1, Math.ceil(milliseconds / 1000));
  const wait = seconds < 90 ? `${seconds} seconds` : `${Math.ceil(seconds / 60)} minutes`;
  return new AppError('RATE_LIMITED', `Too many attempts. Try again in ${wait}.`, { retryAfter: seconds });
}

/** More keys than can be made with the passwords that one process can hash in a quarter of an hour. */
const manyKeys = 100_000;

/** Counts in memory, for a bounded number of keys: the one that came first is forgotten for a new one. */
export class BoundedLimiter extends RateLimiterMemory {
  readonly #maxKeys: number;
  readonly #keys = new Set<string | number>();

  constructor(options: LimiterOptions, maxKeys: number = manyKeys) {
    super(options);
    this.#maxKeys = maxKeys;
  }

  override consume(...args: Parameters<RateLimiterMemory['consume']>): Promise<RateLimiterRes> {
    const [key] = args;
    if (!this.#keys.has(key)) this.#remember(key);
    return super.consume(...args);
  }

  #remember(key: string | number): void {
    this.#keys.add(key);
    if (this.#keys.size <= this.#maxKeys) return;
    const [oldest] = this.#keys;
    if (oldest === undefined) return;
    this.#keys.delete(oldest);
    // In memory this happens at once and cannot fail.
    super.delete(oldest).catch(() => {});
  }
}
