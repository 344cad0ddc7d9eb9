import type { MutationResolvers, QueryResolvers } from '../../generated/resolvers.ts';
import * as service from './service.ts';

const Query = {
  viewer: (_, _args, { viewer, loaders }, info) =>
    viewer === null ? null : loaders.userById(info).load(viewer.id),
} satisfies QueryResolvers;

const Mutation = {
  async createUser(_, { input }, context) {
    const user = await service.signUp(context, context.accounts.signUp, input);
    return { ...user, isOwnSignUp: true };
  },
  async signIn(_, { input }, { db, accounts }) {
    const { user, token, expiresAt } = await service.signIn(db, accounts, input);
    return { accessToken: token, accessTokenExpiresAt: expiresAt, user: { ...user, isOwnSignUp: true } };
  },
} satisfies MutationResolvers;

export const accountResolvers = { Query, Mutation };
