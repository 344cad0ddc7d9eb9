import { type FieldNode, getArgumentValues, type GraphQLField, type ValueNode, visit } from 'graphql';

/**
 * The arguments of a field where they depend on no variable. They are frozen, for all requests share them.
 *
 * @throws {GraphQLError} when they are not what the field takes.
 */
export function constantArguments(
  definition: GraphQLField<unknown, unknown>,
  node: FieldNode,
): Readonly<Record<string, unknown>> | undefined {
  if (node.arguments?.some(({ value }) => usesVariables(value)) === true) return undefined;
  return deepFreeze(getArgumentValues(definition, node));
}

function usesVariables(value: ValueNode): boolean {
  let found = false;
  visit(value, {
    Variable() {
      found = true;
    },
  });
  return found;
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    Object.values(value).forEach(deepFreeze);
  }
  return value;
}
