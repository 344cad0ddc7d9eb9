import fc from 'fast-check';
import type { GraphQLArgument, GraphQLField } from 'graphql';
import type { NodeKind } from '../../../src/shared/ids.ts';
import { encodeCursor } from '../../../src/shared/pagination/index.ts';
import type { Arguments } from '../../helpers/operations.ts';
import { enumNames, rangeOf } from '../../helpers/publication-arguments.ts';
import { rowId, rowUuid } from '../../helpers/publication.ts';
import { commentCount, hiddenTagCount, postCount, sessionCount, userCount } from './sides.ts';

/** How many rows of each kind there are, what only some may see included. */
const counts = {
  user: userCount,
  post: postCount,
  comment: commentCount,
  tag: userCount + hiddenTagCount,
  session: sessionCount,
} satisfies Partial<Record<NodeKind, number>>;

type Kind = keyof typeof counts;

const number = (kind: Kind) => fc.integer({ min: 1, max: counts[kind] });
const idOf = (kind: Kind) => number(kind).map((place) => rowId(kind, place));
const anyId = fc.constantFrom<Kind[]>('post', 'post', 'comment', 'tag', 'user', 'session').chain(idOf);
const postSlug = number('post').map((place) => `post-${place}`);
const tagSlug = fc.oneof(
  fc.integer({ min: 1, max: userCount }).map((place) => `tag-${place}`),
  fc.integer({ min: 1, max: hiddenTagCount }).map((place) => `tag-${place}-hidden`),
);
const username = number('user').map((place) => `user-${place}`);
const words = fc.oneof(
  fc.constantFrom(
    'spring',
    'post',
    'topic',
    'tag',
    'hidden',
    'user',
    '"of spring"',
    'user tag post',
    'elsewhere',
  ),
  number('post').map((place) => `post ${place}`),
);
/** The times that rows have, and those between them. */
const time = fc
  .integer({ min: -1, max: 18 })
  .map((minute) => new Date(Date.UTC(2026, 0, 1) + minute * 60_000).toISOString());
const statuses = fc.constantFrom(
  null,
  ['DRAFT'],
  ['ARCHIVED'],
  ['DRAFT', 'ARCHIVED'],
  ['PUBLISHED', 'DRAFT', 'ARCHIVED'],
);

/** None, one or two of these conditions: more together seldom leave anything. */
const some = (model: Record<string, fc.Arbitrary<unknown>>): fc.Arbitrary<Arguments> =>
  fc
    .subarray(Object.entries(model), { maxLength: Math.min(2, Object.keys(model).length) })
    .chain((conditions) => fc.record(Object.fromEntries(conditions)));

const filters: Record<string, fc.Arbitrary<Arguments>> = {
  UserFilter: some({ role: fc.constantFrom('AUTHOR', 'ADMIN'), text: words }),
  TagFilter: some({ text: words }),
  CommentFilter: some({ author: idOf('user'), topLevel: fc.boolean() }),
  // A filter without a state has published posts alone, so most have one.
  PostFilter: fc
    .tuple(some({ author: idOf('user'), tag: tagSlug, from: time, until: time, text: words }), statuses)
    .map(([filter, status]) => (status === null ? filter : { ...filter, status })),
};

/** A cursor at any place of a list, also at rows that the viewer may not see. */
function cursorOf(coordinate: string, type: string, orderBy: string | undefined): fc.Arbitrary<string> {
  const { name, least } = rangeOf(coordinate, type, orderBy);
  const key =
    least === ''
      ? fc.oneof(tagSlug, username)
      : least === '0'
        ? fc.nat({ max: 2 ** 31 - 1 }).map(String)
        : time;
  const kind = (['user', 'tag', 'comment', 'session'] as const).find((each) =>
    type.toLowerCase().startsWith(each),
  );
  return fc
    .tuple(key, number(kind ?? 'post'))
    .map(([text, place]) => encodeCursor(name, { key: text, id: rowUuid(kind ?? 'post', place) }));
}

/** Arguments that lead to what a viewer may see, and to what they may not see, for `operationArbitrary`. */
export function searchingArguments(
  coordinate: string,
  field: GraphQLField<unknown, unknown>,
): fc.Arbitrary<Arguments> | undefined {
  if (field.args.length === 0) return undefined;
  const type = field.type.toString().replaceAll('!', '');
  const orderBy = field.args.find(({ name }) => name === 'orderBy');
  const orders =
    orderBy === undefined ? fc.constant(undefined) : fc.constantFrom(undefined, ...enumNames(orderBy.type));
  return orders.chain((order) => {
    const names = field.args.map(({ name }) => name).filter((name) => name !== 'orderBy');
    const model = Object.fromEntries(
      field.args
        .filter(({ name }) => name !== 'orderBy')
        .map((argument) => [argument.name, valueOf(coordinate, argument, type, order)]),
    );
    const requiredKeys = names.filter((name) => ['id', 'ids', 'slug', 'username', 'query'].includes(name));
    return fc.tuple(fc.record(model, { requiredKeys }), fc.boolean()).map(([args, isForward]) => {
      const { first, last, ...others } = args as Record<string, unknown>;
      const size = isForward ? { first } : { last };
      return {
        ...others,
        ...(Object.values(size)[0] !== undefined && size),
        ...(order !== undefined && { orderBy: order }),
      };
    });
  });
}

function valueOf(
  coordinate: string,
  { name, type }: GraphQLArgument,
  connection: string,
  order: string | undefined,
): fc.Arbitrary<unknown> {
  switch (name) {
    case 'id':
      return coordinate === 'Query.user' ? idOf('user') : coordinate === 'Query.post' ? idOf('post') : anyId;
    case 'ids':
      return fc.array(anyId, { maxLength: 8 });
    case 'slug':
      return coordinate === 'Query.tagBySlug' ? tagSlug : postSlug;
    case 'username':
      return username;
    case 'query':
      return words;
    case 'kinds':
      return fc.subarray(['POST', 'USER', 'TAG']);
    case 'filter':
      return filters[type.toString()] ?? fc.constant(null);
    case 'after':
    case 'before':
      // Two cursors at random places seldom leave anything.
      return fc.oneof(fc.constant(null), cursorOf(coordinate, connection, order));
    case 'limit':
      return fc.integer({ min: 1, max: 100 });
    case 'first':
    case 'last':
      return fc.constantFrom(0, 1, 2, 5, 100);
    default:
      throw new Error(`Nothing is known of the argument ${coordinate}(${name}).`);
  }
}
