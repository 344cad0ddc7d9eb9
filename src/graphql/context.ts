import type { AccountServices } from '../modules/accounts/index.ts';
import { findViewer } from '../modules/accounts/index.ts';
import { Database, type Driver, SearchTurns } from '../db/index.ts';
import { after, type Awaitable } from '../shared/awaitable.ts';
import type { RequestOrigin } from '../shared/origin.ts';
import type { Viewer } from '../shared/viewer.ts';
import type { WaitingClient } from '../shared/waiting-client.ts';
import { clientOf } from './limits/budget.ts';
import { createLoaders, type Loaders } from './loaders.ts';

/** What every resolver gets: who asks, and the way to the data. It lives as long as its request. */
export interface Context {
  readonly origin: RequestOrigin;
  readonly viewer: Viewer;
  readonly db: Database;
  readonly loaders: Loaders;
  readonly accounts: AccountServices;
  readonly client: WaitingClient;
  /** The size of the request's body, in bytes. */
  readonly bodySize: number;
}

/** What a request says about itself. */
export interface RequestFacts {
  readonly origin: RequestOrigin;
  /** The value of the `Authorization` header. */
  readonly authorization: string | undefined;
  readonly client: WaitingClient;
  /** The size of its body, in bytes. */
  readonly bodySize: number;
}

/**
 * Builds the context of a request, at once where nobody is to be found.
 *
 * @throws {AppError} `UNAUTHENTICATED` when a token was sent and is not good.
 */
export type ContextBuilder = (request: RequestFacts) => Awaitable<Context>;

export function contextBuilder(driver: Driver, accounts: AccountServices): ContextBuilder {
  const turns = new SearchTurns();
  return ({ origin, authorization, client, bodySize }) => {
    // Loaders hold one batch for each field position, and a position is read after the mutation that it hangs on; so
    // nothing in a request outlives a commit, and what follows commits is about other requests.
    let asking: Viewer = null;
    const takeSearchTurn = () => turns.take(clientOf(asking, origin), client);
    const db = new Database(driver, accounts.afterCommit, client, takeSearchTurn);
    const found = authorization === undefined ? null : findViewer(db, accounts, authorization, origin);
    return after(found, (viewer) => {
      asking = viewer;
      return new RequestContext({ origin, viewer, db, accounts, client, bodySize });
    });
  };
}

class RequestContext implements Context {
  readonly origin: RequestOrigin;
  readonly viewer: Viewer;
  readonly db: Database;
  readonly accounts: AccountServices;
  readonly client: WaitingClient;
  readonly bodySize: number;
  /** No `#private` one: Apollo Server works with a copy of the context, which has none. */
  private made: Loaders | undefined;

  constructor({ origin, viewer, db, accounts, client, bodySize }: Omit<Context, 'loaders'>) {
    this.origin = origin;
    this.viewer = viewer;
    this.db = db;
    this.accounts = accounts;
    this.client = client;
    this.bodySize = bodySize;
  }

  /** Made when they are first asked for: not every operation needs them. */
  get loaders(): Loaders {
    return (this.made ??= createLoaders(this.db, this.viewer));
  }
}
