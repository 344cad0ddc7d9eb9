import type { MutationResolvers, PostResolvers } from '../../generated/resolvers.ts';
import { parseId } from '../../shared/node-id.ts';
import { related } from '../../shared/related.ts';
import * as service from './service.ts';

const Mutation = {
  likePost: (_, { id }, context) => service.likePost(context, parseId('post', id)),
  unlikePost: (_, { id }, context) => service.unlikePost(context, parseId('post', id)),
} satisfies MutationResolvers;

const Post = {
  likeCount: related('id', (_, { loaders }, info) => loaders.likeCountByPost(info)),
  viewerHasLiked: related('id', (_, { loaders }, info) => loaders.isPostLiked(info)),
} satisfies PostResolvers;

export const likeResolvers = { Mutation, Post };
