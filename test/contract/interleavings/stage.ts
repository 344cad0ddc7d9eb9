import { afterAll, beforeAll } from 'vitest';
import type { Driver } from '../../../src/db/index.ts';
import { openTestDatabase } from '../../helpers/database.ts';
import { interleave, type Schedule, SteppedDriver } from '../../helpers/interleaving.ts';
import { type LocalIssuer, startIssuer } from '../../helpers/issuer.ts';
import { type Person, startServer, type TestServer } from '../../helpers/server.ts';
import { type Account, newAccount, type Outcome, whatIsLeft } from './account.ts';
import { type OperationName, operations } from './operations.ts';

/** Two operations on one account. */
export type Pair = readonly [OperationName, OperationName];

/** Two servers over one database, for the tests of the block that this is made in. Each runs one of two operations. */
export class Stage {
  servers!: readonly [TestServer, TestServer];
  admin!: Person;
  #database!: Driver;
  #sides!: readonly [SteppedDriver, SteppedDriver];
  #issuer!: LocalIssuer;

  constructor() {
    beforeAll(async () => {
      this.#issuer = await startIssuer('/issuer');
      const trusted = {
        issuer: this.#issuer.issuer,
        jwksUri: this.#issuer.jwksUri,
        audience: 'broadsheet',
        users: 'mustExist',
        rolesClaim: 'roles',
        roles: { author: 'AUTHOR', editor: 'EDITOR' },
      };
      const variables = { TRUSTED_ISSUERS: JSON.stringify([trusted]) };
      this.#database = await openTestDatabase();
      const [a, b] = [new SteppedDriver(this.#database), new SteppedDriver(this.#database)];
      this.#sides = [a, b];
      this.servers = [await startServer(variables, a.driver), await startServer(variables, b.driver)];
      this.admin = await this.servers[0].person('ADMIN');
    });
    afterAll(async () => {
      await Promise.all([...this.servers.map((server) => server.close()), this.#issuer.close()]);
      await this.#database.close();
    });
  }

  newAccount(pair: readonly OperationName[]): Promise<Account> {
    return newAccount(this.servers[0], this.#issuer.issuer, pair.includes('signInWithRehash'));
  }

  perform(name: OperationName, index: 0 | 1, account: Account): Promise<Outcome> {
    const surroundings = { admin: this.admin, issuer: this.#issuer };
    return operations[name](this.servers[index], account, index === 0 ? 'A' : 'B', surroundings);
  }

  /** What two operations leave of an account when the one begins after the other has ended. */
  async inOrder([first, second]: Pair, order: readonly [0, 1] | readonly [1, 0]) {
    const pair = [first, second];
    const account = await this.newAccount(pair);
    const outcomes: Outcome[] = [];
    for (const index of order) {
      outcomes[index] = await this.perform(pair[index] as OperationName, index, account);
    }
    return whatIsLeft(this.servers[0], account, outcomes as [Outcome, Outcome]);
  }

  /** What they leave when they run at the same time. */
  async atTheSameTime([first, second]: Pair, schedule: Schedule) {
    const account = await this.newAccount([first, second]);
    const outcomes = await this.interleave(
      () => this.perform(first, 0, account),
      () => this.perform(second, 1, account),
      schedule,
    );
    return whatIsLeft(this.servers[0], account, outcomes);
  }

  /** Runs two operations at the same time, each on its server. */
  interleave<T>(first: () => Promise<T>, second: () => Promise<T>, schedule: Schedule): Promise<[T, T]> {
    return interleave(this.#database, this.#sides, [first, second], schedule);
  }
}
