import type { AccountServices } from '../modules/accounts/index.ts';
import { findViewer } from '../modules/accounts/index.ts';
import { Database, type Driver } from '../db/index.ts';
import type { RequestOrigin } from '../shared/origin.ts';
import type { Viewer } from '../shared/viewer.ts';
import { createLoaders, type Loaders } from './loaders.ts';

/** What every resolver gets: who asks, and the way to the data. It lives as long as its request. */
export interface Context {
  readonly origin: RequestOrigin;
  readonly viewer: Viewer;
  readonly db: Database;
  readonly loaders: Loaders;
  readonly accounts: AccountServices;
  /** Aborted when the client has gone. */
  readonly signal: AbortSignal;
}

/** What a request says about itself. */
export interface RequestFacts {
  readonly origin: RequestOrigin;
  /** The value of the `Authorization` header. */
  readonly authorization: string | undefined;
  /** Aborted when the client goes before it has its answer. */
  readonly signal: AbortSignal;
}

/** Builds the context of a request. @throws {AppError} `UNAUTHENTICATED` when a token was sent and is not good. */
export type ContextBuilder = (request: RequestFacts) => Promise<Context>;

export function contextBuilder(driver: Driver, accounts: AccountServices): ContextBuilder {
  return async ({ origin, authorization, signal }) => {
    // Loaders hold one batch for each field position, and a position is read after the mutation that it hangs on; so
    // nothing in a request outlives a commit, and what follows commits is about other requests.
    const db = new Database(driver, accounts.afterCommit, signal);
    const viewer = await findViewer(db, accounts.verifier, authorization, origin);
    let loaders: Loaders | undefined;
    return {
      origin,
      viewer,
      db,
      // Not every operation needs one.
      get loaders() {
        return (loaders ??= createLoaders(db, viewer));
      },
      accounts,
      signal,
    };
  };
}
