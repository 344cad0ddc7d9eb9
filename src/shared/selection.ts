import { type FieldNode, type GraphQLResolveInfo, Kind, type SelectionSetNode } from 'graphql';

/** The part of a resolver's `info` that says what the operation selects. */
export type SelectionInfo = Pick<GraphQLResolveInfo, 'fieldNodes' | 'fragments'>;

/**
 * The names of the fields that an operation selects below a field, on whatever type, and below each of the paths from
 * there. `@skip` and `@include` are not looked at: a name may be there that is not asked for, but never the reverse.
 */
export function selectedFields(info: SelectionInfo, ...paths: readonly (readonly string[])[]): Set<string> {
  const names = new Set<string>();
  const roots = info.fieldNodes.map((node) => node.selectionSet);
  for (const path of paths.length === 0 ? [[]] : paths) collect(info, roots, path, names, new Set());
  return names;
}

/** Visits a fragment once on each step of the path, so that fragments in fragments take no exponential time. */
function collect(
  info: SelectionInfo,
  selectionSets: readonly (SelectionSetNode | undefined)[],
  path: readonly string[],
  names: Set<string>,
  visited: Set<string>,
): void {
  const [step, ...rest] = path;
  for (const selectionSet of selectionSets) {
    for (const selection of selectionSet?.selections ?? []) {
      if (selection.kind === Kind.FIELD) {
        if (step === undefined) names.add(selection.name.value);
        else if (selection.name.value === step) collect(info, [selection.selectionSet], rest, names, visited);
      } else if (selection.kind === Kind.INLINE_FRAGMENT) {
        collect(info, [selection.selectionSet], path, names, visited);
      } else {
        const visit = `${path.length} ${selection.name.value}`;
        if (visited.has(visit)) continue;
        visited.add(visit);
        collect(info, [info.fragments[selection.name.value]?.selectionSet], path, names, visited);
      }
    }
  }
}

/** Whether an operation selects anything of a connection for which its page must be read. */
export const selectsItems = oncePerPosition((info) => {
  const names = selectedFields(info);
  return names.has('nodes') || names.has('edges') || names.has('pageInfo');
});

/**
 * Remembers what `work` finds out about a field position. All parents at it have the same list of field nodes, and all
 * requests as long as the plan of their operation is kept.
 */
export function oncePerPosition<T>(work: (info: SelectionInfo) => T): (info: SelectionInfo) => T {
  const found = new WeakMap<readonly FieldNode[], { readonly result: T }>();
  return (info) => {
    let known = found.get(info.fieldNodes);
    if (known === undefined) {
      known = { result: work(info) };
      found.set(info.fieldNodes, known);
    }
    return known.result;
  };
}
