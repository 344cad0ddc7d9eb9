import { and, eq, type SQL, sql } from 'drizzle-orm';
import {
  build,
  byId,
  cappedCount,
  countSelection,
  isAnyOf,
  isMatch,
  keyset,
  namesQuery,
  pageParameters,
  type PageShape,
  pageShape,
  pageValues,
  type Placeholders,
  type Queryable,
  type SortOrder,
  statement,
  statementVariants,
  type TextQuery,
  textParameters,
} from '../../db/index.ts';
import { posts, postTags, tags } from '../../db/tables/index.ts';
import type { PageRequest } from '../../shared/pagination/index.ts';
import type { Projection } from '../../shared/projection.ts';
import { tagColumns, type TagRow } from './columns.ts';
import type { TagOrderName } from './order.ts';
import type { TagScope } from './policy.ts';

/** Which tags to list for whom, in which order, and which page of them. */
export interface TagList {
  readonly text: TextQuery | null;
  readonly scope: TagScope;
  readonly order: TagOrderName;
  readonly page: PageRequest;
  readonly projection: Projection;
}

const sortOrders: Record<TagOrderName, SortOrder> = {
  CREATED_AT_DESC: { key: tags.createdAt, keyType: 'timestamptz', id: tags.id, descending: true },
  CREATED_AT_ASC: { key: tags.createdAt, keyType: 'timestamptz', id: tags.id, descending: false },
  SLUG_DESC: { key: tags.slug, keyType: 'text', id: tags.id, descending: true },
  SLUG_ASC: { key: tags.slug, keyType: 'text', id: tags.id, descending: false },
};

/**
 * The condition that keeps a viewer from tags that no post they see carries. It is looked up tag by tag: without
 * `offset 0` PostgreSQL would rather read all posts' tags at once.
 */
export function isTagVisible(kind: TagScope['kind'], viewerId: SQL): SQL {
  const carried = sql`select from ${postTags} where ${postTags.tagId} = ${tags.id}`;
  const published = sql`exists (${carried} and ${postTags.status} = 'PUBLISHED' offset 0)`;
  if (kind === 'all') return sql`exists (${carried} offset 0)`;
  if (kind === 'published') return published;
  return sql`(${published} or exists (
    select from ${postTags} inner join ${posts} on ${posts.id} = ${postTags.postId}
    where ${postTags.tagId} = ${tags.id} and ${posts.authorId} = ${viewerId} offset 0))`;
}

interface ScopeShape {
  readonly scope: TagScope['kind'];
}

interface TagShape extends ScopeShape {
  readonly projection: Projection;
}

const tagsByIds = statementVariants(({ scope, projection }: TagShape) =>
  statement({
    name: 'tags_by_ids',
    parameters: { ids: 'uuid[]', viewerId: 'uuid' },
    selection: tagColumns,
    projection,
    byKeys: true,
    query: ({ ids, viewerId }, columns) =>
      build
        .select(columns)
        .from(tags)
        .where(and(isAnyOf(tags.id, ids), isTagVisible(scope, viewerId))),
  }),
);

/** The tags with these identifiers that the viewer sees, in their order; null in the place of others. */
export async function findTagsByIds(
  db: Queryable,
  ids: readonly string[],
  { kind, viewerId }: TagScope,
  projection: Projection,
): Promise<(TagRow | null)[]> {
  return byId(ids, await db.run(tagsByIds({ scope: kind, projection }), { ids, viewerId }));
}

const tagBySlug = statementVariants(({ scope, projection }: TagShape) =>
  statement({
    name: 'tag_by_slug',
    parameters: { slug: 'text', viewerId: 'uuid' },
    selection: tagColumns,
    projection,
    byKeys: true,
    query: ({ slug, viewerId }, columns) =>
      build
        .select(columns)
        .from(tags)
        .where(and(eq(tags.slug, slug), isTagVisible(scope, viewerId))),
  }),
);

export async function findTagBySlug(
  db: Queryable,
  slug: string,
  { kind, viewerId }: TagScope,
  projection: Projection,
): Promise<TagRow | null> {
  const [tag = null] = await db.run(tagBySlug({ scope: kind, projection }), { slug, viewerId });
  return tag;
}

interface FilterShape extends ScopeShape {
  readonly text: boolean;
}

const filterParameters = { ...textParameters, viewerId: 'uuid' } as const;

function filterShape({ scope, text }: TagList): FilterShape {
  return { scope: scope.kind, text: text !== null };
}

function filterValues({ scope, text }: TagList) {
  return { viewerId: scope.viewerId, prefix: text?.prefix ?? null, stem: text?.stem ?? null };
}

function conditions({ scope, text }: FilterShape, p: Placeholders<typeof filterParameters>): SQL | undefined {
  return and(isTagVisible(scope, p.viewerId), text ? isMatch(tags.searchVector, namesQuery(p)) : undefined);
}

const tagPage = statementVariants((shape: FilterShape & PageShape & TagShape & { order: TagOrderName }) =>
  statement({
    name: 'tags_page',
    parameters: { ...filterParameters, ...pageParameters },
    selection: tagColumns,
    projection: shape.projection,
    byKeys: !shape.text,
    query(parameters, columns) {
      const { range, orderBy, limit } = keyset(sortOrders[shape.order], shape, parameters);
      const where = and(conditions(shape, parameters), range);
      return build
        .select(columns)
        .from(tags)
        .where(where)
        .orderBy(...orderBy)
        .limit(limit);
    },
  }),
);

/** One page of a list of tags. */
export function pageOfTags(db: Queryable, list: TagList): Promise<TagRow[]> {
  const { page, order, projection } = list;
  const shape = Object.assign(filterShape(list), pageShape(page), { order, projection });
  return db.run(tagPage(shape), Object.assign(filterValues(list), pageValues(page)));
}

const tagCount = statementVariants((shape: FilterShape) =>
  statement({
    name: 'tags_count',
    parameters: filterParameters,
    selection: countSelection,
    query: (parameters) =>
      cappedCount(build.select({ one: sql`1` }).from(tags).where(conditions(shape, parameters))),
  }),
);

/** The number of tags in a list, up to one more than is ever shown. */
export async function countTags(db: Queryable, list: TagList): Promise<number> {
  const [row] = await db.run(tagCount(filterShape(list)), filterValues(list));
  return row?.count ?? 0;
}
