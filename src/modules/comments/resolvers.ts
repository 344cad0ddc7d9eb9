import type {
  CommentResolvers,
  MutationResolvers,
  PostResolvers,
  UserResolvers,
} from '../../generated/resolvers.ts';
import { globalId } from '../../shared/ids.ts';
import { parseId } from '../../shared/node-id.ts';
import { Connection } from '../../shared/pagination/index.ts';
import { related } from '../../shared/related.ts';
import { type SelectionInfo, selectsItems } from '../../shared/selection.ts';
import { postProjections } from '../posts/index.ts';
import { userProjections } from '../users/index.ts';
import { commentProjections, type CommentRow } from './columns.ts';
import { newestComments, parseCommentConnection } from './input.ts';
import { commentOrders } from './order.ts';
import { mayWithComment } from './policy.ts';
import type { CommentList } from './repository-lists.ts';
import * as service from './service.ts';

/** A connection of comments, whose page is read when anything of it is selected. */
async function commentConnection(
  info: SelectionInfo,
  { page, order }: CommentList,
  read: () => Promise<CommentRow[]>,
  count: () => Promise<number>,
): Promise<Connection<CommentRow>> {
  return new Connection(selectsItems(info) ? await read() : [], page, commentOrders[order], count);
}

const Mutation = {
  addComment: (_, { input }, context) => service.addComment(context, input),
  updateComment: (_, { id, input }, context) => service.updateComment(context, parseId('comment', id), input),
  deleteComment: (_, { id }, context) => service.deleteComment(context, parseId('comment', id)),
} satisfies MutationResolvers;

const User = {
  comments({ id }, args, { loaders, viewer }, info) {
    const newest = { ...args, orderBy: 'CREATED_AT_DESC' as const };
    const list = parseCommentConnection(newest, viewer, commentProjections.ofPage(info));
    return commentConnection(
      info,
      list,
      () => loaders.commentsByAuthor(info, list).load(id),
      () => loaders.commentCountByAuthor(info, list).load(id),
    );
  },
} satisfies UserResolvers;

const Post = {
  comments: related('id', ({ limit }, { loaders, viewer }, info) =>
    loaders.commentsByPost(info, newestComments(limit, viewer, commentProjections.at(info))),
  ),
  commentsConnection({ id }, args, { loaders, viewer }, info) {
    const list = parseCommentConnection(args, viewer, commentProjections.ofPage(info));
    return commentConnection(
      info,
      list,
      () => loaders.commentsByPost(info, list).load(id),
      () => loaders.commentListCountByPost(info, list).load(id),
    );
  },
  commentCount: related('id', (_, { loaders }, info) => loaders.commentCountByPost(info)),
} satisfies PostResolvers;

/** An entity of the contract's type `Comment`. */
export interface Comment extends CommentRow {
  readonly __typename?: 'Comment';
}

const Comment = {
  id: globalId('comment'),
  author: related('authorId', (_, { loaders }, info) => loaders.userById(info, userProjections.at(info))),
  post: related('postId', (_, { loaders }, info) => loaders.postById(info, postProjections.at(info))),
  parent: related('answeredId', (_, { loaders }, info) =>
    loaders.commentById(info, commentProjections.at(info)),
  ),
  replies({ id }, args, { loaders, viewer }, info) {
    const oldest = { ...args, orderBy: 'CREATED_AT_ASC' as const };
    const list = parseCommentConnection(oldest, viewer, commentProjections.ofPage(info));
    return commentConnection(
      info,
      list,
      () => loaders.repliesByComment(info, list).load(id),
      () => loaders.replyCountByComment(info, list).load(id),
    );
  },
  viewerCanUpdate: (comment, _, { viewer }) => mayWithComment(viewer, 'update', comment),
  viewerCanDelete: (comment, _, { viewer }) => mayWithComment(viewer, 'delete', comment),
} satisfies CommentResolvers;

export const commentResolvers = { Mutation, User, Post, Comment };
