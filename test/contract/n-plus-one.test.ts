import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createSchema } from '../../src/graphql/schema.ts';
import { type Operation, operationArbitrary } from '../helpers/operations.ts';
import { fillPublication, publicationOf, signInUser } from '../helpers/publication.ts';
import { publicationArguments } from '../helpers/publication-arguments.ts';
import { type Person, startServer, type TestServer } from '../helpers/server.ts';
import { type Run, statementBound, statementCount } from '../helpers/statement-count.ts';

const schema = createSchema();
const roles = ['nobody', 'author', 'editor'] as const;
type Role = (typeof roles)[number];

interface Side {
  readonly server: TestServer;
  readonly people: Readonly<Record<Role, Person | undefined>>;
}

async function startSide(users: number): Promise<Side> {
  const server = await startServer();
  await fillPublication(server.driver, publicationOf(users));
  const [author, editor] = [await signInUser(server, 1), await signInUser(server, 2)];
  return { server, people: { nobody: undefined, author, editor } };
}

let sides: [small: Side, large: Side];

beforeAll(async () => {
  sides = [await startSide(4), await startSide(32)];
});
afterAll(() => Promise.all(sides.map(({ server }) => server.close())));

/** Operations that somebody of a role sends. The feed of nobody is refused. */
const requests = (role: Role): fc.Arbitrary<readonly [Role, Operation]> =>
  operationArbitrary(schema, {
    maxDepth: 6,
    maxFields: 40,
    argumentsOf: publicationArguments,
    includes: (coordinate) => role !== 'nobody' || coordinate !== 'Query.feed',
  }).map((operation) => [role, operation]);

/** Each run sends two requests; a failure is reported, as small as it is by then, before the test runs out of time. */
const timeout = 60_000 + Number(fc.readConfigureGlobal().numRuns) * 600;
const plugins = [fc.interruptAfterTimeLimit(timeout * 0.8, { failOnInterrupt: true })];

it(
  'sends as many statements as the document says, whatever the data',
  async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(...roles.map(requests)), async ([role, operation]) => {
        const run = { schema, operation, isSignedIn: role !== 'nobody' };
        const [small, large] = await Promise.all(sides.map((side) => statementsOn(side, role, run)));
        expect(large).toBe(small);
        expect(large).toBeLessThanOrEqual(statementBound(run));
      }),
      { plugins },
    );
  },
  timeout,
);

/** Sends an operation, and answers how many statements it took: those of the places that have data, and no more. */
async function statementsOn(
  { server, people }: Side,
  role: (typeof roles)[number],
  run: Run,
): Promise<number> {
  const { document, variables } = run.operation;
  const { data, errors, statements, text } = await server.send(document, { variables, as: people[role] });
  expect(errors, text).toEqual([]);
  expect(statements).toBe(statementCount(run, data));
  return statements;
}
