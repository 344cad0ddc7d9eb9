import { getDirective } from '@graphql-tools/utils';
import {
  type DocumentNode,
  type FragmentDefinitionNode,
  type GraphQLInputType,
  type GraphQLSchema,
  getNamedType,
  isInputObjectType,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';

/** Knows which operations take long text: those with a root field that has a `@costByLength` text in its arguments. */
export class LongText {
  /** The names of such root fields, by the kind of operation. */
  readonly #rootFields: Readonly<Record<string, ReadonlySet<string>>>;

  constructor(schema: GraphQLSchema) {
    this.#rootFields = {
      query: rootFieldsOf(schema, schema.getQueryType()?.getFields()),
      mutation: rootFieldsOf(schema, schema.getMutationType()?.getFields()),
    };
  }

  isTakenBy(document: DocumentNode, { operation, selectionSet }: OperationDefinitionNode): boolean {
    const names = this.#rootFields[operation];
    return names !== undefined && selectsOneOf(names, document, selectionSet, new Set());
  }
}

type RootFields = ReturnType<NonNullable<ReturnType<GraphQLSchema['getQueryType']>>['getFields']>;

function rootFieldsOf(schema: GraphQLSchema, fields: RootFields = {}): ReadonlySet<string> {
  const taking = Object.values(fields).filter(({ args }) =>
    args.some(({ type }) => hasLongText(schema, type, new Set())),
  );
  return new Set(taking.map(({ name }) => name));
}

function hasLongText(schema: GraphQLSchema, type: GraphQLInputType, seen: Set<GraphQLInputType>): boolean {
  const named = getNamedType(type);
  if (!isInputObjectType(named) || seen.has(named)) return false;
  seen.add(named);
  return Object.values(named.getFields()).some(
    (field) =>
      getDirective(schema, field, 'costByLength') !== undefined || hasLongText(schema, field.type, seen),
  );
}

function selectsOneOf(
  names: ReadonlySet<string>,
  document: DocumentNode,
  { selections }: SelectionSetNode,
  seen: Set<string>,
): boolean {
  return selections.some((selection) => {
    if (selection.kind === Kind.FIELD) return names.has(selection.name.value);
    if (selection.kind === Kind.INLINE_FRAGMENT) {
      return selectsOneOf(names, document, selection.selectionSet, seen);
    }
    const name = selection.name.value;
    if (seen.has(name)) return false;
    seen.add(name);
    const fragment = document.definitions.find(
      (definition): definition is FragmentDefinitionNode =>
        definition.kind === Kind.FRAGMENT_DEFINITION && definition.name.value === name,
    );
    return fragment !== undefined && selectsOneOf(names, document, fragment.selectionSet, seen);
  });
}
