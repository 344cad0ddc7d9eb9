import type {
  FieldNode,
  FragmentDefinitionNode,
  GraphQLAbstractType,
  GraphQLField,
  GraphQLFieldResolver,
  GraphQLLeafType,
  GraphQLObjectType,
  GraphQLSchema,
  OperationDefinitionNode,
} from 'graphql';
import type { Relation } from '../../shared/related.ts';
import type { LeafWriter, VerbatimCheck } from './leaf.ts';

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

/** A field with its arguments and selections. Positions that select the same share a plan. */
export interface FieldPlan {
  readonly responseName: string;
  readonly fieldName: string;
  readonly parentType: GraphQLObjectType;
  readonly definition: GraphQLField<unknown, unknown>;
  /** The same list for every object and, while the plan is kept, for every position and every request. */
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

/**
 * The fields selected of objects of one type, in the order of the answer, except `__typename`, which is known already.
 * Positions that select the same fields share a plan.
 */
export interface SelectionPlan {
  readonly type: GraphQLObjectType;
  readonly fields: readonly FieldPlan[];
  /** What precedes the value of each field: `{"name":` or `,"name":`, and each `__typename` before it. */
  readonly labels: readonly string[];
  /** The labels with the quotation mark that begins a string. */
  readonly textLabels: readonly string[];
  /** What stands behind the last value: each `__typename` that follows it, and `}`. */
  readonly end: string;
}

/** An operation that is ready to be executed, again and again, with whatever variables lead to the same selections. */
export interface OperationPlan {
  readonly schema: GraphQLSchema;
  readonly operation: OperationDefinitionNode;
  readonly fragments: Readonly<Record<string, FragmentDefinitionNode>>;
  readonly root: SelectionPlan;
  /** Heap that the plan takes, in bytes. */
  readonly bytes: number;
}
