import { z } from 'zod';
import type { CommentFilter } from '../../generated/resolvers.ts';
import { listRequest, type PageArguments, pageRequest } from '../../shared/pagination/index.ts';
import type { Projection } from '../../shared/projection.ts';
import { idOf, parseInput, textOf } from '../../shared/validation.ts';
import type { Viewer } from '../../shared/viewer.ts';
import { visibleTo } from '../posts/index.ts';
import { type CommentOrderName, commentOrders } from './order.ts';
import type { CommentFilterValues, CommentList } from './repository-lists.ts';

const body = textOf('The text', { min: 1, max: 10_000 });

/** What a new comment is made of. */
export const newComment = z.object({
  postId: idOf('post'),
  parentId: idOf('comment')
    .nullish()
    .transform((id) => id ?? null),
  body,
});

/** What a change of a comment holds. */
export const commentChanges = z.object({ body });

const filterSchema = z.object({
  author: idOf('user')
    .nullish()
    .transform((id) => id ?? null),
  topLevel: z
    .boolean()
    .nullish()
    .transform((topLevel) => topLevel ?? null),
});

/** @throws {AppError} `BAD_USER_INPUT` when the filter is not valid. */
function parseCommentFilter(filter: CommentFilter | null | undefined): CommentFilterValues {
  const { author, topLevel } = parseInput(filterSchema, filter ?? {}, ['filter']);
  return { authorId: author, topLevel };
}

/** The arguments of a field that is a connection of comments. */
export interface CommentConnectionArguments extends PageArguments {
  readonly filter?: CommentFilter | null;
  readonly orderBy: CommentOrderName;
}

/** @throws {AppError} `BAD_USER_INPUT` when the filter or the page is not valid. */
export function parseCommentConnection(
  { filter, orderBy, ...args }: CommentConnectionArguments,
  viewer: Viewer,
  projection: Projection,
): CommentList {
  const page = pageRequest(args, commentOrders[orderBy]);
  return { filter: parseCommentFilter(filter), scope: visibleTo(viewer), order: orderBy, page, projection };
}

/** The newest comments. @throws {AppError} `BAD_USER_INPUT` when the limit is not 1 to 100. */
export function newestComments(
  limit: number | null | undefined,
  viewer: Viewer,
  projection: Projection,
): CommentList {
  return {
    filter: { authorId: null, topLevel: null },
    scope: visibleTo(viewer),
    order: 'CREATED_AT_DESC',
    page: listRequest(limit),
    projection,
  };
}
