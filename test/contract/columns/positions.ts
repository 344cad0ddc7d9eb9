import {
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isLeafType,
  isObjectType,
  isRequiredArgument,
} from 'graphql';

type Field = GraphQLField<unknown, unknown>;

/** What an answer holds, as JSON. */
// oxlint-disable-next-line typescript/no-explicit-any -- answers of any form are searched
type Json = any;

/** A place of operations at which there are objects of a type. */
export interface Position {
  /** The fields on the way, such as `Query.users Tag.posts`. */
  readonly name: string;
  /** A document that selects each of these at the place, under an alias of its own. */
  document(selections: Readonly<Record<string, string>>): string;
  /** The objects of an answer under an alias. */
  objects(data: Json, alias: string): Json[];
}

/** A field on the way to a place, with its arguments. */
interface Step {
  readonly type: GraphQLObjectType;
  readonly field: Field;
}

/** The values of arguments that a field must have, by `Type.field`, for objects of a type. */
export type RequiredArguments = (coordinate: string, type: string) => string | undefined;

/** What is selected to answer one field: the field, with the least below it. */
export function selectionOf({ name, type }: Field): string {
  const named = getNamedType(type);
  return isLeafType(named) ? name : `${name} ${leastOf(named as GraphQLObjectType)}`;
}

function leastOf(type: GraphQLObjectType): string {
  const fields = type.getFields();
  const [first] = Object.values(fields);
  return `{ ${fields['id'] === undefined ? selectionOf(first as Field) : 'id'} }`;
}

/** All places at which a query has objects of a type, each field that leads to them once. */
export function positionsOf(
  schema: GraphQLSchema,
  type: GraphQLObjectType,
  args: RequiredArguments,
): Position[] {
  const ways = waysFrom(schema.getQueryType() as GraphQLObjectType);
  return [...ways].flatMap(([parent, way]) =>
    Object.values(parent.getFields()).flatMap((field) =>
      formsOf(schema, field.type, type).map((form) =>
        positionAt([...way, { type: parent, field }], form, type, args),
      ),
    ),
  );
}

/** The shortest way to the objects of each type that an argument is not needed for. */
function waysFrom(root: GraphQLObjectType): Map<GraphQLObjectType, readonly Step[]> {
  const ways = new Map<GraphQLObjectType, readonly Step[]>([[root, []]]);
  for (const [type, way] of ways) {
    for (const field of Object.values(type.getFields())) {
      const to = getNamedType(field.type);
      const isEntity = isObjectType(to) && to.getInterfaces().length > 0;
      if (!isEntity || ways.has(to) || field.args.some(isRequiredArgument)) continue;
      ways.set(to, [...way, { type, field }]);
    }
  }
  return ways;
}

/** How the objects stand in what a field answers. */
interface Form {
  readonly name: string;
  readonly wrap: (selection: string) => string;
  readonly unwrap: (value: Json) => Json[];
}

const itself: Form = { name: '', wrap: (selection) => selection, unwrap: (value) => [value].flat() };

function formsOf(schema: GraphQLSchema, answer: GraphQLOutputType, type: GraphQLObjectType): Form[] {
  const named = getNamedType(answer);
  if (named === type) return [itself];
  if (isAbstractType(named)) {
    if (!schema.isSubType(named, type)) return [];
    return [
      {
        name: ` as ${named.name}`,
        wrap: (selection) => `__typename ... on ${type.name} { ${selection} }`,
        unwrap: (value) => [value].flat().filter((object: Json) => object.__typename === type.name),
      },
    ];
  }
  if (!isObjectType(named) || !named.name.endsWith('Connection')) return [];
  const nodes = named.getFields()['nodes'] as Field;
  return formsOf(schema, nodes.type, type).flatMap((node) =>
    parts.map(({ name, wrap, unwrap }) => ({
      name: `${name}${node.name}`,
      wrap: (selection: string) => wrap(node.wrap(selection)),
      unwrap: (connection: Json) => node.unwrap(unwrap(connection)),
    })),
  );
}

/** The ways to the nodes of a connection. */
const parts: readonly Form[] = [
  { name: ' in nodes', wrap: (selection) => `nodes { ${selection} }`, unwrap: ({ nodes }) => nodes },
  {
    name: ' in edges',
    wrap: (selection) => `edges { node { ${selection} } }`,
    unwrap: ({ edges }) => edges.map(({ node }: Json) => node),
  },
  {
    name: ' in nodes beside cursors',
    wrap: (selection) => `nodes { ${selection} } edges { cursor } pageInfo { startCursor endCursor }`,
    unwrap: ({ nodes }) => nodes,
  },
];

function positionAt(
  steps: readonly Step[],
  { name, wrap, unwrap }: Form,
  type: GraphQLObjectType,
  args: RequiredArguments,
): Position {
  const calls = steps.map(({ type: parent, field }) => {
    const needed = field.args.some(isRequiredArgument)
      ? `(${args(`${parent.name}.${field.name}`, type.name)})`
      : '';
    return { name: field.name, text: field.name + needed };
  });
  const last = calls.at(-1) as (typeof calls)[number];
  const way = calls.slice(0, -1);
  return {
    name: steps.map(({ type: parent, field }) => `${parent.name}.${field.name}`).join(' ') + name,
    document(selections) {
      const fields = Object.entries(selections).map(
        ([alias, selection]) => `${alias}: ${last.text} { ${wrap(selection)} }`,
      );
      return `{ ${way.map(({ text }) => `${text} { `).join('')}${fields.join(' ')}${' }'.repeat(way.length)} }`;
    },
    objects(data, alias) {
      const parents = way.reduce(
        (objects: Json[], step) => objects.flatMap((object) => object[step.name]),
        [data],
      );
      const answers = parents.map((parent) => parent[alias]).filter((answer) => answer !== null);
      return answers.flatMap(unwrap).filter((object) => object !== null);
    },
  };
}
