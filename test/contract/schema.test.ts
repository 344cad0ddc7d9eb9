import {
  buildClientSchema,
  buildSchema,
  getIntrospectionQuery,
  getNamedType,
  type GraphQLField,
  type GraphQLNamedType,
  GraphQLObjectType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  isScalarType,
  isSpecifiedDirective,
  isSpecifiedScalarType,
  printSchema,
} from 'graphql';
import { describe, expect, it } from 'vitest';
import { readSchemaText } from '../../src/graphql/schema.ts';
import { useServer } from '../helpers/server.ts';

const schema = buildSchema(readSchemaText());
const types = Object.values(schema.getTypeMap()).filter(
  (type) => !type.name.startsWith('__') && !isSpecifiedScalarType(type),
);
const rootNames = new Set(['Query', 'Mutation']);

/** Everything in the contract that can have a description, by its coordinate. */
function described(): [coordinate: string, description: string][] {
  const all: [string, string | null | undefined][] = [['schema', schema.description]];
  for (const directive of schema.getDirectives()) {
    if (isSpecifiedDirective(directive)) continue;
    all.push([`@${directive.name}`, directive.description]);
    for (const arg of directive.args) all.push([`@${directive.name}(${arg.name}:)`, arg.description]);
  }
  for (const type of types) {
    if (!rootNames.has(type.name)) all.push([type.name, type.description]);
    if (isEnumType(type)) {
      for (const value of type.getValues()) all.push([`${type.name}.${value.name}`, value.description]);
    }
    for (const field of fieldsOf(type)) {
      all.push([`${type.name}.${field.name}`, field.description]);
      for (const arg of 'args' in field ? field.args : []) {
        all.push([`${type.name}.${field.name}(${arg.name}:)`, arg.description]);
      }
    }
  }
  return all.map(([coordinate, description]) => [coordinate, description ?? '']);
}

function fieldsOf(type: GraphQLNamedType) {
  const hasFields = isObjectType(type) || isInterfaceType(type) || isInputObjectType(type);
  return hasFields ? Object.values(type.getFields()) : [];
}

function outputFields(): [coordinate: string, field: GraphQLField<unknown, unknown>][] {
  return types
    .filter((type) => isObjectType(type) || isInterfaceType(type))
    .flatMap((type) =>
      Object.values(type.getFields()).map((field) => [`${type.name}.${field.name}`, field] as const),
    )
    .map(([coordinate, field]) => [coordinate, field]);
}

describe('the descriptions', () => {
  it.each(described())('of %s is a full sentence', (_, description) => {
    expect(description).toMatch(/^[A-Z`][^]*[.!?]$/);
    expect(description.length).toBeGreaterThan(10);
  });

  it.each(
    outputFields().filter(([coordinate, { type }]) => {
      const isRoot = coordinate.startsWith('Mutation.') || coordinate.startsWith('Query.');
      return !isRoot && !String(type).endsWith('!');
    }),
  )('of %s says what null means', (_, field) => {
    expect(field.description).toMatch(/\bnull\b/);
  });
});

describe('the contract', () => {
  const server = useServer();

  it('is what the server publishes', async () => {
    const introspection = await server.query(getIntrospectionQuery({ directiveIsRepeatable: true }));
    expect(printSchema(buildClientSchema(introspection))).toBe(
      // Introspection does not tell which directives are applied, and neither does printing.
      printSchema(buildSchema(readSchemaText())).replace(/^"""[^]*?"""\nschema \{[^]*?\}\n\n/, ''),
    );
  });

  it('takes plain scalars in inputs', () => {
    const scalars = types
      .filter(isInputObjectType)
      .flatMap((type) => Object.values(type.getFields()))
      .map(({ type }) => getNamedType(type))
      .filter(isScalarType);
    expect(scalars.length).toBeGreaterThan(20);
    expect(scalars.filter((type) => !isSpecifiedScalarType(type))).toEqual([]);
  });

  it.each(types.filter((type) => type.name.endsWith('Connection')).map(({ name }) => [name]))(
    'has %s by the Relay specification',
    (name) => {
      const connection = schema.getType(name) as GraphQLObjectType;
      const edge = schema.getType(name.replace(/Connection$/, 'Edge')) as GraphQLObjectType;
      const node = String(edge.getFields()['node']?.type);
      const fields = Object.fromEntries(
        Object.values(connection.getFields()).map((field) => [field.name, String(field.type)]),
      );
      expect(fields).toEqual({
        nodes: `[${node}]!`,
        edges: `[${edge.name}!]!`,
        pageInfo: 'PageInfo!',
        totalCount: 'Int!',
        totalCountPrecision: 'CountPrecision!',
      });
      expect(String(edge.getFields()['cursor']?.type)).toBe('String!');
      expect(node).toMatch(/!$/);
    },
  );

  it('gives every connection field the four arguments of the Relay specification', () => {
    const connections = outputFields().filter(([, { type }]) => /Connection!?$/.test(String(type)));
    expect(connections.length).toBeGreaterThan(10);
    for (const [coordinate, { args }] of connections) {
      const page = args.filter(({ name }) => ['first', 'after', 'last', 'before'].includes(name));
      expect(
        page.map((arg) => `${arg.name}: ${String(arg.type)}`),
        coordinate,
      ).toEqual(['first: Int', 'after: String', 'last: Int', 'before: String']);
    }
  });

  it('gives every plain list a limit of 20', () => {
    const limits = outputFields().flatMap(([coordinate, { args }]) =>
      args
        .filter(({ name }) => name === 'limit')
        .map((arg) => `${coordinate}: ${String(arg.type)} = ${String(arg.defaultValue)}`),
    );
    const lists = ['User.posts', 'Tag.posts', 'Post.comments', 'Query.users', 'Query.tags', 'Query.posts'];
    expect(new Set(limits)).toEqual(new Set(lists.map((list) => `${list}: Int = 20`)));
  });

  it('makes every type with an identifier a Node', () => {
    const withId = types.filter((type) => type instanceof GraphQLObjectType && 'id' in type.getFields());
    const node = schema.getType('Node');
    expect(withId.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['Comment', 'Post', 'Tag', 'User']),
    );
    for (const type of withId) expect((type as GraphQLObjectType).getInterfaces()).toContain(node);
  });
});
