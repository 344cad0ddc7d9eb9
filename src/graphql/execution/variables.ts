import { getVariableValues, type GraphQLSchema, type OperationDefinitionNode } from 'graphql';

/** The values of an operation's variables. */
export type VariableValues = Readonly<Record<string, unknown>>;

const none: VariableValues = Object.freeze({});

/**
 * The values of an operation's variables, coerced to their types; null when one of them is wrong. The first mistake
 * ends it: an error costs as much as a thousand right values, and graphql-js, which words the errors, stops at 50.
 */
export function coercedVariables(
  schema: GraphQLSchema,
  { variableDefinitions = [] }: OperationDefinitionNode,
  variables: VariableValues,
): VariableValues | null {
  if (variableDefinitions.length === 0) return none;
  return getVariableValues(schema, variableDefinitions, variables, { maxErrors: 0 }).coerced ?? null;
}
