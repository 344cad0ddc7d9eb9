import { and, eq, type SQL, type SQLWrapper, sql } from 'drizzle-orm';
import {
  build,
  byId,
  byParent,
  cappedCount,
  countSelection,
  isMatch,
  keyset,
  maxCounted,
  mergedPage,
  pageParameters,
  type PageShape,
  pageShape,
  pageValues,
  parentId,
  perParent,
  type Placeholders,
  proseQuery,
  type Queryable,
  type SortOrder,
  statement,
  statementVariants,
  type TextQuery,
  textParameters,
  unionOf,
} from '../../db/index.ts';
import { type PostStatus, posts, postTags, tags } from '../../db/tables/index.ts';
import type { PageRequest } from '../../shared/pagination/index.ts';
import type { Projection } from '../../shared/projection.ts';
import { isShort, postColumns, type PostRow } from './columns.ts';
import type { PostOrderName } from './order.ts';
import type { PostScope } from './policy.ts';
import { isVisible } from './repository.ts';

/** Which posts a list holds. */
export interface PostFilterValues {
  readonly authorId: string | null;
  /** The slug of a tag. */
  readonly tag: string | null;
  /** Null stands for published ones. */
  readonly statuses: readonly PostStatus[] | null;
  readonly from: string | null;
  readonly until: string | null;
  readonly text: TextQuery | null;
}

/** Which posts to list for whom, in which order, and which page of them. */
export interface PostList {
  readonly filter: PostFilterValues;
  readonly scope: PostScope;
  readonly order: PostOrderName;
  readonly page: PageRequest;
  readonly projection: Projection;
}

/** Whose posts: everybody's, those of authors, or those of tags. */
type Parent = 'none' | 'author' | 'tag';

interface FilterShape {
  readonly parent: Parent;
  readonly scope: PostScope['kind'];
  readonly status: 'published' | 'others' | 'any';
  readonly author: boolean;
  readonly tag: boolean;
  readonly from: boolean;
  readonly until: boolean;
  readonly text: boolean;
}

const filterParameters = {
  ...textParameters,
  parents: 'uuid[]',
  viewerId: 'uuid',
  authorId: 'uuid',
  tag: 'text',
  statuses: 'text[]',
  from: 'timestamptz',
  until: 'timestamptz',
} as const;

type FilterPlaceholders = Placeholders<typeof filterParameters>;

function filterShape(parent: Parent, { filter, scope }: PostList): FilterShape {
  const { statuses, authorId, tag, from, until, text } = filter;
  return {
    parent,
    scope: scope.kind,
    status: statusShape(statuses, scope.kind),
    author: authorId !== null,
    tag: tag !== null,
    from: from !== null,
    until: until !== null,
    text: text !== null,
  };
}

/** The public sees published posts only, so for them a list of any status is one of published posts. */
function statusShape(
  statuses: PostFilterValues['statuses'],
  scope: PostScope['kind'],
): FilterShape['status'] {
  if (statuses === null) return 'published';
  if (!statuses.includes('PUBLISHED')) return 'others';
  return scope === 'published' ? 'published' : 'any';
}

function filterValues({ filter, scope }: PostList, parents: readonly string[] | null) {
  const { authorId, tag, statuses, from, until, text } = filter;
  return {
    authorId,
    tag,
    statuses,
    from,
    until,
    prefix: text?.prefix ?? null,
    stem: text?.stem ?? null,
    viewerId: scope.viewerId,
    parents,
  };
}

/**
 * The columns that say where a post stands. Where a list begins at a tag they are those kept next to the tag, so that
 * it is one range of their index.
 */
function listingOf({ parent, tag }: FilterShape) {
  const isTagged = parent === 'tag' || tag;
  const { authorId, status, listedAt } = isTagged ? postTags : posts;
  return isTagged
    ? { table: postTags, isTagged, id: postTags.postId, authorId, status, listedAt }
    : { table: posts, isTagged, id: posts.id, authorId, status, listedAt };
}

function selectPosts(shape: FilterShape, columns: Partial<typeof postColumns>) {
  const query = build
    .select(columns as typeof postColumns)
    .from(posts)
    .$dynamic();
  return listingOf(shape).isTagged ? query.innerJoin(postTags, eq(postTags.postId, posts.id)) : query;
}

/** All conditions but that on the status. */
function placeConditions(shape: FilterShape, p: FilterPlaceholders): SQL | undefined {
  const { authorId, listedAt } = listingOf(shape);
  const tagId = sql`(select ${tags.id} from ${tags} where ${tags.slug} = ${p.tag})`;
  return and(
    shape.parent === 'author' ? sql`${authorId} = parent.id` : undefined,
    shape.parent === 'tag' ? sql`${postTags.tagId} = parent.id` : undefined,
    shape.tag ? tagCondition(shape, tagId) : undefined,
    shape.author ? sql`${authorId} = ${p.authorId}` : undefined,
    shape.from ? sql`${listedAt} >= ${p.from}` : undefined,
    shape.until ? sql`${listedAt} < ${p.until}` : undefined,
    shape.text ? isMatch(posts.searchVector, proseQuery(p)) : undefined,
  );
}

function tagCondition({ parent }: FilterShape, tagId: SQL): SQL {
  if (parent !== 'tag') return sql`${postTags.tagId} = ${tagId}`;
  return sql`exists (
    select from post_tags as other where other.post_id = ${postTags.postId} and other.tag_id = ${tagId})`;
}

function conditions(shape: FilterShape, p: FilterPlaceholders): SQL | undefined {
  const { status } = listingOf(shape);
  const asked = sql`${status} = any(${p.statuses})`;
  const isListed =
    shape.status === 'published'
      ? sql`${status} = 'PUBLISHED'`
      : shape.status === 'any'
        ? and(asked, isVisible(shape.scope, p.viewerId))
        : and(asked, isUnpublishedVisible(shape, p));
  return and(placeConditions(shape, p), isListed);
}

/** The posts that are not published, as far as the viewer sees them, in the words of the index that has these alone. */
function isUnpublishedVisible(shape: FilterShape, p: FilterPlaceholders): SQL | undefined {
  const { authorId, status } = listingOf(shape);
  if (shape.scope === 'published') return sql`false`;
  const isOwn = shape.scope === 'own' ? sql`${authorId} = ${p.viewerId}` : undefined;
  return and(sql`${status} <> 'PUBLISHED'`, isOwn);
}

/** Whether a list is put together from one range of an index for each status. */
function isMerged({ status, text }: FilterShape): boolean {
  return status !== 'published' && !text;
}

/** Whether no more rows are read than a list or a page has, a constant number of times. */
function isBounded({ parent, tag, text }: FilterShape): boolean {
  return !text && !(parent === 'tag' && tag);
}

/**
 * The ranges that a list is merged from: the published posts, and for each other status those that the viewer sees.
 *
 * @param select Makes a select of identifiers and keys with a limit.
 */
function rangesOf(
  shape: FilterShape,
  p: FilterPlaceholders,
  select: (condition: SQL | undefined) => SQL,
): SQL[] {
  const { status } = listingOf(shape);
  const range = (condition: SQL | undefined) => select(and(condition, placeConditions(shape, p)));
  const others = sql`select page.* from unnest(${p.statuses}) as wanted(status) cross join lateral (${range(
    and(sql`${status} = wanted.status`, isUnpublishedVisible(shape, p)),
  )}) as page`;
  return shape.status === 'any' ? [range(sql`${status} = 'PUBLISHED'`), others] : [others];
}

const untagged = { key: posts.listedAt, id: posts.id };

function sortOrder(order: PostOrderName, { key, id }: Pick<SortOrder, 'key' | 'id'>): SortOrder {
  return {
    key: sql`${key}`,
    keyType: 'timestamptz',
    id: sql`${id}`,
    descending: order === 'PUBLISHED_AT_DESC',
  };
}

type PagePlaceholders = Placeholders<typeof filterParameters & typeof pageParameters>;

/** The select of one page. */
function selectPage(
  shape: FilterShape & PageShape & { order: PostOrderName },
  parameters: PagePlaceholders,
  columns: Partial<typeof postColumns>,
) {
  const { table, id, listedAt } = listingOf(shape);
  const sort = sortOrder(shape.order, { key: listedAt, id });
  const { range, orderBy, limit } = keyset(sort, shape, parameters);
  if (!isMerged(shape)) {
    return selectPosts(shape, columns)
      .where(and(conditions(shape, parameters), range))
      .orderBy(...orderBy)
      .limit(limit);
  }
  const ranges = rangesOf(
    shape,
    parameters,
    (condition) => sql`select ${id} as id, ${listedAt} as key from ${table} where ${and(condition, range)}
      order by ${sql.join(orderBy, sql`, `)} limit ${limit}`,
  );
  return build
    .select(columns as typeof postColumns)
    .from(posts)
    .innerJoin(sql`(${mergedPage(ranges, sort, shape)}) as merged`, sql`merged.id = ${posts.id}`)
    .orderBy(...keyset(sortOrder(shape.order, untagged), shape, parameters).orderBy);
}

const postPage = statementVariants(
  (shape: FilterShape & PageShape & { order: PostOrderName; projection: Projection }) =>
    statement({
      name: `posts_page_${shape.parent}`,
      parameters: { ...filterParameters, ...pageParameters },
      selection:
        shape.parent === 'none'
          ? (postColumns as typeof postColumns & { parentId: typeof parentId })
          : { parentId, ...postColumns },
      projection: shape.projection,
      byKeys: isBounded(shape) && isShort(shape.projection),
      query(parameters, { parentId: _, ...columns }) {
        const page = selectPage(shape, parameters, columns);
        return shape.parent === 'none' ? page : perParent(parameters.parents, page);
      },
    }),
);

async function readPage(db: Queryable, parent: Parent, parents: readonly string[] | null, list: PostList) {
  const { page, order, projection } = list;
  const shape = Object.assign(filterShape(parent, list), pageShape(page), { order, projection });
  return db.run(postPage(shape), Object.assign(filterValues(list, parents), pageValues(page)));
}

/** One page of everybody's posts. */
export function pageOfPosts(db: Queryable, list: PostList): Promise<PostRow[]> {
  return readPage(db, 'none', null, list);
}

/** One page of posts for each author. */
export async function pageByAuthors(
  db: Queryable,
  ids: readonly string[],
  list: PostList,
): Promise<PostRow[][]> {
  return byParent(ids, await readPage(db, 'author', ids, list));
}

/** One page of posts for each tag. */
export async function pageByTags(
  db: Queryable,
  ids: readonly string[],
  list: PostList,
): Promise<PostRow[][]> {
  return byParent(ids, await readPage(db, 'tag', ids, list));
}

/** The select whose rows are counted. It reads the table of posts only where it looks for words. */
function selectCounted(shape: FilterShape, parameters: FilterPlaceholders): SQLWrapper {
  if (shape.text) return selectPosts(shape, {}).where(conditions(shape, parameters));
  const { table, id } = listingOf(shape);
  const select = (condition: SQL | undefined) => sql`select ${id} from ${table} where ${condition}`;
  if (!isMerged(shape)) return select(conditions(shape, parameters));
  const ranges = rangesOf(shape, parameters, (condition) => sql`${select(condition)} limit ${maxCounted}`);
  return sql`select 1 from (${unionOf(ranges)}) as listed`;
}

const postCount = statementVariants((shape: FilterShape) =>
  statement({
    name: `posts_count_${shape.parent}`,
    parameters: filterParameters,
    selection: { id: sql<string>`id`.as('id'), ...countSelection },
    byIndexes: isBounded(shape),
    query(parameters) {
      const counted = cappedCount(selectCounted(shape, parameters));
      return shape.parent === 'none'
        ? sql`select null, counts.count from (${counted}) as counts`
        : perParent(parameters.parents, counted);
    },
  }),
);

/** The number of everybody's posts in a list, up to one more than is ever shown. */
export async function countPosts(db: Queryable, list: PostList): Promise<number> {
  const [row] = await db.run(postCount(filterShape('none', list)), filterValues(list, null));
  return row?.count ?? 0;
}

/** The number of posts in a list for each author, up to one more than is ever shown. */
export function countByAuthors(db: Queryable, ids: readonly string[], list: PostList): Promise<number[]> {
  return countByParents(db, 'author', ids, list);
}

/** The number of posts in a list for each tag, up to one more than is ever shown. */
export function countByTags(db: Queryable, ids: readonly string[], list: PostList): Promise<number[]> {
  return countByParents(db, 'tag', ids, list);
}

async function countByParents(db: Queryable, parent: Parent, ids: readonly string[], list: PostList) {
  const rows = await db.run(postCount(filterShape(parent, list)), filterValues(list, ids));
  return byId(ids, rows).map((row) => row?.count ?? 0);
}
