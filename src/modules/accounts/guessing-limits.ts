import { createHash } from 'node:crypto';
import type { Counter, LimitStore } from '../../rate-limits/store.ts';
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

/** At most so many `points` under one key within the counter's window. */
interface Limit extends Counter {
  readonly points: number;
}

const quarter = 15 * 60;
const hour = 60 * 60;

/** Something that is counted under a key, and refused when there is too much of it. */
interface Use {
  readonly limit: Limit;
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
  readonly #store: LimitStore;
  readonly #signInByAddress: Limit;
  readonly #signInByAccountAndAddress: Limit;
  readonly #signInByAccount: Limit;
  readonly #passwordByAccount: Limit;
  readonly #refreshByAddress: Limit;
  readonly #refreshByAccount: Limit;
  readonly #linkByAddress: Limit;
  readonly #signUpByAddress: Limit;
  readonly #signUpByAccount: Limit;
  readonly #mailByAddress: Limit;
  readonly #mailByAccount: Limit;

  constructor({ perAccount, perAddress, signUpsPerAddress }: GuessingNumbers, store: LimitStore) {
    this.#store = store;
    const limit = (name: string, points: number, seconds: number) => ({ name, points, seconds });
    this.#signInByAddress = limit('SIGN_IN_BY_ADDRESS', perAddress, quarter);
    this.#signInByAccountAndAddress = limit('SIGN_IN_BY_ACCOUNT_AND_ADDRESS', perAccount, quarter);
    this.#signInByAccount = limit('SIGN_IN_BY_ACCOUNT', 10 * perAccount, hour);
    this.#passwordByAccount = limit('PASSWORD_BY_ACCOUNT', perAccount, quarter);
    this.#refreshByAddress = limit('REFRESH_BY_ADDRESS', perAddress, quarter);
    this.#refreshByAccount = limit('REFRESH_BY_ACCOUNT', 6 * perAccount, quarter);
    this.#linkByAddress = limit('LINK_BY_ADDRESS', perAddress, quarter);
    this.#signUpByAddress = limit('SIGN_UP_BY_ADDRESS', signUpsPerAddress, hour);
    this.#signUpByAccount = limit('SIGN_UP_BY_ACCOUNT', perAccount, hour);
    this.#mailByAddress = limit('MAIL_BY_ADDRESS', signUpsPerAddress, hour);
    this.#mailByAccount = limit('MAIL_BY_ACCOUNT', perAccount, hour);
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
      { limit: this.#signInByAddress, key: network },
      { limit: this.#signInByAccountAndAddress, key: both },
      { limit: this.#signInByAccount, key: account, unless: isKnown },
    ];
    const result = await this.#limited(context, uses, work, isWrong);
    const { points } = this.#signInByAccountAndAddress;
    await this.#store.count(this.#signInByAccountAndAddress, both, -points);
    return result;
  }

  /** The viewer proves that they know the password of their account. */
  password<T>(context: ServiceContext, work: () => Promise<T>): Promise<T> {
    const key = signedIn(context.viewer).id;
    return this.#limited(context, [{ limit: this.#passwordByAccount, key }], work, isWrong);
  }

  /** A refresh token is looked up. */
  refresh<T>(context: ServiceContext, work: () => Promise<T>): Promise<T> {
    const use = { limit: this.#refreshByAddress, key: networkIn(context) };
    return this.#limited(context, [use], work, isWrong);
  }

  /** A user is about to get another refresh token; each is a row that stays as long as its session. */
  refreshOf(context: ServiceContext, userId: string): Promise<void> {
    return this.#limited(context, [{ limit: this.#refreshByAccount, key: userId }], async () => {}, isDone);
  }

  /** A mailed link is followed. */
  link<T>(context: ServiceContext, work: () => Promise<T>): Promise<T> {
    return this.#limited(context, [{ limit: this.#linkByAddress, key: networkIn(context) }], work, isWrong);
  }

  /** An account is made. Administrators make as many as they like. */
  signUp<T>(context: ServiceContext, email: string, work: () => Promise<T>): Promise<T> {
    if (isAtLeast(context.viewer, 'ADMIN')) return work();
    const uses = [
      { limit: this.#signUpByAddress, key: networkIn(context) },
      { limit: this.#signUpByAccount, key: accountKey(email) },
    ];
    return this.#limited(context, uses, work, isDone);
  }

  /** A link is to be mailed to an address. */
  mail<T>(context: ServiceContext, email: string, work: () => Promise<T>): Promise<T> {
    const uses = [
      { limit: this.#mailByAddress, key: networkIn(context) },
      { limit: this.#mailByAccount, key: accountKey(email) },
    ];
    return this.#limited(context, uses, work, isDone);
  }

  /** Counts the uses, does the work, and takes the uses back where its outcome does not count. */
  async #limited<T>(
    context: ServiceContext,
    uses: readonly Use[],
    work: () => Promise<T>,
    counts: (error: unknown) => boolean,
  ): Promise<T> {
    if (context.origin === null) return work();
    const taken = await this.#take(context, uses);
    let error: unknown = null;
    try {
      return await work();
    } catch (thrown) {
      error = thrown;
      throw thrown;
    } finally {
      if (!counts(error)) await this.#giveBack(taken);
    }
  }

  /** @throws {AppError} `RATE_LIMITED` when one of the uses is one too many; then none of them is counted. */
  async #take(context: ServiceContext, [use, ...others]: readonly Use[]): Promise<Use[]> {
    if (use === undefined) return [];
    const { limit, key, unless } = use;
    const { count, left } = await this.#store.count(limit, key, 1);
    if (count > limit.points) {
      if (count === limit.points + 1) await recordLimit(context, limit.name);
      if ((await unless?.()) !== true) throw tooMany(left);
      return this.#take(context, others);
    }
    try {
      return [use, ...(await this.#take(context, others))];
    } catch (error) {
      await this.#giveBack([use]);
      throw error;
    }
  }

  async #giveBack(taken: readonly Use[]): Promise<void> {
    await Promise.all(taken.map(async ({ limit, key }) => this.#store.count(limit, key, -1)));
  }
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
