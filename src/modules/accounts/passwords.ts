import { hash, verify } from '@node-rs/argon2';
import pLimit from 'p-limit';
import { ServerBusy } from '../../shared/errors.ts';

/**
 * The parameters of argon2id by OWASP's Password Storage Cheat Sheet: 19 MiB of memory, two passes, one lane. The
 * library's default algorithm is argon2id, and it works outside the event loop.
 */
const parameters = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/** The parameters in the PHC string of a hash that argon2id made. */
const phcParameters = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$/;

/** Half of the threads that Node has for such work by default: files and names are looked up on the others. */
const limit = pLimit(2);
/** How many may wait for their turn, some seconds' worth. Beyond them nobody is helped by waiting too. */
const maxWaiting = 64;

/**
 * Runs the work when it is its turn.
 *
 * @throws {ServerBusy} when too many wait already.
 */
function inTurn<T>(work: () => Promise<T>): Promise<T> {
  if (limit.pendingCount >= maxWaiting) {
    throw new ServerBusy('Too many people are signing in or setting passwords at the moment.', 2);
  }
  return limit(work);
}

/** The hash of a password, as a PHC string. @throws {ServerBusy} when too many wait already. */
export async function hashPassword(password: string): Promise<string> {
  return inTurn(() => hash(password.normalize('NFC'), parameters));
}

let unknownUserHash: Promise<string> | undefined;

/**
 * Whether a password is the one with this hash. Without a hash the answer is no, and takes as long as one with: who
 * measures must not learn which accounts exist.
 *
 * @throws {ServerBusy} when too many wait already.
 */
export async function verifyPassword(passwordHash: string | null, password: string): Promise<boolean> {
  return (await checkPassword(passwordHash, password, { renews: false })).matches;
}

/** Whether a password is the right one, and a hash to be stored in place of one that was made with less work. */
export interface CheckedPassword {
  readonly matches: boolean;
  readonly renewedHash: string | null;
}

/**
 * The same as `verifyPassword`, for whoever can store another hash of the right password.
 *
 * @throws {ServerBusy} when too many wait already.
 */
export async function checkPassword(
  passwordHash: string | null,
  password: string,
  { renews }: { readonly renews: boolean } = { renews: true },
): Promise<CheckedPassword> {
  // Not in turn, or a refusal would be remembered for good.
  unknownUserHash ??= hash('nobody has this password', parameters);
  const stored = passwordHash ?? (await unknownUserHash);
  const text = password.normalize('NFC');
  return inTurn(async () => {
    const matches = (await verify(stored, text)) && passwordHash !== null;
    const renewedHash = renews && matches && isOutdated(stored) ? await hash(text, parameters) : null;
    return { matches, renewedHash };
  });
}

/** Whether a hash was made with less memory, fewer passes or fewer lanes than new ones. */
function isOutdated(passwordHash: string): boolean {
  const [memoryCost, timeCost, parallelism] = (phcParameters.exec(passwordHash) ?? []).slice(1).map(Number);
  if (memoryCost === undefined || timeCost === undefined || parallelism === undefined) return true;
  return (
    memoryCost < parameters.memoryCost ||
    timeCost < parameters.timeCost ||
    parallelism < parameters.parallelism
  );
}
