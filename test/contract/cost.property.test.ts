import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { buildSchema, type DocumentNode, type GraphQLSchema, Kind, parse } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CostEstimator } from '../../src/graphql/limits/cost/estimator.ts';
import { createSchema } from '../../src/graphql/schema.ts';
import { type AppUnderTest, startAppOver } from '../helpers/app.ts';
import { openTestDatabase } from '../helpers/database.ts';
import { post } from '../helpers/http.ts';
import { type Operation, operationArbitrary } from '../helpers/operations.ts';
import { fillPublication, publicationOf, signInUser } from '../helpers/publication.ts';
import { publicationArguments } from '../helpers/publication-arguments.ts';
import { type CountingDriver, countRows } from '../helpers/rows-read.ts';
import { noLimits } from '../helpers/server.ts';

const contract = readFileSync(new URL('../../schema.graphql', import.meta.url), 'utf8');

/**
 * The contract with weights that are about rows alone. Others stand for what takes longer than reading a row; no field
 * reads more than three at a time, one of each kind that can be found.
 */
const aboutRows = contract
  .replace(/text: String @cost\(weight: "\d+"\)/g, 'text: String')
  .replace(/weight: "(\d+)"/g, (_, weight) => `weight: "${Math.min(3, weight)}"`);

const schema = createSchema();
let counting: CountingDriver;
let app: AppUnderTest;
let authorization: string;

beforeAll(async () => {
  counting = countRows(await openTestDatabase());
  app = await startAppOver(counting.driver, noLimits);
  await fillPublication(counting.driver, publicationOf(24));
  const { token } = await signInUser({ accounts: app.accounts, driver: counting.driver }, 1);
  authorization = `Bearer ${token}`;
});
afterAll(() => app.app.close());

const sizes = fc.constantFrom(0, 1, 2, 3, 19, 20, 21, 100);

/** Arguments with which reads succeed, and pages of all sizes. */
const pages = operationArbitrary(schema, {
  maxDepth: 6,
  maxFields: 30,
  argumentsOf: (coordinate, field) =>
    publicationArguments(coordinate, field)?.chain((args) =>
      sizes.map((size) =>
        Object.fromEntries(
          Object.entries(args).map(([name, value]) => {
            if (name === 'limit') return [name, Math.max(1, size)];
            return [name, name === 'first' || name === 'last' ? size : value];
          }),
        ),
      ),
    ),
});

const numRuns = Number(fc.readConfigureGlobal().numRuns) * 4;
const timeout = 60_000 + numRuns * 500;

function costOf(estimator: CostEstimator, { document, variables }: Operation): number {
  const parsed: DocumentNode = parse(document);
  const operation = parsed.definitions.find((definition) => definition.kind === Kind.OPERATION_DEFINITION);
  if (operation === undefined) throw new Error('The document has no operation.');
  return estimator.estimate(parsed, operation, variables);
}

async function rowsOf({ document, variables }: Operation): Promise<number> {
  const before = counting.rows();
  const response = await post(app, { query: document, variables }, { authorization });
  const body = await response.text();
  expect(response.status, body).toBe(200);
  expect(body).not.toContain('"errors"');
  return counting.rows() - before;
}

/** Fails with an operation whose statements return more rows than the directives of a contract allow. */
async function expectHonest(
  contractSchema: GraphQLSchema,
  parameters: fc.Parameters<[Operation]>,
): Promise<void> {
  const estimator = new CostEstimator(contractSchema);
  await fc.assert(
    fc.asyncProperty(pages, async (operation) => {
      expect(await rowsOf(operation)).toBeLessThanOrEqual(costOf(estimator, operation));
    }),
    parameters,
  );
}

describe('the cost of an operation', () => {
  it(
    'is never less than the rows that are read for it',
    () => expectHonest(buildSchema(aboutRows), { numRuns }),
    timeout,
  );

  it.each([
    ['a page from the end', /slicingArguments: \["first", "last"\]/g, 'slicingArguments: ["first"]'],
    ['a list of a fixed size', /@listSize\(assumedSize: 10\)/g, '@listSize(assumedSize: 0)'],
    ['a default size', /assumedSize: 20, slicing/g, 'assumedSize: 10, slicing'],
    ['a count', /@cost\(weight: "3"\)/g, '@cost(weight: "0")'],
  ])(
    'is found out where it has %s wrong',
    async (_, right, wrong) => {
      const planted = aboutRows.replaceAll(right, wrong);
      expect(planted).not.toBe(aboutRows);
      // It takes as many as are needed, and ends with the first.
      const search = expectHonest(buildSchema(planted), { numRuns: numRuns * 20, endOnFailure: true });
      await expect(search).rejects.toThrow('Property failed');
    },
    timeout,
  );
});
