import fc from 'fast-check';
import type { GraphQLField } from 'graphql';
import { sessionOrder } from '../../src/modules/accounts/order.ts';
import { commentOrders } from '../../src/modules/comments/order.ts';
import { followOrder } from '../../src/modules/follows/order.ts';
import { postOrders } from '../../src/modules/posts/order.ts';
import { searchOrder } from '../../src/modules/search/order.ts';
import { tagOrders } from '../../src/modules/tags/order.ts';
import { userOrders } from '../../src/modules/users/order.ts';
import { encodeCursor } from '../../src/shared/pagination/index.ts';
import type { Arguments } from './operations.ts';
import { rowId, rowUuid } from './publication.ts';

/** An order of a list, with keys before and after all those that its rows have. */
export interface CursorRange {
  readonly name: string;
  readonly isDescending: boolean;
  readonly least: string;
  readonly most: string;
}

const times = { least: '1999-12-31T23:59:59.999Z', most: '2999-12-31T23:59:59.999Z' };
const names = { least: '', most: 'zzzz' };
const scores = { least: '0', most: '2147483647' };

/** What the cursors of a field hold, which answers a connection of this type in this order. */
export function rangeOf(coordinate: string, type: string, orderBy: string | undefined): CursorRange {
  const isDescending = orderBy === undefined || orderBy.endsWith('_DESC');
  const keys = /^(SLUG|USERNAME)_/.test(orderBy ?? '') ? names : times;
  if (coordinate === 'Query.search') return { name: searchOrder.name, isDescending, ...scores };
  if (/^User\.follow(ers|ing)$/.test(coordinate)) return { name: followOrder.name, isDescending, ...keys };
  if (coordinate === 'Comment.replies') {
    return { name: commentOrders.CREATED_AT_ASC.name, isDescending: false, ...keys };
  }
  const orders: Record<string, Record<string, { name: string }>> = {
    UserConnection: userOrders,
    TagConnection: tagOrders,
    PostConnection: postOrders,
    CommentConnection: commentOrders,
    SessionConnection: { CREATED_AT_DESC: sessionOrder },
  };
  const newestFirst = type === 'PostConnection' ? 'PUBLISHED_AT_DESC' : 'CREATED_AT_DESC';
  const order = orders[type]?.[orderBy ?? newestFirst];
  if (order === undefined) throw new Error(`There is no order for ${coordinate}.`);
  return { name: order.name, isDescending, ...keys };
}

/** A cursor that stands before all rows of a list, or after them: what it leaves is the whole list. */
function outerCursor({ name, isDescending, least, most }: CursorRange, end: 'after' | 'before'): string {
  const key = isDescending === (end === 'after') ? most : least;
  return encodeCursor(name, { key, id: rowUuid('post', 1) });
}

/** Filters that find something, or nothing, whatever the parent and whatever the size of the publication. */
const filters: Record<string, readonly Arguments[]> = {
  UserFilter: [{}, { text: 'user' }, { role: 'AUTHOR' }, { role: 'ADMIN', text: '"about spring"' }],
  TagFilter: [{}, { text: 'tag' }, { text: 'nothing' }],
  PostFilter: [
    {},
    { status: ['PUBLISHED'] },
    { status: ['ARCHIVED', 'PUBLISHED'], from: '2000-01-01T00:00:00Z' },
    { text: 'spring', until: '2999-01-01T00:00:00Z' },
    { status: [] },
  ],
  CommentFilter: [{}, { topLevel: true }, { topLevel: false }],
};

/** Filters that find something in lists without a parent. */
const rootFilters: Record<string, readonly Arguments[]> = {
  PostFilter: [
    { status: ['DRAFT'] },
    { author: rowId('user', 1) },
    { tag: 'tag-1' },
    { tag: 'tag-3', author: rowId('user', 2), text: '"of spring"' },
  ],
};

function filterArbitrary(coordinate: string, type: string): fc.Arbitrary<Arguments | null> {
  const atRoot = coordinate.startsWith('Query.') ? (rootFilters[type] ?? []) : [];
  return fc.constantFrom(null, ...(filters[type] ?? []), ...atRoot);
}

const kinds = ['user', 'post', 'comment', 'tag'] as const;
const anyId = fc
  .tuple(fc.constantFrom(...kinds), fc.integer({ min: 1, max: 4 }))
  .map(([kind, number]) => rowId(kind, number));

const single: Record<string, fc.Arbitrary<Arguments>> = {
  'Query.node': fc.record({ id: anyId }),
  'Query.nodes': fc.record({ ids: fc.array(anyId, { maxLength: 5 }) }),
  'Query.user': fc.record({ id: fc.integer({ min: 1, max: 4 }).map((number) => rowId('user', number)) }),
  'Query.post': fc.record({ id: fc.integer({ min: 1, max: 4 }).map((number) => rowId('post', number)) }),
  'Query.userByUsername': fc.constantFrom<Arguments>({ username: 'user-1' }, { username: 'USER-2' }),
  'Query.tagBySlug': fc.constantFrom<Arguments>({ slug: 'tag-1' }, { slug: 'nothing' }),
  'Query.postBySlug': fc.constantFrom<Arguments>({ slug: 'post-1' }, { slug: 'Post-2' }),
};

/** Arguments with which every read of a made-up publication succeeds, for `operationArbitrary`. */
export function publicationArguments(
  coordinate: string,
  field: GraphQLField<unknown, unknown>,
): fc.Arbitrary<Arguments> | undefined {
  if (coordinate in single) return single[coordinate];
  const argNames = new Set(field.args.map(({ name }) => name));
  if (argNames.has('limit'))
    return fc.record({ limit: fc.integer({ min: 1, max: 3 }) }, { requiredKeys: [] });
  if (!argNames.has('first')) return undefined;
  return connectionArguments(coordinate, field);
}

function connectionArguments(
  coordinate: string,
  field: GraphQLField<unknown, unknown>,
): fc.Arbitrary<Arguments> {
  const type = field.type.toString().replaceAll('!', '');
  const orderBy = field.args.find(({ name }) => name === 'orderBy');
  const filter = field.args.find(({ name }) => name === 'filter');
  const orderNames = orderBy === undefined ? [] : enumNames(orderBy.type);
  return fc
    .record({
      direction: fc.constantFrom('first', 'last'),
      size: fc.option(fc.integer({ min: 0, max: 3 }), { freq: 4 }),
      cursors: fc.subarray(['after', 'before'] as const),
      orderBy: orderNames.length === 0 ? fc.constant(undefined) : fc.constantFrom(undefined, ...orderNames),
      filter: filter === undefined ? fc.constant(null) : filterArbitrary(coordinate, filter.type.toString()),
      query: fc.constantFrom('spring', 'user tag post', '"of spring"', 'tag'),
      kinds: fc.option(fc.subarray(['POST', 'USER', 'TAG'])),
    })
    .map((choice) => {
      const range = rangeOf(coordinate, type, choice.orderBy);
      const isSearch = coordinate === 'Query.search';
      // The best hits of a large publication are all of one kind: only a page of all hits has every kind at any size.
      const size = choice.size ?? (isSearch ? 100 : null);
      return {
        ...(isSearch && { query: choice.query, kinds: choice.kinds }),
        ...(size !== null && { [choice.direction]: size }),
        ...Object.fromEntries(choice.cursors.map((end) => [end, outerCursor(range, end)])),
        ...(choice.orderBy !== undefined && { orderBy: choice.orderBy }),
        ...(choice.filter !== null && { filter: choice.filter }),
      };
    });
}

/** The names of an enum's values, whether it may be null or not. */
export function enumNames(type: { toString(): string } & object): string[] {
  const named = 'ofType' in type ? (type.ofType as object) : type;
  return (named as { getValues(): { name: string }[] }).getValues().map(({ name }) => name);
}
