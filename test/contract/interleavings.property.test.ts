import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Driver } from '../../src/db/index.ts';
import { onServer, openTestDatabase } from '../helpers/database.ts';
import { interleave, inTurns, SteppedDriver } from '../helpers/interleaving.ts';
import { startIssuer } from '../helpers/issuer.ts';
import { startServer, type TestServer } from '../helpers/server.ts';
import { type Account, newAccount, whatIsLeft } from './interleavings/account.ts';
import { type OperationName, operations, type Surroundings } from './interleavings/operations.ts';

// INTERLEAVINGS sets how many interleavings of each pair are tried; failures print their seed.
const runs = Number(process.env['INTERLEAVINGS'] ?? '2');

const names = Object.keys(operations) as OperationName[];
const pairs = names.flatMap((first, index) => names.slice(index).map((second) => [first, second] as const));

// Two servers over one database do one operation each, a statement at a time.
describe.runIf(onServer)('two operations on an account at the same time', () => {
  let database: Driver;
  let sides: readonly [SteppedDriver, SteppedDriver];
  let servers: readonly [TestServer, TestServer];
  let surroundings: Surroundings;

  beforeAll(async () => {
    const issuer = await startIssuer('/issuer');
    const trusted = {
      issuer: issuer.issuer,
      jwksUri: issuer.jwksUri,
      audience: 'broadsheet',
      users: 'mustExist',
      rolesClaim: 'roles',
      roles: { author: 'AUTHOR', editor: 'EDITOR' },
    };
    const variables = { TRUSTED_ISSUERS: JSON.stringify([trusted]) };
    database = await openTestDatabase();
    sides = [new SteppedDriver(database), new SteppedDriver(database)];
    servers = [await startServer(variables, sides[0].driver), await startServer(variables, sides[1].driver)];
    surroundings = { issuer, admin: await servers[0].person('ADMIN') };
  });
  afterAll(async () => {
    await Promise.all([...servers.map((server) => server.close()), surroundings.issuer.close()]);
    await database.close();
  });

  const prepare = (pair: readonly OperationName[]): Promise<Account> =>
    newAccount(servers[0], surroundings.issuer.issuer, pair.includes('signInWithRehash'));

  const perform = (name: OperationName, index: 0 | 1, account: Account) =>
    operations[name](servers[index], account, index === 0 ? 'A' : 'B', surroundings);

  async function oneAfterTheOther([first, second]: (typeof pairs)[number], isReversed: boolean) {
    const account = await prepare([first, second]);
    if (isReversed) {
      const after = await perform(second, 1, account);
      return whatIsLeft(servers[0], account, [await perform(first, 0, account), after]);
    }
    const before = await perform(first, 0, account);
    return whatIsLeft(servers[0], account, [before, await perform(second, 1, account)]);
  }

  it.each(pairs)(
    '%s and %s leave what is left when one comes after the other',
    async (...pair) => {
      const [first, second] = pair;
      const serial = [await oneAfterTheOther(pair, false), await oneAfterTheOther(pair, true)];
      const turns = fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 6 });
      await fc.assert(
        fc.asyncProperty(turns, async (lengths) => {
          const account = await prepare(pair);
          const outcomes = await interleave(
            database,
            sides,
            [() => perform(first, 0, account), () => perform(second, 1, account)],
            inTurns(lengths),
          );
          const left = await whatIsLeft(servers[0], account, outcomes);
          expect(serial, JSON.stringify(left)).toContainEqual(left);
        }),
        { numRuns: runs },
      );
    },
    10_000 + runs * 3_000,
  );
});
