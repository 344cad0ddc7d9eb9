import type {
  MutationResolvers,
  PostResolvers,
  QueryResolvers,
  TagResolvers,
  UserResolvers,
} from '../../generated/resolvers.ts';
import { derived } from '../../shared/derived.ts';
import { globalId } from '../../shared/ids.ts';
import { parseId } from '../../shared/node-id.ts';
import { Connection } from '../../shared/pagination/index.ts';
import { related } from '../../shared/related.ts';
import { type SelectionInfo, selectsItems } from '../../shared/selection.ts';
import { parseInput, soughtName } from '../../shared/validation.ts';
import type { Viewer } from '../../shared/viewer.ts';
import { tagProjections } from '../tags/index.ts';
import { userProjections } from '../users/index.ts';
import { type PostRow, postProjections } from './columns.ts';
import { newestPosts, parsePostConnection } from './input.ts';
import { postOrders } from './order.ts';
import { canWithPost, type PostAction, visibleTo } from './policy.ts';
import { findPostBySlug } from './repository.ts';
import { countPosts, pageOfPosts, type PostList } from './repository-lists.ts';
import * as service from './service.ts';

/** A connection of posts, whose page is read when anything of it is selected. */
export async function postConnection(
  info: SelectionInfo,
  { page, order }: Pick<PostList, 'page' | 'order'>,
  read: () => Promise<PostRow[]>,
  count: () => Promise<number>,
): Promise<Connection<PostRow>> {
  return new Connection<PostRow>(selectsItems(info) ? await read() : [], page, postOrders[order], count);
}

const Query = {
  post: (_, { id }, { loaders }, info) =>
    loaders.postById(info, postProjections.at(info)).load(parseId('post', id)),
  postBySlug: (_, { slug }, { db, viewer }, info) =>
    findPostBySlug(db, parseInput(soughtName, slug, ['slug']), visibleTo(viewer), postProjections.at(info)),
  posts: (_, { limit }, { db, viewer }, info) =>
    pageOfPosts(db, newestPosts(limit, viewer, postProjections.at(info))),
  postsConnection(_, args, { db, viewer }, info) {
    const list = parsePostConnection(args, viewer, postProjections.ofPage(info));
    return postConnection(
      info,
      list,
      () => pageOfPosts(db, list),
      () => countPosts(db, list),
    );
  },
} satisfies QueryResolvers;

const Mutation = {
  createPost: (_, { input }, context) => service.createPost(context, input),
  updatePost: (_, { id, input, expectedVersion }, context) =>
    service.updatePost(context, parseId('post', id), input, expectedVersion ?? null),
  publishPost: (_, { id, slug }, context) => service.publishPost(context, parseId('post', id), slug ?? null),
  unpublishPost: (_, { id }, context) => service.unpublishPost(context, parseId('post', id)),
  archivePost: (_, { id }, context) => service.archivePost(context, parseId('post', id)),
  deletePost: (_, { id }, context) => service.deletePost(context, parseId('post', id)),
} satisfies MutationResolvers;

const User = {
  posts: related('id', ({ limit }, { loaders, viewer }, info) =>
    loaders.postsByAuthor(info, newestPosts(limit, viewer, postProjections.at(info))),
  ),
  postsConnection({ id }, args, { loaders, viewer }, info) {
    const list = parsePostConnection(args, viewer, postProjections.ofPage(info));
    return postConnection(
      info,
      list,
      () => loaders.postsByAuthor(info, list).load(id),
      () => loaders.postCountByAuthor(info, list).load(id),
    );
  },
} satisfies UserResolvers;

const Tag = {
  posts: related('id', ({ limit }, { loaders, viewer }, info) =>
    loaders.postsByTag(info, newestPosts(limit, viewer, postProjections.at(info))),
  ),
  postsConnection({ id }, args, { loaders, viewer }, info) {
    const list = parsePostConnection(args, viewer, postProjections.ofPage(info));
    return postConnection(
      info,
      list,
      () => loaders.postsByTag(info, list).load(id),
      () => loaders.postListCountByTag(info, list).load(id),
    );
  },
  postCount: related('id', (_, { loaders }, info) => loaders.postCountByTag(info)),
} satisfies TagResolvers;

/** An entity of the contract's type `Post`. */
export interface Post extends PostRow {
  readonly __typename?: 'Post';
}

const Post = {
  id: globalId('post'),
  publishedAt: derived(({ status, publishedAt }) => (status === 'DRAFT' ? null : publishedAt)),
  author: related('authorId', (_, { loaders }, info) => loaders.userById(info, userProjections.at(info))),
  contributors: related('id', (_, { loaders }, info) =>
    loaders.contributorsByPost(info, userProjections.at(info)),
  ),
  tags: related('id', (_, { loaders }, info) => loaders.tagsByPost(info, tagProjections.at(info))),
  viewerCanUpdate: viewerCan('update'),
  viewerCanPublish: viewerCan('publish'),
  viewerCanUnpublish: viewerCan('unpublish'),
  viewerCanArchive: viewerCan('archive'),
  viewerCanDelete: viewerCan('delete'),
  viewerCanComment: viewerCan('comment'),
  viewerCanLike: viewerCan('like'),
} satisfies PostResolvers;

function viewerCan(action: PostAction) {
  return (post: PostRow, _: unknown, { viewer }: { viewer: Viewer }) => canWithPost(viewer, action, post);
}

export const postResolvers = { Query, Mutation, User, Tag, Post };
