import fc from 'fast-check';
import { beforeAll, expect, it } from 'vitest';
import { createSchema } from '../../src/graphql/schema.ts';
import { errorCodes } from '../../src/shared/errors.ts';
import { answerChecker } from '../helpers/answer-shape.ts';
import { post } from '../helpers/http.ts';
import { hostileRequestArbitrary } from '../helpers/hostile-requests.ts';
import { naughtyStrings, unstorableStrings } from '../helpers/naughty-strings.ts';
import { anyArguments, type OperationOptions, operationArbitrary } from '../helpers/operations.ts';
import { fillPublication, publicationOf, rowId, signInUser } from '../helpers/publication.ts';
import { publicationArguments } from '../helpers/publication-arguments.ts';
import { type AnsweredError, useServer } from '../helpers/server.ts';

const server = useServer();
const schema = createSchema();
const checkAnswer = answerChecker(schema);
const tokens: Record<string, string | undefined> = {};

beforeAll(async () => {
  await fillPublication(server.driver, publicationOf(8));
  for (const [name, number] of [
    ['author', 1],
    ['editor', 2],
    ['admin', 3],
    ['reader', 4],
  ] as const) {
    tokens[name] = `Bearer ${(await signInUser(server, number)).token}`;
  }
});

/** Texts that mean something here and there, among those that mean nothing. Who sends them is not among the users. */
const text = fc.oneof(
  fc.integer({ min: 5, max: 8 }).map((number) => rowId('user', number)),
  fc
    .constantFrom('post', 'comment', 'tag')
    .chain((kind) => fc.integer({ min: 1, max: 32 }).map((number) => rowId(kind, number))),
  fc.constantFrom(
    'user-5',
    'post-1',
    'tag-2',
    'spring',
    '2026-01-01T00:00:00Z',
    'https://example.com/a.png',
    'somebody@example.com',
  ),
  // A document cannot have half a character; hostile ones try it.
  fc.constantFrom(...naughtyStrings, ...unstorableStrings.filter((each) => each.isWellFormed())),
  fc.string({ unit: 'binary', maxLength: 30 }),
);

/** What would leave nobody to send the next request. */
const ending = new Set(['Mutation.signOut', 'Mutation.signOutEverywhere']);

const options = (root: OperationOptions['root']): OperationOptions => ({
  ...(root != null && { root }),
  maxDepth: 4,
  maxFields: 10,
  includes: (coordinate) => !ending.has(coordinate),
  argumentsOf: (coordinate, field) => {
    const any = anyArguments(field.args, text);
    const good = publicationArguments(coordinate, field);
    return good === undefined ? any : fc.oneof(any, good);
  },
});

const overBoth = <T>(arbitrary: (of: OperationOptions) => fc.Arbitrary<T>): fc.Arbitrary<T> =>
  fc.oneof(arbitrary(options(undefined)), arbitrary(options(schema.getMutationType() ?? undefined)));

const viewer = fc.constantFrom('nobody', 'reader', 'author', 'editor', 'admin');
const authorization = (name: string): Record<string, string> => {
  const token = tokens[name];
  return token === undefined ? {} : { authorization: token };
};

/** What no answer may have, and no request of these has: traces of code, SQL and the libraries beneath. */
const inside =
  /node_modules|\.[jt]s:\d|\bat \w+(?:\.\w+)* \(|pglite|drizzle|relation "|column "|violates|syntax error at or near/i;

/** A thousand of each unless FAST_CHECK_RUNS says another number. */
const numRuns = Number(fc.readConfigureGlobal().numRuns) * 20;
const timeout = 60_000 + numRuns * 100;

/** What is said of requests that are not executed, beside the codes of the contract. */
const refusals = [
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'BAD_REQUEST',
  'PERSISTED_QUERY_NOT_FOUND',
];
const codes: readonly string[] = [...new Set([...errorCodes, ...refusals])].filter(
  (code) => code !== 'INTERNAL_SERVER_ERROR' && code !== 'SERVICE_UNAVAILABLE',
);

function expectHarmless(
  status: number,
  body: string,
): { data?: object | null; errors: readonly AnsweredError[] } {
  expect(status, body).toBeLessThan(500);
  expect(body).not.toMatch(inside);
  const { data, errors = [] } = JSON.parse(body) as { data?: object | null; errors?: AnsweredError[] };
  for (const { extensions } of errors) expect(codes, body).toContain(extensions.code);
  return { ...(data !== undefined && { data }), errors };
}

it(
  'answers every valid operation as its document says',
  async () => {
    const cases = fc.tuple(
      viewer,
      overBoth((of) => operationArbitrary(schema, of)),
    );
    await fc.assert(
      fc.asyncProperty(cases, async ([name, operation]) => {
        const { document, variables } = operation;
        const response = await post(server, { query: document, variables }, authorization(name));
        const body = await response.text();
        const { data, errors } = expectHarmless(response.status, body);
        expect(response.status, body).toBe(200);
        for (const { path } of errors) expect(path, body).toBeDefined();
        expect(data === null ? errors.length : 1, body).toBeGreaterThan(0);
        if (data != null) checkAnswer(operation, data);
      }),
      { numRuns },
    );
  },
  timeout,
);

it(
  'answers every hostile request without breaking',
  async () => {
    const cases = fc.tuple(
      viewer,
      overBoth((of) => hostileRequestArbitrary(schema, of)),
    );
    await fc.assert(
      fc.asyncProperty(cases, async ([name, request]) => {
        const response = await post(server, request, authorization(name));
        expectHarmless(response.status, await response.text());
      }),
      { numRuns },
    );
  },
  timeout,
);
