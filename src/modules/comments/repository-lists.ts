import { and, type SQL, sql } from 'drizzle-orm';
import {
  build,
  byId,
  byParent,
  cappedCount,
  countSelection,
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
  type Queryable,
  type SortOrder,
  statement,
  statementVariants,
  unionOf,
} from '../../db/index.ts';
import { comments } from '../../db/tables/index.ts';
import type { PageRequest } from '../../shared/pagination/index.ts';
import type { Projection } from '../../shared/projection.ts';
import type { PostScope } from '../posts/index.ts';
import { commentColumns, type CommentRow } from './columns.ts';
import type { CommentOrderName } from './order.ts';
import { isVisible } from './repository.ts';

/** Which comments a list holds. Null stands for any. */
export interface CommentFilterValues {
  readonly authorId: string | null;
  readonly topLevel: boolean | null;
}

/** Which comments to list for whom, in which order, and which page of them. */
export interface CommentList {
  readonly filter: CommentFilterValues;
  readonly scope: PostScope;
  readonly order: CommentOrderName;
  readonly page: PageRequest;
  readonly projection: Projection;
}

const parentColumns = { post: comments.postId, author: comments.authorId, comment: comments.parentId };

/** Whose comments: those under posts, those of authors, or the answers to comments. */
type Parent = keyof typeof parentColumns;

interface FilterShape {
  readonly parent: Parent;
  readonly scope: PostScope['kind'];
  readonly author: boolean;
  readonly topLevel: boolean | null;
}

const filterParameters = { parents: 'uuid[]', viewerId: 'uuid', authorId: 'uuid' } as const;

function filterShape(parent: Parent, { filter, scope }: CommentList): FilterShape {
  return {
    parent,
    // Who has a post or a comment sees all that stands under it.
    scope: parent === 'author' ? scope.kind : 'all',
    author: filter.authorId !== null,
    topLevel: filter.topLevel,
  };
}

function filterValues({ filter, scope }: CommentList, parents: readonly string[]) {
  return { parents, viewerId: scope.viewerId, authorId: filter.authorId };
}

/** Whether comments answer others: what a list holds, or each of both where an index has only one of them in order. */
function levelsOf({ author, topLevel }: FilterShape): (boolean | null)[] {
  return author && topLevel === null ? [true, false] : [topLevel];
}

function conditions(
  shape: FilterShape,
  topLevel: boolean | null,
  p: Placeholders<typeof filterParameters>,
): SQL | undefined {
  return and(
    sql`${parentColumns[shape.parent]} = parent.id`,
    isVisible(shape.scope, p.viewerId),
    shape.author ? sql`${comments.authorId} = ${p.authorId}` : undefined,
    topLevel === null ? undefined : sql`${comments.parentId} is ${sql.raw(topLevel ? 'null' : 'not null')}`,
  );
}

/** Whether every comment that is read is in the list. Comments of an author may be under posts that are not public. */
function isBounded({ scope }: FilterShape): boolean {
  return scope === 'all';
}

const sortOrders: Record<CommentOrderName, SortOrder> = {
  CREATED_AT_DESC: { key: comments.createdAt, keyType: 'timestamptz', id: comments.id, descending: true },
  CREATED_AT_ASC: { key: comments.createdAt, keyType: 'timestamptz', id: comments.id, descending: false },
};

const commentPage = statementVariants(
  (shape: FilterShape & PageShape & { order: CommentOrderName; projection: Projection }) =>
    statement({
      name: `comments_page_${shape.parent}`,
      parameters: { ...filterParameters, ...pageParameters },
      selection: { parentId, ...commentColumns },
      projection: shape.projection,
      byKeys: isBounded(shape),
      byIndexes: true,
      query(parameters, { parentId: _, ...columns }) {
        const sort = sortOrders[shape.order];
        const { range, orderBy, limit } = keyset(sort, shape, parameters);
        const select = build.select(columns).from(comments);
        const [level = null, ...others] = levelsOf(shape);
        if (others.length === 0) {
          const where = and(conditions(shape, level, parameters), range);
          return perParent(
            parameters.parents,
            select
              .where(where)
              .orderBy(...orderBy)
              .limit(limit),
          );
        }
        const ranges = [level, ...others].map(
          (topLevel) => sql`select ${comments.id} as id, ${comments.createdAt} as key from ${comments}
            where ${and(conditions(shape, topLevel, parameters), range)}
            order by ${sql.join(orderBy, sql`, `)} limit ${limit}`,
        );
        const page = sql`(${mergedPage(ranges, sort, shape)}) as merged`;
        return perParent(
          parameters.parents,
          select.innerJoin(page, sql`merged.id = ${comments.id}`).orderBy(...orderBy),
        );
      },
    }),
);

async function readPage(
  db: Queryable,
  parent: Parent,
  ids: readonly string[],
  list: CommentList,
): Promise<CommentRow[][]> {
  const { page, order, projection } = list;
  const shape = Object.assign(filterShape(parent, list), pageShape(page), { order, projection });
  return byParent(
    ids,
    await db.run(commentPage(shape), Object.assign(filterValues(list, ids), pageValues(page))),
  );
}

/** One page of comments for each post, which the viewer must see. */
export function pageByPosts(
  db: Queryable,
  ids: readonly string[],
  list: CommentList,
): Promise<CommentRow[][]> {
  return readPage(db, 'post', ids, list);
}

/** One page of comments for each author. */
export function pageByAuthors(
  db: Queryable,
  ids: readonly string[],
  list: CommentList,
): Promise<CommentRow[][]> {
  return readPage(db, 'author', ids, list);
}

/** One page of the answers to each comment, which the viewer must see. */
export function pageOfReplies(
  db: Queryable,
  ids: readonly string[],
  list: CommentList,
): Promise<CommentRow[][]> {
  return readPage(db, 'comment', ids, list);
}

const commentCount = statementVariants((shape: FilterShape) =>
  statement({
    name: `comments_count_${shape.parent}`,
    parameters: filterParameters,
    selection: { id: sql<string>`id`.as('id'), ...countSelection },
    byIndexes: true,
    query(parameters) {
      const levels = levelsOf(shape).map(
        (topLevel) =>
          sql`select ${comments.id} from ${comments} where ${conditions(shape, topLevel, parameters)} limit ${maxCounted}`,
      );
      return perParent(parameters.parents, cappedCount(sql`select 1 from (${unionOf(levels)}) as listed`));
    },
  }),
);

async function readCount(
  db: Queryable,
  parent: Parent,
  ids: readonly string[],
  list: CommentList,
): Promise<number[]> {
  const rows = await db.run(commentCount(filterShape(parent, list)), filterValues(list, ids));
  return byId(ids, rows).map((row) => row?.count ?? 0);
}

/** The number of comments in a list for each post, up to one more than is ever shown. */
export function countByPosts(db: Queryable, ids: readonly string[], list: CommentList): Promise<number[]> {
  return readCount(db, 'post', ids, list);
}

/** The number of comments in a list for each author, up to one more than is ever shown. */
export function countByAuthors(db: Queryable, ids: readonly string[], list: CommentList): Promise<number[]> {
  return readCount(db, 'author', ids, list);
}

/** The number of answers to each comment, up to one more than is ever shown. */
export function countReplies(db: Queryable, ids: readonly string[], list: CommentList): Promise<number[]> {
  return readCount(db, 'comment', ids, list);
}
