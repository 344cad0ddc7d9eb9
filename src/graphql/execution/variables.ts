import { getVariableValues, type GraphQLSchema, type OperationDefinitionNode } from 'graphql';

/** The values of an operation's variables. */
export type VariableValues = Readonly<Record<string, unknown>>;

const none: VariableValues = Object.freeze({});

/**
 * The values of an operation's variables, coerced to their types; null when one of them is wrong. Stops at the first
 * error, which costs as much as a thousand right values.
 */
export function coercedVariables(
  schema: GraphQLSchema,
  { variableDefinitions = [] }: OperationDefinitionNode,
  variables: VariableValues,
): VariableValues | null {
  if (variableDefinitions.length === 0) return none;
  return getVariableValues(schema, variableDefinitions, variables, { maxErrors: 0 }).coerced ?? null;
}
