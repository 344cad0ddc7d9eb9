import {
  type DirectiveNode,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
  type ValueNode,
} from 'graphql';
import { countComparisons } from './comparisons.ts';
import type { LimitName, Measures } from './limits.ts';

type Counts = Record<LimitName, number>;

const nothing: Counts = {
  characters: 0,
  tokens: 0,
  operations: 0,
  fragments: 0,
  spreads: 0,
  directives: 0,
  aliases: 0,
  rootFields: 0,
  repeatedFields: 0,
  fields: 0,
  depth: 0,
  comparisons: 0,
  variables: 0,
  listItems: 0,
  inputDepth: 0,
};

/**
 * What a document has of everything that is limited, over all its operations and fragments. It takes time in proportion
 * to the document: every fragment is looked into once, however often it is used.
 */
export function measureDocument(document: DocumentNode): Measures {
  return { ...new Measure(document).counts, comparisons: countComparisons(document) };
}

class Measure {
  readonly counts: Counts = { ...nothing };
  readonly #fragments = new Map<string, FragmentDefinitionNode>();
  /** How deep the fragments go; 0 while one is being looked into, so that a circle ends. */
  readonly #depths = new Map<string, number>();
  /** How many fields the fragments have, those of other fragments in them among them; 0 as above. */
  readonly #sizes = new Map<string, number>();

  constructor({ definitions }: DocumentNode) {
    for (const definition of definitions) {
      if (definition.kind !== Kind.FRAGMENT_DEFINITION) continue;
      this.counts.fragments += 1;
      this.#fragments.set(definition.name.value, definition);
    }
    for (const definition of definitions) {
      if (definition.kind === Kind.OPERATION_DEFINITION) this.#operation(definition);
      if (definition.kind === Kind.FRAGMENT_DEFINITION) this.#depthOfFragment(definition);
    }
  }

  #operation({ selectionSet, directives, variableDefinitions = [] }: OperationDefinitionNode): void {
    this.counts.operations += 1;
    this.#atLeast('variables', variableDefinitions.length);
    this.#directives(directives);
    for (const variable of variableDefinitions) {
      this.#directives(variable.directives);
      if (variable.defaultValue !== undefined) this.#value(variable.defaultValue, 1);
    }
    this.#atLeast('depth', this.#depthOf(selectionSet));
    this.#atLeast('rootFields', this.#fieldsOf(selectionSet, new Set()));
    this.#atLeast('fields', this.#sizeOf(selectionSet));
  }

  /** How many levels of fields a selection has; what is in it is counted on the way. */
  #depthOf(selectionSet: SelectionSetNode): number {
    let depth = 0;
    const names = new Map<string, number>();
    for (const selection of selectionSet.selections) {
      this.#directives(selection.directives);
      if (selection.kind === Kind.FIELD) {
        const name = selection.alias?.value ?? selection.name.value;
        const times = (names.get(name) ?? 0) + 1;
        names.set(name, times);
        this.#atLeast('repeatedFields', times);
        depth = Math.max(depth, this.#depthOfField(selection));
      } else if (selection.kind === Kind.INLINE_FRAGMENT) {
        this.counts.spreads += 1;
        depth = Math.max(depth, this.#depthOf(selection.selectionSet));
      } else {
        this.counts.spreads += 1;
        const fragment = this.#fragments.get(selection.name.value);
        if (fragment !== undefined) depth = Math.max(depth, this.#depthOfFragment(fragment));
      }
    }
    return depth;
  }

  #depthOfField({ alias, arguments: args = [], selectionSet }: FieldNode): number {
    if (alias !== undefined) this.counts.aliases += 1;
    for (const { value } of args) this.#value(value, 1);
    return 1 + (selectionSet === undefined ? 0 : this.#depthOf(selectionSet));
  }

  #depthOfFragment({ name, directives, selectionSet }: FragmentDefinitionNode): number {
    const known = this.#depths.get(name.value);
    if (known !== undefined) return known;
    this.#depths.set(name.value, 0);
    this.#directives(directives);
    const depth = this.#depthOf(selectionSet);
    this.#depths.set(name.value, depth);
    return depth;
  }

  /** How many fields a selection has itself, those of fragments among them; each fragment once. */
  #fieldsOf({ selections }: SelectionSetNode, seen: Set<string>): number {
    let fields = 0;
    for (const selection of selections) {
      if (selection.kind === Kind.FIELD) fields += 1;
      else if (selection.kind === Kind.INLINE_FRAGMENT)
        fields += this.#fieldsOf(selection.selectionSet, seen);
      else {
        const fragment = this.#fragments.get(selection.name.value);
        if (fragment === undefined || seen.has(selection.name.value)) continue;
        seen.add(selection.name.value);
        fields += this.#fieldsOf(fragment.selectionSet, seen);
      }
    }
    return fields;
  }

  /** How many fields a selection has on all levels, with its fragments written out wherever they are used. */
  #sizeOf({ selections }: SelectionSetNode): number {
    let fields = 0;
    for (const selection of selections) {
      if (selection.kind === Kind.FRAGMENT_SPREAD) fields += this.#sizeOfFragment(selection.name.value);
      else {
        fields += selection.kind === Kind.FIELD ? 1 : 0;
        if (selection.selectionSet !== undefined) fields += this.#sizeOf(selection.selectionSet);
      }
    }
    return fields;
  }

  #sizeOfFragment(name: string): number {
    const known = this.#sizes.get(name);
    if (known !== undefined) return known;
    this.#sizes.set(name, 0);
    const fragment = this.#fragments.get(name);
    const fields = fragment === undefined ? 0 : this.#sizeOf(fragment.selectionSet);
    this.#sizes.set(name, fields);
    return fields;
  }

  #directives(directives: readonly DirectiveNode[] = []): void {
    this.counts.directives += directives.length;
    for (const { arguments: args = [] } of directives) for (const { value } of args) this.#value(value, 1);
  }

  #value(value: ValueNode, level: number): void {
    if (value.kind === Kind.LIST) {
      this.#atLeast('inputDepth', level);
      this.#atLeast('listItems', value.values.length);
      for (const item of value.values) this.#value(item, level + 1);
    } else if (value.kind === Kind.OBJECT) {
      this.#atLeast('inputDepth', level);
      for (const field of value.fields) this.#value(field.value, level + 1);
    }
  }

  #atLeast(name: LimitName, count: number): void {
    if (count > this.counts[name]) this.counts[name] = count;
  }
}

/**
 * What the values that are sent for variables have of what is limited in inputs. They are looked into level by level,
 * since they may be nested as deep as they like.
 */
export function measureInput(variables: object): Measures {
  let listItems = 0;
  let inputDepth = -1;
  let level: object[] = [variables];
  while (level.length > 0) {
    inputDepth += 1;
    const next: object[] = [];
    for (const value of level) {
      const items: unknown[] = Object.values(value);
      if (Array.isArray(value)) listItems = Math.max(listItems, items.length);
      for (const item of items) if (typeof item === 'object' && item !== null) next.push(item);
    }
    level = next;
  }
  return { listItems, inputDepth };
}
