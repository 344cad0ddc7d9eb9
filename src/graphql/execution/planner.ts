import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  getDirectiveValues,
  type GraphQLCompositeType,
  type GraphQLField,
  GraphQLIncludeDirective,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  GraphQLSkipDirective,
  isAbstractType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  SchemaMetaFieldDef,
  type SelectionNode,
  type SelectionSetNode,
  TypeMetaFieldDef,
  TypeNameMetaFieldDef,
  typeFromAST,
} from 'graphql';
import { derivationOf } from '../../shared/derived.ts';
import { relationOf } from '../../shared/related.ts';
import { constantArguments } from './constant-arguments.ts';
import { plainLeafPlan, leafPlan } from './leaf.ts';
import type { FieldPlan, OperationPlan, SelectionPlan, TypePlan } from './plan.ts';

/** The values of the variables that `@skip` and `@include` use. */
type Conditions = Readonly<Record<string, unknown>>;

/** Maximum number of fields in all selections of a plan: fragments can make a short document select any number. */
const maxFields = 1_000;

/** Heap that the parts of a plan take, in bytes, as measured with `--expose-gc`; each is the most that was seen. */
const bytesPer = { plan: 1_000, selection: 400, position: 140, field: 340, node: 16, argumentCharacter: 16 };

/**
 * Works out once what graphql-js works out for every object: which fields are selected of which type, with what
 * arguments, and what becomes of their values. The rules are those of "Executing Selection Sets" and "Value Completion"
 * in the GraphQL specification (October 2021, 6.3 and 6.4).
 *
 * @returns Null for what graphql-js must execute: an operation with very many fields, or a schema with `isTypeOf`.
 */
export function planOperation(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  conditions: Conditions,
): OperationPlan | null {
  const rootType = schema.getRootType(operation.operation);
  if (rootType == null || hasTypeChecks(schema)) return null;
  const fragments = fragmentsOf(document);
  const planner = new Planner(schema, fragments, conditions);
  const root = planner.selection(rootType, [operation.selectionSet]);
  const { bytes } = planner;
  return planner.isTooLarge ? null : { schema, operation, fragments, root, bytes };
}

function fragmentsOf({ definitions }: DocumentNode): Record<string, FragmentDefinitionNode> {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  }
  return Object.fromEntries(fragments);
}

const typeChecks = new WeakMap<GraphQLSchema, boolean>();

function hasTypeChecks(schema: GraphQLSchema): boolean {
  let found = typeChecks.get(schema);
  if (found === undefined) {
    found = Object.values(schema.getTypeMap()).some((type) => isObjectType(type) && type.isTypeOf != null);
    typeChecks.set(schema, found);
  }
  return found;
}

/** Plans each list of field nodes once for each type, wherever it is selected. */
class Planner {
  readonly #schema: GraphQLSchema;
  readonly #fragments: Readonly<Record<string, FragmentDefinitionNode>>;
  readonly #conditions: Conditions;
  readonly #nodeIds = new Map<FieldNode, number>();
  readonly #fields = new Map<string, FieldPlan>();
  readonly #selections = new Map<string, SelectionPlan>();
  #positions = 0;
  #bytes = bytesPer.plan;

  constructor(
    schema: GraphQLSchema,
    fragments: Readonly<Record<string, FragmentDefinitionNode>>,
    conditions: Conditions,
  ) {
    this.#schema = schema;
    this.#fragments = fragments;
    this.#conditions = conditions;
  }

  get isTooLarge(): boolean {
    return this.#positions > maxFields;
  }

  /** Heap that the plan takes, in bytes. */
  get bytes(): number {
    return this.#bytes;
  }

  selection(type: GraphQLObjectType, selectionSets: readonly SelectionSetNode[]): SelectionPlan {
    const collected = new Map<string, FieldNode[]>();
    const visited = new Set<string>();
    for (const selectionSet of selectionSets) this.#collect(type, selectionSet, collected, visited);
    const key = [type.name, ...[...collected.values()].map((nodes) => this.#keyOf(nodes))].join(' ');
    const known = this.#selections.get(key);
    if (known !== undefined) return known;
    const selection = this.#selection(type, collected);
    this.#selections.set(key, selection);
    return selection;
  }

  #selection(type: GraphQLObjectType, collected: ReadonlyMap<string, readonly FieldNode[]>): SelectionPlan {
    const fields: FieldPlan[] = [];
    const labels: string[] = [];
    let text = '{';
    let separator = '';
    for (const [name, nodes] of collected) {
      const [node] = nodes;
      const definition = node && this.#definition(type, node.name.value);
      this.#positions += 1;
      if (definition === undefined || this.isTooLarge) continue;
      this.#bytes += bytesPer.position + 4 * name.length;
      text += `${separator}${JSON.stringify(name)}:`;
      separator = ',';
      if (definition === TypeNameMetaFieldDef) {
        text += JSON.stringify(type.name);
      } else {
        fields.push(this.#field(type, definition, nodes, name));
        labels.push(text);
        text = '';
      }
    }
    this.#bytes += bytesPer.selection;
    return { type, fields, labels, textLabels: labels.map((label) => `${label}"`), end: `${text}}` };
  }

  /** Identifies a list of nodes. */
  #keyOf(nodes: readonly FieldNode[]): string {
    const ids = nodes.map((node) => {
      let id = this.#nodeIds.get(node);
      if (id === undefined) {
        id = this.#nodeIds.size;
        this.#nodeIds.set(node, id);
      }
      return id;
    });
    return ids.join(',');
  }

  /** `CollectFields` of the specification. */
  #collect(
    type: GraphQLObjectType,
    { selections }: SelectionSetNode,
    nodes: Map<string, FieldNode[]>,
    visited: Set<string>,
  ): void {
    for (const selection of selections) {
      if (this.#isLeftOut(selection)) continue;
      if (selection.kind === Kind.FIELD) {
        const name = (selection.alias ?? selection.name).value;
        const list = nodes.get(name);
        if (list === undefined) nodes.set(name, [selection]);
        else list.push(selection);
      } else if (selection.kind === Kind.INLINE_FRAGMENT) {
        if (this.#applies(type, selection)) this.#collect(type, selection.selectionSet, nodes, visited);
      } else {
        const { value: name } = selection.name;
        if (visited.has(name)) continue;
        visited.add(name);
        const fragment = this.#fragments[name];
        if (fragment !== undefined && this.#applies(type, fragment)) {
          this.#collect(type, fragment.selectionSet, nodes, visited);
        }
      }
    }
  }

  #isLeftOut(selection: SelectionNode): boolean {
    if (selection.directives === undefined || selection.directives.length === 0) return false;
    const skip = getDirectiveValues(GraphQLSkipDirective, selection, this.#conditions);
    const include = getDirectiveValues(GraphQLIncludeDirective, selection, this.#conditions);
    return skip?.['if'] === true || include?.['if'] === false;
  }

  #applies(
    type: GraphQLObjectType,
    { typeCondition }: Pick<FragmentDefinitionNode, 'typeCondition'> | { typeCondition?: undefined },
  ): boolean {
    if (typeCondition === undefined) return true;
    const condition = typeFromAST(this.#schema, typeCondition) as GraphQLCompositeType | undefined;
    if (condition === type) return true;
    return isAbstractType(condition) && this.#schema.isSubType(condition, type);
  }

  #field(
    parentType: GraphQLObjectType,
    definition: GraphQLField<unknown, unknown>,
    fieldNodes: readonly FieldNode[],
    responseName: string,
  ): FieldPlan {
    const key = `${parentType.name} ${this.#keyOf(fieldNodes)}`;
    const known = this.#fields.get(key);
    if (known !== undefined) return known;
    const type = this.#type(definition.type, fieldNodes);
    const { resolve } = definition;
    const derivation = derivationOf(definition);
    const field: FieldPlan = {
      responseName,
      fieldName: definition.name,
      parentType,
      definition,
      fieldNodes,
      resolve,
      relation: relationOf(definition),
      constantArgs: constantArguments(definition, fieldNodes[0] as FieldNode),
      type: derivation?.isPlain === true ? plainLeafPlan(type) : type,
      derive: derivation && (resolve as FieldPlan['derive']),
      isColumn: type.kind === 'leaf' && (resolve === undefined || derivation !== undefined),
    };
    this.#bytes +=
      bytesPer.field +
      bytesPer.node * fieldNodes.length +
      bytesPer.argumentCharacter * argumentLengthOf(fieldNodes);
    this.#fields.set(key, field);
    return field;
  }

  #definition(parentType: GraphQLObjectType, name: string): GraphQLField<unknown, unknown> | undefined {
    if (name === TypeNameMetaFieldDef.name) return TypeNameMetaFieldDef;
    if (parentType === this.#schema.getQueryType()) {
      if (name === SchemaMetaFieldDef.name) return SchemaMetaFieldDef;
      if (name === TypeMetaFieldDef.name) return TypeMetaFieldDef;
    }
    return parentType.getFields()[name];
  }

  #type(type: GraphQLOutputType, fieldNodes: readonly FieldNode[]): TypePlan {
    if (isNonNullType(type)) return { ...this.#type(type.ofType, fieldNodes), nonNull: true };
    if (isListType(type)) return { nonNull: false, kind: 'list', items: this.#type(type.ofType, fieldNodes) };
    if (isLeafType(type)) return leafPlan(type);
    const selectionSets = fieldNodes.flatMap(({ selectionSet }) => selectionSet ?? []);
    if (isObjectType(type)) {
      return { nonNull: false, kind: 'object', selection: this.selection(type, selectionSets) };
    }
    const possible = this.#schema.getPossibleTypes(type);
    const selections = new Map(possible.map((object) => [object, this.selection(object, selectionSets)]));
    return { nonNull: false, kind: 'abstract', type, schema: this.#schema, selections };
  }
}

/** Length of the arguments of merged fields as they are written; it bounds the size of their values. */
function argumentLengthOf([node]: readonly FieldNode[]): number {
  return (node?.arguments ?? []).reduce((length, { loc }) => length + (loc ? loc.end - loc.start : 0), 0);
}
