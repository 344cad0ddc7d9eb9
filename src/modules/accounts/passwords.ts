import { hash, verify } from '@node-rs/argon2';

/**
 * The parameters of argon2id by OWASP's Password Storage Cheat Sheet: 19 MiB of memory, two passes, one lane. The
 * library's default algorithm is argon2id, and it works outside the event loop.
 */
const parameters = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/** The hash of a password, as a PHC string. */
export function hashPassword(password: string): Promise<string> {
  return hash(password.normalize('NFC'), parameters);
}

let unknownUserHash: Promise<string> | undefined;

/**
 * Whether a password is the one with this hash. Without a hash the answer is no, and takes as long as one with: who
 * measures must not learn which accounts exist.
 */
export async function verifyPassword(passwordHash: string | null, password: string): Promise<boolean> {
  unknownUserHash ??= hashPassword('nobody has this password');
  const matches = await verify(passwordHash ?? (await unknownUserHash), password.normalize('NFC'));
  return passwordHash !== null && matches;
}
