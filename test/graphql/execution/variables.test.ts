import { buildSchema, getOperationAST, type OperationDefinitionNode, parse } from 'graphql';
import { expect, it } from 'vitest';
import { coercedVariables } from '../../../src/graphql/execution/variables.ts';

const schema = buildSchema('type Query { field(list: [Int!]): Int }');
const operation = getOperationAST(
  parse('query ($list: [Int!], $more: Int = 3) { field(list: $list) }'),
) as OperationDefinitionNode;

it('coerces the values of variables', () => {
  expect(coercedVariables(schema, operation, { list: 1 })).toEqual({ list: [1], more: 3 });
  expect(coercedVariables(schema, operation, { list: ['a'] })).toBeNull();
});

it('stops at the first mistake, since each costs much', () => {
  let looked = 0;
  function* wrong() {
    for (; looked < 10_000; looked += 1) yield 'a';
  }
  expect(coercedVariables(schema, operation, { list: wrong(), more: 'a' })).toBeNull();
  expect(looked).toBe(0);
});
