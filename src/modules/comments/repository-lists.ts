import { and, type SQL, sql } from 'drizzle-orm';
import {
  build,
  byId,
  byParent,
  cappedCount,
  countSelection,
  keyset,
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

function conditions(shape: FilterShape, p: Placeholders<typeof filterParameters>): SQL | undefined {
  return and(
    sql`${parentColumns[shape.parent]} = parent.id`,
    isVisible(shape.scope, p.viewerId),
    shape.author ? sql`${comments.authorId} = ${p.authorId}` : undefined,
    shape.topLevel === null
      ? undefined
      : sql`(${comments.parentId} is null) = ${sql.raw(String(shape.topLevel))}`,
  );
}

/** Whether a list is a range of an index: no more rows are read than a page has, and none but those that are counted. */
function isRange({ author, topLevel }: FilterShape): boolean {
  return !author && topLevel === null;
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
      byKeys: isRange(shape),
      query(parameters, { parentId: _, ...columns }) {
        const { range, orderBy, limit } = keyset(sortOrders[shape.order], shape, parameters);
        const page = build
          .select(columns)
          .from(comments)
          .where(and(conditions(shape, parameters), range))
          .orderBy(...orderBy)
          .limit(limit);
        return perParent(parameters.parents, page);
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
    byIndexes: isRange(shape),
    query: (parameters) =>
      perParent(
        parameters.parents,
        cappedCount(build.select({ one: sql`1` }).from(comments).where(conditions(shape, parameters))),
      ),
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
