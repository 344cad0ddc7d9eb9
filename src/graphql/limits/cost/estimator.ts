import {
  type ArgumentNode,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isCompositeType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
  type ValueNode,
  valueFromASTUntyped,
} from 'graphql';
import { maxPageSize } from '../../../shared/pagination/index.ts';
import {
  both,
  type Condition,
  either,
  largest,
  product,
  type Quantity,
  sum,
  type Variables,
  valueOf,
  where,
} from './quantity.ts';
import { InputCosts } from './inputs.ts';
import { introspectionCost } from './introspection.ts';
import { type CostRules, type FieldRule, type ListSize, readCostRules } from './rules.ts';

/** What every operation costs, whatever it asks: the request itself, and the look at who sends it. */
export const baseCost = 1;

/** Heap that a cost takes where variables decide it, in bytes, as measured with `--expose-gc`. */
const bytesPer = { cost: 4_000, field: 400 };

/**
 * Estimates what operations cost before they run: for queries never less than the rows that their statements return. The
 * cost of an operation is derived once, as a sum of products, and kept with its document; each request puts its variables
 * in.
 */
export class CostEstimator {
  readonly #schema: GraphQLSchema;
  readonly #rules: CostRules;
  readonly #inputs: InputCosts;
  readonly #known = new WeakMap<OperationDefinitionNode, Quantity>();
  readonly #onKept: (document: DocumentNode, bytes: number) => void;

  /**
   * @param onKept is called with the size of what is kept as long as a document.
   * @throws {Error} when the schema does not say all costs: the server must not start then.
   */
  constructor(schema: GraphQLSchema, onKept: (document: DocumentNode, bytes: number) => void = () => {}) {
    this.#schema = schema;
    this.#onKept = onKept;
    this.#rules = readCostRules(schema);
    this.#inputs = new InputCosts(schema, this.#rules.inputs);
  }

  /** The cost of an operation of a document that is valid, in points. */
  estimate(document: DocumentNode, operation: OperationDefinitionNode, variables: Variables): number {
    let cost = this.#known.get(operation);
    if (cost === undefined) {
      const derived = new OperationCost(this.#schema, this.#rules.fields, this.#inputs, document, operation);
      cost = derived.total();
      this.#known.set(operation, cost);
      if (typeof cost !== 'number') this.#onKept(document, bytesPer.cost + bytesPer.field * derived.fields);
    }
    return valueOf(cost, variables);
  }
}

/** A field that is selected, where its condition holds. */
interface Selected {
  readonly node: FieldNode;
  condition: Condition;
}

/** Selections, where their condition holds. */
interface Selections {
  readonly set: SelectionSetNode;
  readonly condition: Condition;
}

class OperationCost {
  readonly #schema: GraphQLSchema;
  readonly #rules: CostRules['fields'];
  readonly #inputs: InputCosts;
  readonly #operation: OperationDefinitionNode;
  readonly #fragments = new Map<string, FragmentDefinitionNode>();
  readonly #defaults = new Map<string, unknown>();
  /** Number of fields that were looked at. */
  fields = 0;

  constructor(
    schema: GraphQLSchema,
    rules: CostRules['fields'],
    inputs: InputCosts,
    document: DocumentNode,
    operation: OperationDefinitionNode,
  ) {
    this.#schema = schema;
    this.#rules = rules;
    this.#inputs = inputs;
    this.#operation = operation;
    for (const definition of document.definitions) {
      if (definition.kind === Kind.FRAGMENT_DEFINITION)
        this.#fragments.set(definition.name.value, definition);
    }
    for (const { variable, defaultValue } of operation.variableDefinitions ?? []) {
      if (defaultValue !== undefined) {
        this.#defaults.set(variable.name.value, valueFromASTUntyped(defaultValue));
      }
    }
  }

  total(): Quantity {
    const { operation, selectionSet } = this.#operation;
    const root = this.#schema.getRootType(operation);
    return root == null
      ? baseCost
      : sum([baseCost, this.#below(root, [{ set: selectionSet, condition: true }])]);
  }

  /** What selections cost on an object of a type; of several possible types the dearest. */
  #below(type: GraphQLCompositeType, selections: readonly Selections[]): Quantity {
    const types = isAbstractType(type) ? this.#schema.getPossibleTypes(type) : [type];
    return largest(
      types.map((object) => sum(this.#collect(object, selections).map((same) => this.#field(object, same)))),
    );
  }

  /** What the nodes of a field cost, which are merged. */
  #field(type: GraphQLCompositeType, nodes: readonly Selected[]): Quantity {
    this.fields += nodes.length;
    const [{ node }] = nodes as [Selected];
    const name = node.name.value;
    if (name.startsWith('__')) return where(anyOf(nodes), this.#introspection(nodes));
    const rule = this.#rules.get(`${type.name}.${name}`);
    const returned = this.#returned(type, name);
    if (rule === undefined || returned === null) return 0;
    const { list } = rule;
    const weight = sum([rule.weight, this.#given(type, node)]);
    const below = isCompositeType(returned) ? this.#selectionsOf(nodes) : [];
    if (list === null || !isCompositeType(returned)) {
      const inside = isCompositeType(returned) ? this.#below(returned, below) : 0;
      return where(anyOf(nodes), sum([weight, inside]));
    }
    const size = this.#size(list, node.arguments ?? []);
    const cost =
      list.sizedFields.size > 0
        ? this.#page(returned as GraphQLObjectType, below, size, rule)
        : product(size, sum([rule.itemWeight, this.#below(returned, below)]));
    return where(anyOf(nodes), sum([weight, cost]));
  }

  /** What nodes of `__schema`, `__type` or `__typename` cost, of which the last has no selections. */
  #introspection(nodes: readonly Selected[]): number {
    const costs = nodes.map(({ node: { selectionSet } }) =>
      selectionSet === undefined ? 0 : introspectionCost(selectionSet, this.#fragments),
    );
    return costs.reduce((all, cost) => all + cost, 0);
  }

  /**
   * What an object costs that has a page of a list in it. The page is read once for all that shows something of it,
   * which is what has fields of its own; that is also the case where a directive leaves it out.
   */
  #page(
    type: GraphQLObjectType,
    selections: readonly Selections[],
    size: Quantity,
    { itemWeight, list }: FieldRule,
  ): Quantity {
    const beside: Quantity[] = [];
    const inside: Quantity[] = [];
    let isRead = false;
    for (const nodes of this.#collect(type, selections)) {
      const [{ node }] = nodes as [Selected];
      const name = node.name.value;
      const returned = this.#returned(type, name);
      isRead ||= isCompositeType(returned);
      if (!list?.sizedFields.has(name)) beside.push(this.#field(type, nodes));
      else if (isCompositeType(returned)) {
        inside.push(where(anyOf(nodes), this.#below(returned, this.#selectionsOf(nodes))));
      }
    }
    return sum([...beside, product(size, sum([isRead ? itemWeight : 0, ...inside]))]);
  }

  /** How many items a list has at the most: fields that are asked for more than a page may hold refuse it. */
  #size({ assumedSize, slicingArguments }: ListSize, args: readonly ArgumentNode[]): Quantity {
    const said = slicingArguments.map(({ name, defaultSize }) => {
      const value = args.find((arg) => arg.name.value === name)?.value;
      return value === undefined ? () => defaultSize : this.#sizeOf(value, defaultSize);
    });
    const size = (variables: Variables) => {
      const sizes = said.map((each) => each(variables)).filter((each) => each !== null);
      const largestSize = sizes.length === 0 ? assumedSize : Math.max(...sizes);
      return Math.min(Math.max(largestSize, 0), maxPageSize);
    };
    const isKnown = args.every(
      ({ name, value }) => !isSlicing(slicingArguments, name.value) || isLiteral(value),
    );
    return isKnown ? size({}) : size;
  }

  /** What an argument says of the size of a list; null where it says nothing. */
  #sizeOf(value: ValueNode, defaultSize: number | null): (variables: Variables) => number | null {
    if (value.kind === Kind.LIST) return () => value.values.length;
    if (value.kind !== Kind.VARIABLE) {
      const literal: unknown = valueFromASTUntyped(value);
      return () => sizeIn(literal);
    }
    const name = value.name.value;
    const missing = this.#defaults.has(name) ? sizeIn(this.#defaults.get(name)) : defaultSize;
    return (variables) => (variables[name] === undefined ? missing : sizeIn(variables[name]));
  }

  /** What the arguments of a field add. */
  #given(type: GraphQLCompositeType, { name, arguments: args = [] }: FieldNode): Quantity {
    const field = isObjectType(type) ? type.getFields()[name.value] : undefined;
    return sum(
      args.map(({ name: { value: argName }, value }) => {
        const argument = field?.args.find((each) => each.name === argName);
        return argument === undefined ? 0 : this.#inputs.ofLiteral(argument.type, value, this.#variable);
      }),
    );
  }

  /** Reads a variable, its default where it is not given. */
  readonly #variable = (name: string) => {
    const missing = this.#defaults.get(name);
    return (variables: Variables): unknown => (variables[name] === undefined ? missing : variables[name]);
  };

  #returned(type: GraphQLCompositeType, name: string) {
    const field = isObjectType(type) ? type.getFields()[name] : undefined;
    return field === undefined ? null : getNamedType(field.type);
  }

  /** What is selected below nodes that are merged. Of several, each adds what it selects where it is there itself. */
  #selectionsOf(nodes: readonly Selected[]): Selections[] {
    return nodes.flatMap(({ node: { selectionSet: set }, condition }) =>
      set === undefined ? [] : [{ set, condition: nodes.length === 1 ? true : condition }],
    );
  }

  /** The fields that are selected on objects of a type, those of the same name in the answer together. */
  #collect(type: GraphQLObjectType, selections: readonly Selections[]): Selected[][] {
    const fields = new Map<string, Map<FieldNode, Selected>>();
    const seen = new Map<string, Condition>();
    const visit = ({ set, condition: outer }: Selections): void => {
      for (const selection of set.selections) {
        const condition = both(outer, this.#condition(selection));
        if (selection.kind === Kind.FIELD) {
          const key = selection.alias?.value ?? selection.name.value;
          const nodes = fields.get(key) ?? new Map<FieldNode, Selected>();
          fields.set(key, nodes);
          const known = nodes.get(selection);
          if (known === undefined) nodes.set(selection, { node: selection, condition });
          else known.condition = either(known.condition, condition);
        } else if (selection.kind === Kind.INLINE_FRAGMENT) {
          if (this.#applies(selection.typeCondition?.name.value, type)) {
            visit({ set: selection.selectionSet, condition });
          }
        } else {
          const { value: name } = selection.name;
          const fragment = this.#fragments.get(name);
          const before = seen.get(name);
          if (fragment === undefined || before === true) continue;
          // A fragment that is used under two conditions is taken to be there in any case, so that it is visited twice
          // at the most.
          const now = before === undefined ? condition : true;
          seen.set(name, now);
          if (this.#applies(fragment.typeCondition.name.value, type)) {
            visit({ set: fragment.selectionSet, condition: now });
          }
        }
      }
    };
    for (const each of selections) visit(each);
    return [...fields.values()].map((nodes) => [...nodes.values()]);
  }

  #applies(name: string | undefined, type: GraphQLObjectType): boolean {
    if (name === undefined || name === type.name) return true;
    const condition = this.#schema.getType(name);
    return isAbstractType(condition) && this.#schema.isSubType(condition, type);
  }

  /** Whether `@skip` and `@include` leave a selection in. */
  #condition({ directives = [] }: SelectionNode): Condition {
    let condition: Condition = true;
    for (const { name, arguments: args = [] } of directives) {
      const value = args.find((arg) => arg.name.value === 'if')?.value;
      if (value === undefined || !['skip', 'include'].includes(name.value)) continue;
      const leavesOut = name.value === 'skip';
      condition = both(condition, this.#isNot(value, leavesOut));
    }
    return condition;
  }

  #isNot(value: ValueNode, unwanted: boolean): Condition {
    if (value.kind !== Kind.VARIABLE) return valueFromASTUntyped(value) !== unwanted;
    const given = this.#variable(value.name.value);
    return (variables) => given(variables) !== unwanted;
  }
}

function anyOf(nodes: readonly Selected[]): Condition {
  return nodes.reduce<Condition>((any, { condition }) => either(any, condition), false);
}

function isSlicing(slicingArguments: ListSize['slicingArguments'], name: string): boolean {
  return slicingArguments.some((argument) => argument.name === name);
}

/** A list has the same length whatever the variables in it are. */
function isLiteral({ kind }: ValueNode): boolean {
  return kind !== Kind.VARIABLE;
}

/** A number, the length of a list, and 1 for anything else, which input coercion takes for a list of one item. */
function sizeIn(value: unknown): number | null {
  if (value === null || value === undefined) return null;
  if (typeof value === 'number') return value;
  return Array.isArray(value) ? value.length : 1;
}
