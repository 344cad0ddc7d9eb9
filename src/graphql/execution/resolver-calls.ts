import {
  defaultTypeResolver,
  type FragmentDefinitionNode,
  getArgumentValues,
  type GraphQLAbstractType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from 'graphql';
import type { FieldPosition } from '../../shared/field-loader.ts';
import type { Relation } from '../../shared/related.ts';
import type { Path, Places } from './places.ts';
import type { FieldPlan, OperationPlan } from './plan.ts';
import { Failure } from './values.ts';

type Arguments = Readonly<Record<string, unknown>>;

/** Calls the resolvers of one execution. */
export class ResolverCalls {
  readonly #plan: OperationPlan;
  readonly #context: unknown;
  readonly #variables: Readonly<Record<string, unknown>>;
  readonly #args = new Map<FieldPlan, Arguments | Failure>();

  constructor(plan: OperationPlan, context: unknown, variables: Readonly<Record<string, unknown>>) {
    this.#plan = plan;
    this.#context = context;
    this.#variables = variables;
  }

  /**
   * What a relation loads for all objects at once: values, and errors. Null where it is not known what to load for some of
   * them: its resolver says then why.
   */
  relate(
    field: FieldPlan,
    { key, loaderOf }: Relation,
    objects: readonly unknown[],
    places: Places,
  ): Promise<readonly unknown[]> | null {
    const args = this.#argumentsOf(field);
    if (args instanceof Failure) return null;
    try {
      const keys: unknown[] = [];
      for (let index = 0; index < objects.length; index += 1) {
        keys.push((objects[index] as Record<PropertyKey, unknown>)[key] ?? null);
      }
      return loaderOf(args, this.#context, this.#infoOf(field, places, 0)).loadEach(keys);
    } catch {
      return null;
    }
  }

  /** What a field's resolver answers for each object: values, promises of them, and failures. */
  resolve(field: FieldPlan, objects: readonly unknown[], places: Places): unknown[] {
    const args = this.#argumentsOf(field);
    if (args instanceof Failure) return objects.map(() => args);
    const { resolve } = field;
    const values: unknown[] = [];
    for (let index = 0; index < objects.length; index += 1) {
      const info = this.#infoOf(field, places, index);
      try {
        const object = objects[index];
        values.push(
          resolve === undefined
            ? propertyOf(object, field.fieldName, args, this.#context, info)
            : resolve(object, args, this.#context, info),
        );
      } catch (error) {
        values.push(new Failure(error));
      }
    }
    return values;
  }

  /** The name of the type that an object of an interface or a union has; or a promise of it, or a failure. */
  typeNameOf(
    type: GraphQLAbstractType,
    object: unknown,
    field: FieldPlan,
    places: Places,
    index: number,
  ): unknown {
    const resolveType = type.resolveType ?? defaultTypeResolver;
    try {
      return resolveType(object, this.#context, this.#infoOf(field, places, index), type);
    } catch (error) {
      return new Failure(error);
    }
  }

  #infoOf(field: FieldPlan, places: Places, index: number): GraphQLResolveInfo {
    return new ResolveInfo(field, this.#plan, this.#variables, places, index);
  }

  /** The arguments, which are coerced once for all objects where they depend on variables. */
  #argumentsOf(field: FieldPlan): Arguments | Failure {
    let args = field.constantArgs ?? this.#args.get(field);
    if (args === undefined) {
      try {
        const [node] = field.fieldNodes;
        args = node === undefined ? {} : getArgumentValues(field.definition, node, this.#variables);
      } catch (error) {
        args = new Failure(error);
      }
      this.#args.set(field, args);
    }
    return args;
  }
}

/** The answer of a field without a resolver: the property of its name, called where it is a function. */
function propertyOf(
  object: unknown,
  name: string,
  args: Arguments,
  context: unknown,
  info: GraphQLResolveInfo,
): unknown {
  if ((typeof object !== 'object' || object === null) && typeof object !== 'function') return undefined;
  const source = object as Record<string, unknown>;
  const property = source[name];
  return typeof property === 'function' ? property.call(source, args, context, info) : property;
}

/** The `info` of resolvers. The path is built when one reads it. */
class ResolveInfo implements GraphQLResolveInfo, FieldPosition {
  readonly fieldName: string;
  readonly fieldNodes: GraphQLResolveInfo['fieldNodes'];
  readonly returnType: GraphQLOutputType;
  readonly parentType: GraphQLObjectType;
  readonly schema: GraphQLSchema;
  readonly fragments: Record<string, FragmentDefinitionNode>;
  readonly rootValue = undefined;
  readonly operation: OperationDefinitionNode;
  readonly variableValues: Record<string, unknown>;
  readonly #places: Places;
  readonly #index: number;

  constructor(
    field: FieldPlan,
    plan: OperationPlan,
    variables: Readonly<Record<string, unknown>>,
    places: Places,
    index: number,
  ) {
    this.fieldName = field.fieldName;
    this.fieldNodes = field.fieldNodes;
    this.returnType = field.definition.type;
    this.parentType = field.parentType;
    this.schema = plan.schema;
    this.fragments = plan.fragments;
    this.operation = plan.operation;
    this.variableValues = variables;
    this.#places = places;
    this.#index = index;
  }

  /** The batch: a field is called once at each position, for all objects there. */
  get position(): object {
    return this.#places;
  }

  get path(): Path {
    return this.#places.pathOf(this.#index) as Path;
  }
}
