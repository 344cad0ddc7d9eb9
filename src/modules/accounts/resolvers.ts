import type {
  MutationResolvers,
  QueryResolvers,
  SessionResolvers,
  UserResolvers,
} from '../../generated/resolvers.ts';
import { globalId } from '../../shared/ids.ts';
import { parseId } from '../../shared/node-id.ts';
import { Connection, pageRequest } from '../../shared/pagination/index.ts';
import { selectsItems } from '../../shared/selection.ts';
import { userProjections } from '../users/index.ts';
import { sessionOrder } from './order.ts';
import type { SessionRow } from './repository-sessions.ts';
import * as service from './service.ts';
import * as recovery from './service-recovery.ts';
import * as sessions from './service-sessions.ts';
import * as standing from './service-standing.ts';

const Query = {
  viewer: (_, _args, { viewer, loaders }, info) =>
    viewer === null ? null : loaders.userById(info, userProjections.at(info)).load(viewer.id),
} satisfies QueryResolvers;

const Mutation = {
  async createUser(_, { input }, context) {
    const user = await service.signUp(context, context.accounts, input);
    return { ...user, isOwnSignUp: true };
  },
  async signIn(_, { input }, context) {
    return ownSignIn(await sessions.signIn(context, context.accounts, input));
  },
  async refreshSession(_, { refreshToken }, context) {
    return ownSignIn(await sessions.refreshSession(context, context.accounts, refreshToken));
  },
  signOut: (_, _args, context) => sessions.signOut(context),
  signOutEverywhere: (_, _args, context) => sessions.signOutEverywhere(context),
  revokeSession: (_, { id }, context) => sessions.revokeSession(context, parseId('session', id)),
  changePassword: (_, { input }, context) => sessions.changePassword(context, context.accounts, input),
  requestEmailVerification: (_, _args, context) =>
    recovery.requestEmailVerification(context, context.accounts),
  verifyEmail: (_, { token }, context) => recovery.verifyEmail(context, token),
  async requestPasswordReset(_, { email }, context) {
    await recovery.requestPasswordReset(context, context.accounts, email);
    return true;
  },
  async resetPassword(_, { input }, context) {
    const user = await recovery.resetPassword(context, context.accounts, input);
    return { ...user, isOwnSignUp: true };
  },
  changeEmail: (_, { input }, context) => recovery.changeEmail(context, context.accounts, input),
  confirmEmailChange: (_, { token }, context) => recovery.confirmEmailChange(context, token),
  deleteUser: (_, { id, password = null }, context) =>
    standing.deleteUser(context, context.accounts, parseId('user', id), password),
  suspendUser: (_, { id }, context) => standing.suspendUser(context, parseId('user', id)),
  reinstateUser: (_, { id }, context) => standing.reinstateUser(context, parseId('user', id)),
} satisfies MutationResolvers;

function ownSignIn({ user, ...tokens }: sessions.SignedIn) {
  return { ...tokens, user: { ...user, isOwnSignUp: true } };
}

const User = {
  async sessions({ id }, args, { loaders }, info) {
    const page = pageRequest(args, sessionOrder);
    const rows = selectsItems(info) ? await loaders.sessionsByUser(info, page).load(id) : [];
    return new Connection(rows, page, sessionOrder, () => loaders.sessionCountByUser(info).load(id));
  },
} satisfies UserResolvers;

/** An entity of the contract's type `Session`. */
export interface Session extends SessionRow {
  readonly __typename?: 'Session';
}

const Session = {
  id: globalId('session'),
  isCurrent: ({ id }, _, { viewer }) => viewer?.sessionId === id,
} satisfies SessionResolvers;

export const accountResolvers = { Query, Mutation, User, Session };
