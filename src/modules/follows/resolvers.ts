import type { MutationResolvers, QueryResolvers, UserResolvers } from '../../generated/resolvers.ts';
import { parseId } from '../../shared/node-id.ts';
import {
  Connection,
  type PageArguments,
  type PageRequest,
  pageRequest,
} from '../../shared/pagination/index.ts';
import { related } from '../../shared/related.ts';
import { type SelectionInfo, selectsItems } from '../../shared/selection.ts';
import { signedIn } from '../../shared/viewer.ts';
import { postConnection, postOrders, postProjections } from '../posts/index.ts';
import { userProjections } from '../users/index.ts';
import { followOrder } from './order.ts';
import type { FollowUserRow } from './repository.ts';
import { countFeed, type Feed, pageOfFeed } from './repository-feed.ts';
import * as service from './service.ts';

/** A connection of followers or followed users, whose page is read when anything of it is selected. */
async function followConnection(
  info: SelectionInfo,
  args: PageArguments,
  read: (page: PageRequest) => Promise<FollowUserRow[]>,
  count: () => Promise<number>,
): Promise<Connection<FollowUserRow>> {
  const page = pageRequest(args, followOrder);
  return new Connection(selectsItems(info) ? await read(page) : [], page, followOrder, count);
}

const Query = {
  feed(_, args, { db, viewer }, info) {
    const feed: Feed = {
      followerId: signedIn(viewer).id,
      order: 'PUBLISHED_AT_DESC',
      page: pageRequest(args, postOrders.PUBLISHED_AT_DESC),
      projection: postProjections.ofPage(info),
    };
    return postConnection(
      info,
      feed,
      () => pageOfFeed(db, feed),
      () => countFeed(db, feed),
    );
  },
} satisfies QueryResolvers;

const Mutation = {
  followUser: (_, { id }, context) => service.followUser(context, parseId('user', id)),
  unfollowUser: (_, { id }, context) => service.unfollowUser(context, parseId('user', id)),
} satisfies MutationResolvers;

const User = {
  followers: ({ id }, args, { loaders }, info) =>
    followConnection(
      info,
      args,
      (page) => loaders.followersByUser(info, page, userProjections.ofNodes(info)).load(id),
      () => loaders.followerListCountByUser(info).load(id),
    ),
  following: ({ id }, args, { loaders }, info) =>
    followConnection(
      info,
      args,
      (page) => loaders.followingByUser(info, page, userProjections.ofNodes(info)).load(id),
      () => loaders.followingListCountByUser(info).load(id),
    ),
  followerCount: related('id', (_, { loaders }, info) => loaders.followerCountByUser(info)),
  followingCount: related('id', (_, { loaders }, info) => loaders.followingCountByUser(info)),
  viewerIsFollowing: related('id', (_, { loaders }, info) => loaders.isUserFollowed(info)),
} satisfies UserResolvers;

export const followResolvers = { Query, Mutation, User };
