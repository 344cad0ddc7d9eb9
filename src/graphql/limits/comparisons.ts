import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  Kind,
  type SelectionSetNode,
} from 'graphql';
import { limits } from './limits.ts';

/**
 * Bounds the work of "Field Selection Merging" (GraphQL specification, 5.3.2), which compares every two fields that have
 * one place in the answer. It counts the selections of a document, with the fragments in them, and those pairs. Counting
 * ends above the limit, so it takes no more time than that many steps.
 */
export function countComparisons(document: DocumentNode): number {
  const comparisons = new Comparisons(document);
  for (const definition of document.definitions) {
    if (definition.kind === Kind.OPERATION_DEFINITION) comparisons.add([definition.selectionSet]);
  }
  comparisons.addUnused();
  return comparisons.count;
}

class Comparisons {
  count = 0;
  readonly #fragments = new Map<string, FragmentDefinitionNode>();
  readonly #used = new Set<string>();

  constructor({ definitions }: DocumentNode) {
    for (const definition of definitions) {
      if (definition.kind === Kind.FRAGMENT_DEFINITION)
        this.#fragments.set(definition.name.value, definition);
    }
  }

  /** Adds the selections of merged fields, which stand at one place of the answer. */
  add(selectionSets: readonly SelectionSetNode[], depth = 1): void {
    // Deeper documents are refused anyway; fragments that contain themselves have no end.
    if (depth > limits.depth) return;
    const fields = new Map<string, FieldNode[]>();
    const visited = new Set<string>();
    for (const selectionSet of selectionSets) this.#collect(selectionSet, fields, visited);
    for (const nodes of fields.values()) {
      this.count += (nodes.length * (nodes.length - 1)) / 2;
      if (this.count > limits.comparisons) return;
      const below = nodes.flatMap(({ selectionSet }) => selectionSet ?? []);
      if (below.length > 0) this.add(below, depth + 1);
    }
  }

  /** Adds the fragments that no operation uses: validation compares the fields in them, too. */
  addUnused(): void {
    for (const [name, { selectionSet }] of this.#fragments) {
      if (!this.#used.has(name)) this.add([selectionSet]);
    }
  }

  #collect({ selections }: SelectionSetNode, fields: Map<string, FieldNode[]>, visited: Set<string>): void {
    for (const selection of selections) {
      this.count += 1;
      if (this.count > limits.comparisons) return;
      if (selection.kind === Kind.FIELD) {
        const name = (selection.alias ?? selection.name).value;
        const nodes = fields.get(name);
        if (nodes === undefined) fields.set(name, [selection]);
        else nodes.push(selection);
      } else if (selection.kind === Kind.INLINE_FRAGMENT) {
        this.#collect(selection.selectionSet, fields, visited);
      } else {
        const { value: name } = selection.name;
        const fragment = this.#fragments.get(name);
        if (fragment === undefined || visited.has(name)) continue;
        visited.add(name);
        this.#used.add(name);
        this.#collect(fragment.selectionSet, fields, visited);
      }
    }
  }
}
