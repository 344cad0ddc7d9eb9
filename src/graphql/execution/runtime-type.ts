import { GraphQLError, isObjectType } from 'graphql';
import type { FieldPlan, SelectionPlan, TypePlan } from './plan.ts';
import { Failure } from './values.ts';

/** The selection for an object of an interface or a union, by the name that `resolveType` answered; or what is wrong with it. */
export function selectionOf(
  { type, schema, selections }: TypePlan & { kind: 'abstract' },
  name: unknown,
  { parentType, fieldName, fieldNodes }: FieldPlan,
): SelectionPlan | Failure {
  if (name instanceof Failure) return name;
  const coordinate = `${parentType.name}.${fieldName}`;
  if (name == null) {
    const advice = `Either the "${type.name}" type should provide a "resolveType" function or each possible type should provide an "isTypeOf" function.`;
    const problem = `Abstract type "${type.name}" must resolve to an Object type at runtime for field "${coordinate}".`;
    return new Failure(new GraphQLError(`${problem} ${advice}`, { nodes: fieldNodes }));
  }
  const found = typeof name === 'string' ? schema.getType(name) : undefined;
  const selection = isObjectType(found) ? selections.get(found) : undefined;
  if (selection !== undefined) return selection;
  const message =
    typeof name !== 'string'
      ? `Abstract type "${type.name}" must resolve to the name of an Object type at runtime for field "${coordinate}".`
      : found === undefined
        ? `Abstract type "${type.name}" was resolved to a type "${name}" that does not exist inside the schema.`
        : isObjectType(found)
          ? `Runtime Object type "${name}" is not a possible type for "${type.name}".`
          : `Abstract type "${type.name}" was resolved to a non-object type "${name}".`;
  return new Failure(new GraphQLError(message, { nodes: fieldNodes }));
}
