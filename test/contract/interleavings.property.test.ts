import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { onServer } from '../helpers/database.ts';
import { inTurns } from '../helpers/interleaving.ts';
import { type OperationName, operations } from './interleavings/operations.ts';
import { type Pair, Stage } from './interleavings/stage.ts';

// INTERLEAVINGS sets how many interleavings of each pair are tried; failures print their seed.
const runs = Number(process.env['INTERLEAVINGS'] ?? '2');

const names = Object.keys(operations) as OperationName[];
const pairs = names.flatMap((first, index) => names.slice(index).map((second): Pair => [first, second]));

/** How many steps the operations take in turn; what is left of them then runs one after the other. */
const turns = fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 6 });

describe.runIf(onServer)('two operations on an account at the same time (takes locks of rows)', () => {
  const stage = new Stage();

  it.each(pairs)(
    '%s and %s leave what is left when one comes after the other',
    async (...pair) => {
      const serial = [await stage.inOrder(pair, [0, 1]), await stage.inOrder(pair, [1, 0])];
      const property = fc.asyncProperty(turns, async (lengths) => {
        const left = await stage.atTheSameTime(pair, inTurns(lengths));
        expect(serial, JSON.stringify(left)).toContainEqual(left);
      });
      await fc.assert(property, { numRuns: runs });
    },
    10_000 + runs * 3_000,
  );
});
