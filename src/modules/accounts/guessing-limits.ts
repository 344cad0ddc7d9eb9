import { createHash } from 'node:crypto';
import type { Queryable } from '../../db/index.ts';
import type { Counter, LimitStore } from '../../rate-limits/store.ts';
import { AppError } from '../../shared/errors.ts';
import { networkOf } from '../../shared/ip-address.ts';
import { isAtLeast, signedIn, type Viewer } from '../../shared/viewer.ts';
import { recordSecurityEvent } from '../audit/index.ts';
import type { ServiceContext } from '../users/index.ts';
import { canBeEmail } from './input.ts';
import { emailHasSignedInFrom, userHasSignedInFrom } from './repository.ts';

/** How much guessing is allowed. */
export interface GuessingNumbers {
  /**
   * Wrong passwords for one account from one address in 15 minutes, and mails to it and sign-ups with it from one
   * address in an hour. From all addresses it is ten times as many in an hour.
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

/**
 * Two limits of attempts on one account. A stranger uses up only the one of their own network; somebody with many
 * networks uses up the one for all of them, which does not hold where the account signed in before. So nobody can lock
 * others out from where they usually are.
 */
interface AccountLimit {
  readonly fromAddress: Limit;
  readonly fromAnywhere: Limit;
}

/** An account that somebody acts on, whether or not there is one. */
interface Account {
  readonly key: string;
  readonly hasSignedInFrom: (db: Queryable, network: string) => Promise<boolean>;
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
  readonly #signInByAccount: AccountLimit;
  readonly #passwordByAccount: AccountLimit;
  readonly #refreshByAddress: Limit;
  readonly #refreshByAccount: Limit;
  readonly #linkByAddress: Limit;
  readonly #signUpByAddress: Limit;
  readonly #signUpByAccount: AccountLimit;
  readonly #mailByAddress: Limit;
  readonly #mailByAccount: AccountLimit;

  constructor({ perAccount, perAddress, signUpsPerAddress }: GuessingNumbers, store: LimitStore) {
    this.#store = store;
    const limit = (name: string, points: number, seconds: number) => ({ name, points, seconds });
    const accountLimit = (name: string, seconds: number) => ({
      fromAddress: limit(`${name}_BY_ACCOUNT_AND_ADDRESS`, perAccount, seconds),
      fromAnywhere: limit(`${name}_BY_ACCOUNT`, 10 * perAccount, hour),
    });
    this.#signInByAddress = limit('SIGN_IN_BY_ADDRESS', perAddress, quarter);
    this.#signInByAccount = accountLimit('SIGN_IN', quarter);
    this.#passwordByAccount = accountLimit('PASSWORD', quarter);
    this.#refreshByAddress = limit('REFRESH_BY_ADDRESS', perAddress, quarter);
    this.#refreshByAccount = limit('REFRESH_BY_ACCOUNT', 6 * perAccount, quarter);
    this.#linkByAddress = limit('LINK_BY_ADDRESS', perAddress, quarter);
    this.#signUpByAddress = limit('SIGN_UP_BY_ADDRESS', signUpsPerAddress, hour);
    this.#signUpByAccount = accountLimit('SIGN_UP', hour);
    this.#mailByAddress = limit('MAIL_BY_ADDRESS', signUpsPerAddress, hour);
    this.#mailByAccount = accountLimit('MAIL', hour);
  }

  /** A sign-in. The right password forgets the wrong ones for this account from this network. */
  async signIn<T>(context: ServiceContext, email: string, work: () => Promise<T>): Promise<T> {
    const address = { limit: this.#signInByAddress, key: networkIn(context) };
    const [fromAddress, fromAnywhere] = usesOf(this.#signInByAccount, context, accountAt(email));
    const result = await this.#limited(context, [address, fromAddress, fromAnywhere], work, isWrong);
    await this.#store.count(fromAddress.limit, fromAddress.key, -fromAddress.limit.points);
    return result;
  }

  /** The viewer proves that they know the password of their account. */
  password<T>(context: ServiceContext, work: () => Promise<T>): Promise<T> {
    const uses = usesOf(this.#passwordByAccount, context, accountOf(context.viewer));
    return this.#limited(context, uses, work, isWrong);
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
    const address = { limit: this.#signUpByAddress, key: networkIn(context) };
    const uses = [address, ...usesOf(this.#signUpByAccount, context, accountAt(email))];
    return this.#limited(context, uses, work, isDone);
  }

  /** Another issuer's token creates a user. */
  firstSight<T>(context: ServiceContext, work: () => Promise<T>): Promise<T> {
    return this.#limited(context, [{ limit: this.#signUpByAddress, key: networkIn(context) }], work, isDone);
  }

  /** A link is to be mailed to an address. */
  mail<T>(context: ServiceContext, email: string, work: () => Promise<T>): Promise<T> {
    return this.#mailTo(context, accountAt(email), work);
  }

  /** A link is to be mailed to the viewer. */
  mailToViewer<T>(context: ServiceContext, work: () => Promise<T>): Promise<T> {
    return this.#mailTo(context, accountOf(context.viewer), work);
  }

  #mailTo<T>(context: ServiceContext, account: Account, work: () => Promise<T>): Promise<T> {
    const address = { limit: this.#mailByAddress, key: networkIn(context) };
    return this.#limited(context, [address, ...usesOf(this.#mailByAccount, context, account)], work, isDone);
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
const noNetwork = 'none';

function networkIn({ origin }: ServiceContext): string {
  const address = origin?.clientAddress ?? null;
  return address === null ? noNetwork : networkOf(address);
}

function usesOf(
  { fromAddress, fromAnywhere }: AccountLimit,
  context: ServiceContext,
  { key, hasSignedInFrom }: Account,
): readonly [fromAddress: Use, fromAnywhere: Use] {
  const network = networkIn(context);
  const unless = async () => network !== noNetwork && hasSignedInFrom(context.db, network);
  return [
    { limit: fromAddress, key: `${key} ${network}` },
    { limit: fromAnywhere, key, unless },
  ];
}

/** An account as it is typed, in whatever case; hashed, since a store of counters is no place for addresses. */
function accountAt(email: string): Account {
  return {
    key: createHash('sha256').update(email.trim().toLowerCase()).digest('base64url'),
    hasSignedInFrom: async (db, network) =>
      canBeEmail(email) && emailHasSignedInFrom(db, email.trim(), network),
  };
}

function accountOf(viewer: Viewer): Account {
  const { id } = signedIn(viewer);
  return { key: id, hasSignedInFrom: (db, network) => userHasSignedInFrom(db, id, network) };
}

function tooMany(milliseconds: number): AppError {
  const seconds = Math.max(1, Math.ceil(milliseconds / 1000));
  const wait = seconds < 90 ? `${seconds} seconds` : `${Math.ceil(seconds / 60)} minutes`;
  return new AppError('RATE_LIMITED', `Too many attempts. Try again in ${wait}.`, { retryAfter: seconds });
}
