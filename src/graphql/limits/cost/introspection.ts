import { type FragmentDefinitionNode, Kind, type SelectionSetNode } from 'graphql';

/**
 * What a field costs that looks at the schema, `__schema` or `__type`, and each field with selections in it. One of them
 * shows all types, fields or arguments that there are, which takes up to a millisecond.
 */
const weight = 20;

/** What a look at the schema costs, in points. It reads no row. */
export function introspectionCost(
  selectionSet: SelectionSetNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
): number {
  let cost = weight;
  for (const selection of selectionSet.selections) {
    const inside =
      selection.kind === Kind.FRAGMENT_SPREAD
        ? fragments.get(selection.name.value)?.selectionSet
        : selection.selectionSet;
    if (inside === undefined) continue;
    const below = introspectionCost(inside, fragments);
    // A fragment is no field.
    cost += selection.kind === Kind.FIELD ? below : below - weight;
  }
  return cost;
}
