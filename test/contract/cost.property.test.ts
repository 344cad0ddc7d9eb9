import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import {
  buildSchema,
  type DocumentNode,
  type GraphQLObjectType,
  type GraphQLSchema,
  Kind,
  parse,
} from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CostEstimator } from '../../src/graphql/limits/cost/estimator.ts';
import { createSchema } from '../../src/graphql/schema.ts';
import { type AppUnderTest, startAppOver } from '../helpers/app.ts';
import { openTestDatabase } from '../helpers/database.ts';
import { post } from '../helpers/http.ts';
import { type Operation, operationArbitrary, type OperationOptions } from '../helpers/operations.ts';
import { fillPublication, publicationOf, rowId, signInUser } from '../helpers/publication.ts';
import { publicationArguments } from '../helpers/publication-arguments.ts';
import { type CountingDriver, countRows } from '../helpers/rows-read.ts';
import { noLimits } from '../helpers/server.ts';
import { bearer } from '../helpers/tokens.ts';

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
let reader: string;
let admin: string;

beforeAll(async () => {
  counting = countRows(await openTestDatabase());
  app = await startAppOver(counting.driver, noLimits);
  await fillPublication(counting.driver, publicationOf(24));
  const server = { accounts: app.accounts, driver: counting.driver };
  reader = (await signInUser(server, 1)).token;
  admin = (await signInUser(server, 3)).token;
});
afterAll(() => app.app.close());

const sizes = fc.constantFrom(0, 1, 2, 3, 19, 20, 21, 100);

/** Arguments with which reads succeed, and pages of all sizes. */
const pagesOf: OperationOptions['argumentsOf'] = (coordinate, field) =>
  publicationArguments(coordinate, field)?.chain((args) =>
    sizes.map((size) =>
      Object.fromEntries(
        Object.entries(args).map(([name, value]) => {
          if (name === 'limit') return [name, Math.max(1, size)];
          return [name, name === 'first' || name === 'last' ? size : value];
        }),
      ),
    ),
  );

const pages = operationArbitrary(schema, { maxDepth: 6, maxFields: 30, argumentsOf: pagesOf });

const [user, other, post1] = [rowId('user', 1), rowId('user', 2), rowId('post', 1)];

/** Mutations that an administrator can make again and again. */
const repeatable: Record<string, object> = {
  updateUser: { id: user, input: { name: 'Changed' } },
  setUserRole: { id: user, role: 'EDITOR' },
  createPost: {
    input: { title: 'New', body: 'Text', tags: ['one', 'two', 'three'], contributors: [user, other] },
  },
  updatePost: { id: post1, input: { title: 'Changed', body: 'Changed', tags: ['one', 'four'] } },
  publishPost: { id: post1 },
  addComment: { input: { postId: post1, body: 'Text' } },
  updateComment: { id: rowId('comment', 1), input: { body: 'Changed' } },
  followUser: { id: user },
  unfollowUser: { id: user },
  likePost: { id: post1 },
  unlikePost: { id: post1 },
};

const changes = operationArbitrary(schema, {
  maxDepth: 5,
  maxFields: 30,
  root: schema.getMutationType() as GraphQLObjectType,
  includes: (coordinate) => {
    const [type, name = ''] = coordinate.split('.');
    return type !== 'Mutation' || name in repeatable;
  },
  argumentsOf: (coordinate, field) =>
    coordinate.startsWith('Mutation.')
      ? fc.constant({ ...repeatable[field.name] })
      : pagesOf(coordinate, field),
});

const numRuns = Number(fc.readConfigureGlobal().numRuns) * 4;
const timeout = 60_000 + numRuns * 500;

function costOf(estimator: CostEstimator, { document, variables }: Operation): number {
  const parsed: DocumentNode = parse(document);
  const operation = parsed.definitions.find((definition) => definition.kind === Kind.OPERATION_DEFINITION);
  if (operation === undefined) throw new Error('The document has no operation.');
  return estimator.estimate(parsed, operation, variables);
}

async function rowsOf({ document, variables }: Operation, token: string): Promise<number> {
  const before = counting.rows();
  const response = await post(app, { query: document, variables }, bearer(token));
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
      expect(await rowsOf(operation, reader)).toBeLessThanOrEqual(costOf(estimator, operation));
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

  it(
    'is never less than the rows that a change takes and answers',
    async () => {
      const estimator = new CostEstimator(schema);
      await fc.assert(
        fc.asyncProperty(changes, async (operation) => {
          expect(await rowsOf(operation, admin)).toBeLessThanOrEqual(costOf(estimator, operation));
        }),
        { numRuns },
      );
    },
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
