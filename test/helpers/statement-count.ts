import {
  type FieldNode,
  type FragmentDefinitionNode,
  getArgumentValues,
  getDirectiveValues,
  getNamedType,
  type GraphQLCompositeType,
  GraphQLIncludeDirective,
  type GraphQLObjectType,
  type GraphQLSchema,
  GraphQLSkipDirective,
  isAbstractType,
  isCompositeType,
  Kind,
  parse,
  type SelectionSetNode,
  valueFromAST,
  typeFromAST,
  type GraphQLInputType,
} from 'graphql';
import type { Operation } from './operations.ts';

type Objects = readonly Readonly<Record<string, unknown>>[];

const one = () => 1;

/** How many statements a field sends for all its parents at one place; for a connection: for its page, and its count. */
const readings: Readonly<Record<string, (args: Readonly<Record<string, unknown>>) => number>> = {
  'Query.node': one,
  'Query.nodes': ({ ids }) => new Set((ids as string[]).map((id) => id.split('_')[0])).size,
  'Query.user': one,
  'Query.userByUsername': one,
  'Query.users': one,
  'Query.usersConnection': one,
  'Query.tagBySlug': one,
  'Query.tags': one,
  'Query.tagsConnection': one,
  'Query.viewer': one,
  'Query.post': one,
  'Query.postBySlug': one,
  'Query.posts': one,
  'Query.postsConnection': one,
  'Query.feed': one,
  'Query.search': ({ kinds }) => new Set((kinds ?? []) as string[]).size || 3,
  'User.posts': one,
  'User.postsConnection': one,
  'User.comments': one,
  'User.followers': one,
  'User.following': one,
  'User.followerCount': one,
  'User.followingCount': one,
  'User.viewerIsFollowing': one,
  'User.sessions': one,
  'Tag.posts': one,
  'Tag.postsConnection': one,
  'Tag.postCount': one,
  'Post.author': one,
  'Post.contributors': one,
  'Post.tags': one,
  'Post.comments': one,
  'Post.commentsConnection': one,
  'Post.commentCount': one,
  'Post.likeCount': one,
  'Post.viewerHasLiked': one,
  'Comment.author': one,
  'Comment.post': one,
  'Comment.parent': one,
  'Comment.replies': one,
};

/** What is about the viewer is not asked when there is none. */
const aboutViewer = new Set([
  'Query.viewer',
  'Query.feed',
  'User.viewerIsFollowing',
  'User.sessions',
  'Post.viewerHasLiked',
]);

/** Whom and what an operation is about. */
export interface Run {
  readonly schema: GraphQLSchema;
  readonly operation: Operation;
  readonly isSignedIn: boolean;
}

/** The most statements that an operation may send, whatever the data: what its fields send at each of its places. */
export function statementBound(run: Run): number {
  return new Count(run).of(null);
}

/** How many statements an operation sends that got this answer: what its fields send at the places that have data. */
export function statementCount(run: Run, data: Readonly<Record<string, unknown>>): number {
  return new Count(run).of([data]);
}

class Count {
  readonly #run: Run;
  readonly #fragments = new Map<string, FragmentDefinitionNode>();
  readonly #root: SelectionSetNode;
  readonly #variables: Record<string, unknown>;
  #statements = 0;

  constructor(run: Run) {
    this.#run = run;
    const definitions = parse(run.operation.document).definitions;
    for (const definition of definitions) {
      if (definition.kind === Kind.FRAGMENT_DEFINITION)
        this.#fragments.set(definition.name.value, definition);
    }
    const operation = definitions.find((definition) => definition.kind === Kind.OPERATION_DEFINITION);
    if (operation === undefined) throw new Error('The document has no operation.');
    this.#root = operation.selectionSet;
    const defaults = (operation.variableDefinitions ?? []).flatMap(({ variable, type, defaultValue }) => {
      const inputType = typeFromAST(run.schema, type as never) as GraphQLInputType;
      return defaultValue === undefined
        ? []
        : [[variable.name.value, valueFromAST(defaultValue, inputType)] as const];
    });
    this.#variables = { ...Object.fromEntries(defaults), ...run.operation.variables };
  }

  of(data: Objects | null): number {
    const { schema, isSignedIn } = this.#run;
    this.#statements = isSignedIn ? 1 : 0;
    this.#visit(schema.getQueryType() as GraphQLObjectType, [this.#root], data);
    return this.#statements;
  }

  /** Counts what the selections of all objects of a type at one place send. Null stands for any objects. */
  #visit(type: GraphQLObjectType, selections: readonly SelectionSetNode[], objects: Objects | null): void {
    const fields = new Map<string, FieldNode[]>();
    for (const selection of selections) this.#collect(type, selection, fields, true);
    for (const [key, nodes] of fields) {
      if (objects !== null && !objects.some((object) => key in object)) continue;
      const values =
        objects?.flatMap((object) => [object[key]].flat()).filter((value) => value != null) ?? null;
      this.#field(type, nodes, values as Objects | null);
    }
  }

  #field(type: GraphQLObjectType, nodes: readonly FieldNode[], values: Objects | null): void {
    const { schema, isSignedIn } = this.#run;
    const [node] = nodes as [FieldNode];
    const field = type.getFields()[node.name.value];
    if (field === undefined) return;
    const coordinate = `${type.name}.${field.name}`;
    const below = nodes.flatMap((each) => each.selectionSet ?? []);
    const returned = getNamedType(field.type);
    const reading = readings[coordinate];
    // A comment that answers none needs no look.
    const isAsked =
      (isSignedIn || !aboutViewer.has(coordinate)) &&
      (coordinate !== 'Comment.parent' || values?.length !== 0);
    if (reading !== undefined && isAsked) {
      const statements = reading(getArgumentValues(field, node, this.#variables));
      this.#statements +=
        statements *
        (returned.name.endsWith('Connection') ? this.#parts(returned as GraphQLObjectType, below) : 1);
    }
    if (!isCompositeType(returned)) return;
    for (const concrete of concreteTypes(schema, returned)) {
      const ofType = isAbstractType(returned)
        ? values?.filter(({ __typename }) => __typename === concrete.name)
        : values;
      if (ofType === undefined || ofType === null || ofType.length > 0)
        this.#visit(concrete, below, ofType ?? null);
    }
  }

  /** The page is read for what is selected, skipped or not; the count for what is answered. */
  #parts(type: GraphQLObjectType, selections: readonly SelectionSetNode[]): number {
    const [selected, answered] = [true, false].map((isAll) => {
      const fields = new Map<string, FieldNode[]>();
      for (const selection of selections) this.#collect(type, selection, fields, !isAll);
      return new Set([...fields.values()].flat().map(({ name }) => name.value));
    }) as [Set<string>, Set<string>];
    const isRead = ['nodes', 'edges', 'pageInfo'].some((name) => selected.has(name));
    const isCounted = ['totalCount', 'totalCountPrecision'].some((name) => answered.has(name));
    return Number(isRead) + Number(isCounted);
  }

  #collect(
    type: GraphQLObjectType,
    { selections }: SelectionSetNode,
    fields: Map<string, FieldNode[]>,
    obeysDirectives: boolean,
  ): void {
    for (const selection of selections) {
      if (obeysDirectives && this.#isLeftOut(selection)) continue;
      if (selection.kind === Kind.FIELD) {
        const key = selection.alias?.value ?? selection.name.value;
        fields.set(key, [...(fields.get(key) ?? []), selection]);
        continue;
      }
      const fragment =
        selection.kind === Kind.INLINE_FRAGMENT ? selection : this.#fragments.get(selection.name.value);
      if (fragment !== undefined && this.#applies(fragment.typeCondition?.name.value, type)) {
        this.#collect(type, fragment.selectionSet, fields, obeysDirectives);
      }
    }
  }

  #isLeftOut(selection: SelectionSetNode['selections'][number]): boolean {
    const skip = getDirectiveValues(GraphQLSkipDirective, selection, this.#variables);
    const include = getDirectiveValues(GraphQLIncludeDirective, selection, this.#variables);
    return skip?.['if'] === true || include?.['if'] === false;
  }

  #applies(condition: string | undefined, type: GraphQLObjectType): boolean {
    if (condition === undefined || condition === type.name) return true;
    const conditional = this.#run.schema.getType(condition);
    return isAbstractType(conditional) && this.#run.schema.isSubType(conditional, type);
  }
}

function concreteTypes(schema: GraphQLSchema, type: GraphQLCompositeType): readonly GraphQLObjectType[] {
  return isAbstractType(type) ? schema.getPossibleTypes(type) : [type];
}
