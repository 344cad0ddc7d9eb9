import { and, eq, type SQL, type SQLWrapper, sql } from 'drizzle-orm';
import {
  build,
  byId,
  cappedCount,
  countSelection,
  isAnyOf,
  isMatch,
  keyset,
  maxCounted,
  mergedPage,
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
  unionOf,
} from '../../db/index.ts';
import { authorTags, tags } from '../../db/tables/index.ts';
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

/** Orders of `author_tags`, for the same orders of tags. */
const ownSortOrders: Record<TagOrderName, SortOrder> = {
  CREATED_AT_DESC: { ...sortOrders.CREATED_AT_DESC, key: authorTags.createdAt, id: authorTags.tagId },
  CREATED_AT_ASC: { ...sortOrders.CREATED_AT_ASC, key: authorTags.createdAt, id: authorTags.tagId },
  SLUG_DESC: { ...sortOrders.SLUG_DESC, key: authorTags.slug, id: authorTags.tagId },
  SLUG_ASC: { ...sortOrders.SLUG_ASC, key: authorTags.slug, id: authorTags.tagId },
};

/** The condition that keeps a viewer from tags that no post they see carries. */
export function isTagVisible(kind: TagScope['kind'], viewerId: SQL): SQL {
  if (kind === 'all') return sql`${tags.uncarriedSince} is null`;
  if (kind === 'published') return sql`${tags.isPublic}`;
  return sql`(${tags.isPublic} or exists (
    select from ${authorTags} where ${authorTags.authorId} = ${viewerId} and ${authorTags.tagId} = ${tags.id}))`;
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
      const select = build.select(columns).from(tags);
      if (isMerged(shape)) {
        const page = mergedPage(ownPages(shape, parameters), sortOrders[shape.order], shape);
        return select.innerJoin(sql`(${page}) as merged`, sql`merged.id = ${tags.id}`).orderBy(...orderBy);
      }
      return select
        .where(and(conditions(shape, parameters), range))
        .orderBy(...orderBy)
        .limit(limit);
    },
  }),
);

/** Whether a list is one range of public tags and one of the viewer's own. */
function isMerged({ scope, text }: FilterShape): boolean {
  return scope === 'own' && !text;
}

/** A page of the public tags, and a page of those of the viewer's own posts. */
function ownPages(
  shape: PageShape & { order: TagOrderName },
  parameters: Placeholders<typeof filterParameters & typeof pageParameters>,
): SQLWrapper[] {
  const isOwn = sql`${authorTags.authorId} = ${parameters.viewerId}`;
  const pageOf = (table: typeof tags | typeof authorTags, sort: SortOrder, condition: SQL) => {
    const { range, orderBy, limit } = keyset(sort, shape, parameters);
    return sql`select ${sort.id} as id, ${sort.key} as key from ${table} where ${and(condition, range)}
      order by ${sql.join(orderBy, sql`, `)} limit ${limit}`;
  };
  return [
    pageOf(tags, sortOrders[shape.order], sql`${tags.isPublic}`),
    pageOf(authorTags, ownSortOrders[shape.order], isOwn),
  ];
}

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
    byIndexes: !shape.text,
    query: (parameters) =>
      cappedCount(
        isMerged(shape)
          ? sql`select 1 from (${unionOf([
              sql`select ${tags.id} from ${tags} where ${tags.isPublic} limit ${maxCounted}`,
              sql`select ${authorTags.tagId} from ${authorTags}
                where ${authorTags.authorId} = ${parameters.viewerId} limit ${maxCounted}`,
            ])}) as seen`
          : build.select({ one: sql`1` }).from(tags).where(conditions(shape, parameters)),
      ),
  }),
);

/** The number of tags in a list, up to one more than is ever shown. */
export async function countTags(db: Queryable, list: TagList): Promise<number> {
  const [row] = await db.run(tagCount(filterShape(list)), filterValues(list));
  return row?.count ?? 0;
}
