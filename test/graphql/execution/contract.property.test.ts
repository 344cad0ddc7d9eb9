import fc from 'fast-check';
import { execute, parse } from 'graphql';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { contextBuilder } from '../../../src/graphql/context.ts';
import { PlanCache } from '../../../src/graphql/execution/plan-cache.ts';
import { isForgottenRejection } from '../../../src/graphql/forgotten-rejection.ts';
import { createSchema } from '../../../src/graphql/schema.ts';
import { searchingArguments } from '../../contract/privacy/arguments.ts';
import { type AppUnderTest, startAppOver } from '../../helpers/app.ts';
import { openTestDatabase } from '../../helpers/database.ts';
import { post } from '../../helpers/http.ts';
import { anyArguments, type Operation, operationArbitrary } from '../../helpers/operations.ts';
import { fillPublication, publicationOf, signInUser } from '../../helpers/publication.ts';
import { publicationArguments } from '../../helpers/publication-arguments.ts';
import { noLimits } from '../../helpers/server.ts';
import { withoutPromises } from './moody-schema.ts';
import { type Answer, expectSameAnswer } from './same-answer.ts';

const schema = createSchema();
const loose = withoutPromises(schema);
const users = { anonymous: null, author: 1, editor: 2, reader: 4 } as const;
type ViewerName = keyof typeof users;
const authorization = new Map<ViewerName, string>();

let compiled: AppUnderTest;
let graphqlJs: AppUnderTest;
let contextOf: ReturnType<typeof contextBuilder>;
let heedForgotten: () => void;

beforeAll(async () => {
  heedForgotten = ignoreForgotten();
  const driver = await openTestDatabase();
  await fillPublication(driver, publicationOf(8));
  compiled = await startAppOver(driver, { ...noLimits, EXECUTOR: 'compiled' });
  // The database is closed once, by the other one.
  graphqlJs = await startAppOver(
    { ...driver, close: async () => {} },
    { ...noLimits, EXECUTOR: 'graphql-js' },
  );
  contextOf = contextBuilder(driver, compiled.accounts);
  for (const [name, number] of Object.entries(users)) {
    if (number === null) continue;
    const { token } = await signInUser({ accounts: compiled.accounts, driver }, number);
    authorization.set(name as ViewerName, `Bearer ${token}`);
  }
});
afterAll(async () => {
  await graphqlJs.app.close();
  await compiled.app.close();
  heedForgotten();
});

/** Arguments with which reads succeed, those that lead anywhere, and now and then those that mean nothing. */
const sources = [
  publicationArguments,
  searchingArguments,
  (coordinate: string, field: Parameters<typeof publicationArguments>[1]) => {
    const good = publicationArguments(coordinate, field);
    const any = anyArguments(field.args);
    return good === undefined ? any : fc.oneof({ weight: 4, arbitrary: good }, { weight: 1, arbitrary: any });
  },
];

const operations = fc.oneof(
  ...sources.flatMap((argumentsOf) =>
    [2, 3, 5].map((maxDepth) => operationArbitrary(schema, { maxDepth, maxFields: 30, argumentsOf })),
  ),
);

/** What a server answers: its status, its text, and what that says. */
async function ask(server: AppUnderTest, viewer: ViewerName, { document, variables }: Operation) {
  const token = authorization.get(viewer);
  const headers = token === undefined ? {} : { authorization: token };
  const response = await post(server, { query: document, variables }, headers);
  const text = await response.text();
  return { status: response.status, text, answer: JSON.parse(text) as Answer };
}

/** All errors that can be told of an operation, each at its own place. */
async function answerWithoutPromises(
  viewer: ViewerName,
  { document, variables }: Operation,
): Promise<Answer> {
  const contextValue = await contextOf({
    origin: { requestId: 'loose', clientAddress: null, userAgent: null },
    authorization: authorization.get(viewer),
    client: { isGone: false, onceGone: () => () => {} },
    bodySize: 0,
  });
  return execute({ schema: loose, document: parse(document), variableValues: variables, contextValue });
}

/** What is told of errors beside their message and their path, by these two. */
const details = ({ errors = [] }: Answer) =>
  new Map(errors.map(({ message, path, ...rest }) => [JSON.stringify([path, message]), rest]));

/** Compares the answers of both servers. Answers whether there are errors beside the data. */
async function compareAnswers(viewer: ViewerName, operation: Operation): Promise<boolean> {
  const expected = await ask(graphqlJs, viewer, operation);
  const isPartial = expected.answer.errors !== undefined && expected.answer.data !== undefined;
  // Beside data, errors may come in another order.
  const comparable = ({ text, answer }: typeof expected) => (isPartial ? JSON.stringify(answer.data) : text);
  // The second time it is known, and takes another way.
  for (const actual of [await ask(compiled, viewer, operation), await ask(compiled, viewer, operation)]) {
    expect(actual.status).toBe(expected.status);
    expect(actual.text).not.toMatch(/INTERNAL_SERVER_ERROR|LIMIT_EXCEEDED/);
    expect(comparable(actual)).toBe(comparable(expected));
    if (isPartial) await expectSameErrors(viewer, operation, actual.answer, expected.answer);
  }
  return isPartial;
}

async function expectSameErrors(
  viewer: ViewerName,
  operation: Operation,
  actual: Answer,
  expected: Answer,
): Promise<void> {
  expectSameAnswer(actual, expected, await answerWithoutPromises(viewer, operation));
  const known = details(expected);
  const common = [...details(actual)].filter(([error]) => known.has(error));
  expect(common.map(([, rest]) => rest)).toEqual(common.map(([error]) => known.get(error)));
}

/** Lets the process ignore what graphql-js leaves behind, as the server's does. Answers how to undo that. */
function ignoreForgotten(): () => void {
  const listeners = process.listeners('unhandledRejection');
  process.removeAllListeners('unhandledRejection');
  process.on('unhandledRejection', (reason, promise) => {
    if (!isForgottenRejection(reason)) for (const listener of listeners) listener(reason, promise);
  });
  return () => {
    process.removeAllListeners('unhandledRejection');
    for (const listener of listeners) process.on('unhandledRejection', listener);
  };
}

const numRuns = Number(fc.readConfigureGlobal().numRuns) * 1.5;

describe('an operation over the contract', () => {
  it.each(Object.keys(users) as ViewerName[])(
    'is answered to the %s by plans as by graphql-js, byte by byte',
    async (viewer) => {
      let withErrors = 0;
      const planOf = vi.spyOn(PlanCache.prototype, 'planOf').mockClear();
      await fc.assert(
        fc.asyncProperty(operations, async (operation) => {
          withErrors += Number(await compareAnswers(viewer, operation));
        }),
        { numRuns },
      );
      const plans = planOf.mock.results.filter(({ value }) => value !== null).length;
      expect(plans).toBeGreaterThan(numRuns / 2);
      // Some of both are compared.
      expect(withErrors).toBeGreaterThan(numRuns / 75);
      expect(withErrors).toBeLessThan(numRuns * 0.9);
    },
    60_000 + numRuns * 500,
  );
});
