import {
  type FieldNode,
  type FragmentDefinitionNode,
  getDirectiveValues,
  type GraphQLAbstractType,
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLFieldResolver,
  GraphQLIncludeDirective,
  type GraphQLLeafType,
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
  type SelectionSetNode,
  TypeMetaFieldDef,
  TypeNameMetaFieldDef,
  typeFromAST,
} from 'graphql';
import { derivationOf } from '../../shared/derived.ts';
import { type Relation, relationOf } from '../../shared/related.ts';
import { constantArguments } from './constant-arguments.ts';
import { type LeafWriter, leafWriter, type VerbatimCheck, verbatimCheck } from './leaf.ts';

/** What is made of the values of a field: leaves are written, objects are walked, lists hold more of either. */
export type TypePlan = { readonly nonNull: boolean } & (
  | {
      readonly kind: 'leaf';
      readonly type: GraphQLLeafType;
      readonly write: LeafWriter;
      readonly isVerbatim: VerbatimCheck;
    }
  | { readonly kind: 'list'; readonly items: TypePlan }
  | { readonly kind: 'object'; readonly selection: SelectionPlan }
  | {
      readonly kind: 'abstract';
      readonly type: GraphQLAbstractType;
      readonly schema: GraphQLSchema;
      /** The selection for the objects of each possible type. */
      readonly selections: ReadonlyMap<GraphQLObjectType, SelectionPlan>;
    }
);

/** The plan of a type of one kind. */
export type PlanOf<Kind extends TypePlan['kind']> = TypePlan & { readonly kind: Kind };

/** A field position: a field at one place of the operation, whatever object it is asked of. */
export interface FieldPlan {
  /** What stands before the value in the answer: `{"name":` or `,"name":`, and each `__typename` before it. */
  readonly label: string;
  /** The label and the quotation mark that a text begins with. */
  readonly textLabel: string;
  readonly responseName: string;
  readonly fieldName: string;
  readonly parentType: GraphQLObjectType;
  readonly definition: GraphQLField<unknown, unknown>;
  /** The same list for every object and, while the plan is kept, for every request. */
  readonly fieldNodes: readonly FieldNode[];
  /** Undefined where the value is the object's property of the field's name. */
  readonly resolve: GraphQLFieldResolver<unknown, unknown> | undefined;
  /** The arguments where they depend on no variable; they are frozen, for all requests share them. */
  readonly constantArgs: Readonly<Record<string, unknown>> | undefined;
  readonly type: TypePlan;
  /** What loads for all objects at once, where the resolver is such a one. */
  readonly relation: Relation | undefined;
  /** What the value follows from its object by, where nothing else is needed. */
  readonly derive: ((object: unknown) => unknown) | undefined;
  /**
   * Whether values are leaves that are read off the objects and written as they are: properties, and what is derived.
   * Set to false by the first object that has a function or a promise there.
   */
  isColumn: boolean;
}

/** The fields selected of objects of one type, in the order of the answer, but `__typename`: it is known already. */
export interface SelectionPlan {
  readonly type: GraphQLObjectType;
  readonly fields: readonly FieldPlan[];
  /** What stands behind the last value: each `__typename` that follows it, and `}`. */
  readonly end: string;
}

/** An operation that is ready to be executed, again and again, with whatever variables lead to the same selections. */
export interface OperationPlan {
  readonly schema: GraphQLSchema;
  readonly operation: OperationDefinitionNode;
  readonly fragments: Readonly<Record<string, FragmentDefinitionNode>>;
  readonly root: SelectionPlan;
}

/** The values of the variables that `@skip` and `@include` use. */
type Conditions = Readonly<Record<string, unknown>>;

/** Fragments that use each other can make a short document select any number of fields; so many are planned. */
const maxFields = 1_000;

/**
 * Works out once what graphql-js works out for every object: which fields are selected of which type, with what
 * arguments, and what is made of their values. The rules are those of "Executing Selection Sets" and "Value Completion"
 * in the GraphQL specification (October 2021, 6.3 and 6.4).
 *
 * @returns Null for what graphql-js must execute: an operation with very many fields, or a schema with `isTypeOf`.
 */
export function planOperation(
  schema: GraphQLSchema,
  operation: OperationDefinitionNode,
  fragments: Readonly<Record<string, FragmentDefinitionNode>>,
  conditions: Conditions,
): OperationPlan | null {
  const rootType = schema.getRootType(operation.operation);
  if (rootType == null || hasTypeChecks(schema)) return null;
  const planner = new Planner(schema, fragments, conditions);
  const root = planner.selection(rootType, [operation.selectionSet]);
  return planner.isTooLarge ? null : { schema, operation, fragments, root };
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

class Planner {
  readonly #schema: GraphQLSchema;
  readonly #fragments: Readonly<Record<string, FragmentDefinitionNode>>;
  readonly #conditions: Conditions;
  #fields = 0;

  constructor(
    schema: GraphQLSchema,
    fragments: Readonly<Record<string, FragmentDefinitionNode>>,
    conditions: Conditions,
  ) {
    this.#schema = schema;
    this.#fragments = fragments;
    this.#conditions = conditions;
  }

  /** Whether planning was given up, and what was planned is not all. */
  get isTooLarge(): boolean {
    return this.#fields > maxFields;
  }

  selection(type: GraphQLObjectType, selectionSets: readonly SelectionSetNode[]): SelectionPlan {
    const nodes = new Map<string, FieldNode[]>();
    const visited = new Set<string>();
    for (const selectionSet of selectionSets) this.#collect(type, selectionSet, nodes, visited);
    const fields: FieldPlan[] = [];
    let text = '{';
    let separator = '';
    for (const [name, fieldNodes] of nodes) {
      const [node] = fieldNodes;
      const definition = node && this.#definition(type, node.name.value);
      this.#fields += 1;
      if (definition === undefined || this.isTooLarge) continue;
      text += `${separator}${JSON.stringify(name)}:`;
      separator = ',';
      if (definition === TypeNameMetaFieldDef) {
        text += JSON.stringify(type.name);
      } else {
        fields.push(this.#field(type, definition, fieldNodes, name, text));
        text = '';
      }
    }
    return { type, fields, end: `${text}}` };
  }

  /** `CollectFields` of the specification. */
  #collect(
    type: GraphQLObjectType,
    { selections }: SelectionSetNode,
    nodes: Map<string, FieldNode[]>,
    visited: Set<string>,
  ): void {
    for (const selection of selections) {
      const skip = getDirectiveValues(GraphQLSkipDirective, selection, this.#conditions);
      const include = getDirectiveValues(GraphQLIncludeDirective, selection, this.#conditions);
      if (skip?.['if'] === true || include?.['if'] === false) continue;
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
    label: string,
  ): FieldPlan {
    const type = this.#type(definition.type, fieldNodes);
    const { resolve } = definition;
    const derivation = derivationOf(definition);
    return {
      label,
      textLabel: `${label}"`,
      responseName,
      fieldName: definition.name,
      parentType,
      definition,
      fieldNodes,
      resolve,
      relation: relationOf(definition),
      constantArgs: constantArguments(definition, fieldNodes[0] as FieldNode),
      type: derivation?.isPlain === true ? plainLeaf(type) : type,
      derive: derivation && (resolve as FieldPlan['derive']),
      isColumn: type.kind === 'leaf' && (resolve === undefined || derivation !== undefined),
    };
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
    if (isLeafType(type))
      return { nonNull: false, kind: 'leaf', type, write: leafWriter(type), isVerbatim: verbatimCheck(type) };
    const selectionSets = fieldNodes.flatMap(({ selectionSet }) => selectionSet ?? []);
    if (isObjectType(type)) {
      return { nonNull: false, kind: 'object', selection: this.selection(type, selectionSets) };
    }
    const possible = this.#schema.getPossibleTypes(type);
    const selections = new Map(possible.map((object) => [object, this.selection(object, selectionSets)]));
    return { nonNull: false, kind: 'abstract', type, schema: this.#schema, selections };
  }
}

function plainLeaf(type: TypePlan): TypePlan {
  return type.kind === 'leaf' ? { ...type, isVerbatim: () => true } : type;
}
