import { createAccountServices } from '../app.ts';
import { type Config, readConfig } from '../config.ts';
import { FolderInUseError } from '../db/folder-lock.ts';
import { startSession } from '../modules/accounts/index.ts';
import { asOperator, getUser } from './accounts.ts';
import { graphqlCurl, graphqlUrl } from './curl.ts';
import { withDatabase } from './database.ts';
import { CommandError } from './failure.ts';

export interface TokenOptions {
  /** An identifier or a username. */
  readonly user: string;
  /** In seconds. */
  readonly ttl: number;
}

/**
 * Prints a token for a user, of a session that ends with it.
 *
 * @throws {CommandError} when the user is suspended, or when the embedded database is being served.
 */
export async function printToken({ user: who, ttl }: TokenOptions): Promise<void> {
  const config = readConfig();
  const { tokens } = await createAccountServices(config);
  try {
    const token = await withDatabase(async (db) => {
      const user = await getUser(db, who);
      if (user.suspendedAt !== null) throw new CommandError(`The user ${user.username} is suspended.`);
      return (await startSession(asOperator(db), tokens, user.id, ttl, ttl)).token;
    });
    console.log(token);
  } catch (error) {
    throw error instanceof FolderInUseError ? new CommandError(signInInstead(error, config)) : error;
  }
}

function signInInstead({ message }: FolderInUseError, { http }: Config): string {
  const mutation = 'mutation { signIn(input: { email: "…", password: "…" }) { accessToken } }';
  return `${message} Sign in there instead: ${graphqlCurl(graphqlUrl(http), mutation)}`;
}
