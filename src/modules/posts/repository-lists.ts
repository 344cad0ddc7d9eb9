import { and, eq, type SQL, sql } from 'drizzle-orm';
import type { PgColumn } from 'drizzle-orm/pg-core';
import {
  build,
  byId,
  byParent,
  cappedCount,
  countSelection,
  isMatch,
  keyset,
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
    status: statuses === null ? 'published' : statuses.includes('PUBLISHED') ? 'any' : 'others',
    author: authorId !== null,
    tag: tag !== null,
    from: from !== null,
    until: until !== null,
    text: text !== null,
  };
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
 * The columns that say where a post stands. Where a list begins at a tag they are those kept beside the tag, so that
 * it is one range of their index.
 */
function listingOf({ parent, tag }: FilterShape) {
  return parent === 'tag' || tag
    ? { isTagged: true, status: postTags.status, listedAt: postTags.listedAt, id: postTags.postId }
    : { isTagged: false, status: posts.status, listedAt: posts.listedAt, id: posts.id };
}

function selectPosts(shape: FilterShape, columns: Partial<typeof postColumns>) {
  const query = build
    .select(columns as typeof postColumns)
    .from(posts)
    .$dynamic();
  return listingOf(shape).isTagged ? query.innerJoin(postTags, eq(postTags.postId, posts.id)) : query;
}

function conditions(shape: FilterShape, p: FilterPlaceholders): SQL | undefined {
  const { status, listedAt } = listingOf(shape);
  const tagId = sql`(select ${tags.id} from ${tags} where ${tags.slug} = ${p.tag})`;
  return and(
    shape.parent === 'author' ? sql`${posts.authorId} = parent.id` : undefined,
    shape.parent === 'tag' ? sql`${postTags.tagId} = parent.id` : undefined,
    shape.tag ? tagCondition(shape, tagId) : undefined,
    shape.author ? sql`${posts.authorId} = ${p.authorId}` : undefined,
    shape.status === 'published' ? sql`${status} = 'PUBLISHED'` : statusCondition(shape, status, p),
    shape.from ? sql`${listedAt} >= ${p.from}` : undefined,
    shape.until ? sql`${listedAt} < ${p.until}` : undefined,
    shape.text ? isMatch(posts.searchVector, proseQuery(p)) : undefined,
  );
}

function tagCondition({ parent }: FilterShape, tagId: SQL): SQL {
  if (parent !== 'tag') return sql`${postTags.tagId} = ${tagId}`;
  return sql`exists (select from post_tags as other where other.post_id = ${posts.id} and other.tag_id = ${tagId})`;
}

/** The states asked for, as far as the viewer sees them. Who sees no others needs no look at each row. */
function statusCondition(shape: FilterShape, status: PgColumn, p: FilterPlaceholders): SQL | undefined {
  const asked = sql`${status} = any(${p.statuses})`;
  if (shape.status === 'any') return and(asked, isVisible(shape.scope, p.viewerId));
  if (shape.scope === 'published') return sql`false`;
  if (shape.scope === 'own') return and(asked, sql`${posts.authorId} = ${p.viewerId}`);
  // Said in the words of the index that has these posts alone.
  return and(asked, sql`${status} <> 'PUBLISHED'`);
}

function sortOrder(shape: FilterShape, order: PostOrderName): SortOrder {
  const { listedAt, id } = listingOf(shape);
  return {
    key: sql`${listedAt}`,
    keyType: 'timestamptz',
    id: sql`${id}`,
    descending: order === 'PUBLISHED_AT_DESC',
  };
}

/** Whether a list is a range of an index: no more rows are read than a page has, and none but those that are counted. */
function isRange({ parent, status, author, tag, text }: FilterShape): boolean {
  return status === 'published' && !text && [parent !== 'none', author, tag].filter(Boolean).length <= 1;
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
      byKeys: isRange(shape) && isShort(shape.projection),
      query(parameters, { parentId: _, ...columns }) {
        const { range, orderBy, limit } = keyset(sortOrder(shape, shape.order), shape, parameters);
        const page = selectPosts(shape, columns)
          .where(and(conditions(shape, parameters), range))
          .orderBy(...orderBy)
          .limit(limit);
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

const postCount = statementVariants((shape: FilterShape) =>
  statement({
    name: `posts_count_${shape.parent}`,
    parameters: filterParameters,
    selection: { id: sql<string>`id`.as('id'), ...countSelection },
    byIndexes: isRange(shape),
    query(parameters) {
      const counted = cappedCount(selectPosts(shape, {}).where(conditions(shape, parameters)));
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
