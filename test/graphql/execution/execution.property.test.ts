import fc from 'fast-check';
import {
  type DocumentNode,
  execute,
  getOperationAST,
  getVariableValues,
  type GraphQLSchema,
  parse,
  validate,
} from 'graphql';
import { describe, expect, it } from 'vitest';
import { executePlan } from '../../../src/graphql/execution/execute.ts';
import { DocumentCache } from '../../../src/graphql/document-cache.ts';
import { PlanCache } from '../../../src/graphql/execution/plan-cache.ts';
import { type Operation, operationArbitrary } from '../../helpers/operations.ts';
import { type MoodyContext, moodySchema, withoutPromises } from './moody-schema.ts';
import { expectSameAnswer } from './same-answer.ts';

const schema = moodySchema('root');
const plans = new PlanCache(schema, new DocumentCache());

interface Outcome {
  readonly data: unknown;
  readonly errors?: readonly { message: string; path?: readonly (string | number)[] | undefined }[];
  readonly called: readonly string[];
}

type Variables = Operation['variables'];

async function byGraphqlJs(
  over: GraphQLSchema,
  document: DocumentNode,
  variableValues: Variables,
  storm: number,
): Promise<Outcome> {
  const contextValue: MoodyContext = { storm, called: [] };
  const result = await execute({ schema: over, document, variableValues, contextValue });
  return { ...result, data: result.data ?? null, called: contextValue.called };
}

async function byPlan(document: DocumentNode, variables: Variables, storm: number): Promise<Outcome | null> {
  const operation = getOperationAST(document);
  if (operation == null) throw new Error('The document has no operation.');
  const { coerced } = getVariableValues(schema, operation.variableDefinitions ?? [], variables);
  const plan = coerced && plans.planOf(document, operation, coerced);
  if (plan == null) return null;
  const contextValue: MoodyContext = { storm, called: [] };
  const { data, errors } = await executePlan({ plan, contextValue, variableValues: coerced ?? {} });
  return { data: JSON.parse(data), errors, called: contextValue.called };
}

/** The other variant of an operation: what is skipped by a variable is included, and the other way round. */
function opposite(variables: Variables): Variables {
  return Object.fromEntries(
    Object.entries(variables).map(([name, value]) => [name, typeof value === 'boolean' ? !value : value]),
  );
}

const storms = fc.constantFrom(0, 0.05, 0.3, 1);
const numRuns = Number(fc.readConfigureGlobal().numRuns) * 10;

describe('a compiled plan', () => {
  it.each([
    ['query', schema.getQueryType()],
    ['mutation', schema.getMutationType()],
  ])('answers a %s as graphql-js does, whatever resolvers do', async (kind, root) => {
    if (root == null) throw new Error('The schema has no such type.');
    let planned = 0;
    const loose = withoutPromises(schema);
    const operations = fc.oneof(
      ...[2, 4, 6].map((maxDepth) => operationArbitrary(schema, { maxDepth, maxFields: 25, root })),
    );
    await fc.assert(
      fc.asyncProperty(operations, storms, async ({ document: text, variables: first }, storm) => {
        const document = parse(text);
        expect(validate(schema, document)).toEqual([]);
        // The same document with the plans that are kept for it.
        for (const variables of [first, opposite(first)]) {
          const actual = await byPlan(document, variables, storm);
          if (actual === null) continue;
          planned += 1;
          const expected = await byGraphqlJs(schema, document, variables, storm);
          expectSameAnswer(
            actual as never,
            expected as never,
            (await byGraphqlJs(loose, document, variables, storm)) as never,
          );
          // Of a query that has failed graphql-js does not ask the rest, which nobody sees.
          const inOrder = kind === 'mutation' ? expected.called : actual.called;
          expect(actual.called).toEqual(inOrder);
        }
      }),
      { numRuns },
    );
    expect(planned).toBeGreaterThan(numRuns);
  });
});
