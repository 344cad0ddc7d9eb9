import type { GraphQLObjectType } from 'graphql';
import { createSchema } from '../../../src/graphql/schema.ts';
import { rowId } from '../../helpers/publication.ts';
import { selectionOf } from './positions.ts';

export const schema = createSchema();

/** The types whose rows are read as they are selected, and what their identifiers begin with. */
export const kinds = { User: 'user', Post: 'post', Comment: 'comment', Tag: 'tag' } as const;

/** The types whose rows are always read whole. */
export const readWhole = ['Session'];

export const typeOf = (name: string) => schema.getType(name) as GraphQLObjectType;
export const fieldsOf = (name: string) => Object.values(typeOf(name).getFields());

/** What root fields are asked for, to find something of a type. */
export function argumentsOf(coordinate: string, type: string): string {
  const ids = [1, 2].map((number) => `"${rowId(kinds[type as keyof typeof kinds], number)}"`);
  const found: Record<string, string> = {
    'Query.node': `id: ${ids[0]}`,
    'Query.nodes': `ids: [${ids.join(', ')}]`,
    'Query.user': `id: ${ids[0]}`,
    'Query.userByUsername': 'username: "user-1"',
    'Query.tagBySlug': 'slug: "tag-1"',
    'Query.post': `id: ${ids[0]}`,
    'Query.postBySlug': 'slug: "post-1"',
    'Query.search': type === 'Tag' ? 'query: "tag"' : 'query: "spring"',
  };
  const args = found[coordinate];
  if (args === undefined) throw new Error(`What is ${coordinate} to be asked for?`);
  return args;
}

/** Each field of a type by itself, and with the next one. */
export function choicesOf(type: string): string[][] {
  const names = fieldsOf(type).map(({ name }) => name);
  return [
    ...names.map((name) => [name]),
    ...names.map((name, place) => [name, names.at(place - 1) as string]),
  ];
}

/** A selection of these fields, in the order of the contract. */
export function selectionsOf(type: string, names: readonly string[]): string {
  return fieldsOf(type)
    .filter(({ name }) => names.includes(name))
    .map(selectionOf)
    .join(' ');
}

/** An object with these fields alone. */
export function pick(object: Record<string, unknown>, names: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(object).filter(([name]) => name === '__typename' || names.includes(name)),
  );
}

export function chunksOf<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, chunk) =>
    items.slice(chunk * size, (chunk + 1) * size),
  );
}
