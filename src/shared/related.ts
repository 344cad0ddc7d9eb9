import type { GraphQLField, GraphQLResolveInfo } from 'graphql';
import type { PositionLoader } from './field-loader.ts';

/** What a relation is told of where it is: all but the path, which is another one for each parent. */
export type RelationInfo = Omit<GraphQLResolveInfo, 'path'>;

type LoaderOf<Args, Context, Key, Value> = (
  args: Args,
  context: Context,
  info: RelationInfo,
) => PositionLoader<Key, Value>;

/** A field that loads what belongs to its parent, in its halves. */
export class Relation {
  readonly resolve: (...args: never) => unknown;
  /** The property of a parent that is the key; null where the parent has nothing there. */
  readonly key: PropertyKey;
  readonly loaderOf: LoaderOf<unknown, unknown, unknown, unknown>;

  constructor({ resolve, key, loaderOf }: Pick<Relation, 'resolve' | 'key' | 'loaderOf'>) {
    this.resolve = resolve;
    this.key = key;
    this.loaderOf = loaderOf;
  }
}

/** A field with a resolver that loads by a key of the parent. */
export interface RelatedField<Parent, Args, Context, Result> {
  readonly resolve: (parent: Parent, args: Args, context: Context, info: GraphQLResolveInfo) => Result;
  readonly extensions: { readonly relation: Relation };
}

/**
 * A field that loads what belongs to its parent, by a key that the parent has. It has a resolver like any other; but
 * whoever executes an operation can take it apart, and load for all parents at once. So the loader must follow from the
 * position alone.
 */
export function related<Parent, Key extends keyof Parent, Args, Context, Value>(
  key: Key,
  loaderOf: LoaderOf<Args, Context, NonNullable<Parent[Key]>, Value>,
): RelatedField<Parent, Args, Context, Promise<Value> | Extract<Parent[Key], null>> {
  type Result = Promise<Value> | Extract<Parent[Key], null>;
  function resolve(parent: Parent, args: Args, context: Context, info: GraphQLResolveInfo): Result {
    const value = parent[key];
    return value == null ? (null as Result) : loaderOf(args, context, info).load(value);
  }
  const relation = new Relation({ resolve, key, loaderOf: loaderOf as Relation['loaderOf'] });
  return { resolve, extensions: { relation } };
}

/** The halves of a field of a schema that is related, unless something has been put before its resolver. */
export function relationOf({ resolve, extensions }: GraphQLField<unknown, unknown>): Relation | undefined {
  const { relation } = extensions;
  return relation instanceof Relation && relation.resolve === resolve ? relation : undefined;
}
