import type {
  MutationResolvers,
  QueryResolvers,
  SessionResolvers,
  UserResolvers,
} from '../../generated/resolvers.ts';
import { toGlobalId } from '../../shared/ids.ts';
import { parseId } from '../../shared/node-id.ts';
import { Connection, pageRequest } from '../../shared/pagination/index.ts';
import { selectsItems } from '../../shared/selection.ts';
import { sessionOrder } from './order.ts';
import type { SessionRow } from './repository-sessions.ts';
import * as service from './service.ts';
import * as sessions from './service-sessions.ts';

const Query = {
  viewer: (_, _args, { viewer, loaders }, info) =>
    viewer === null ? null : loaders.userById(info).load(viewer.id),
} satisfies QueryResolvers;

const Mutation = {
  async createUser(_, { input }, context) {
    const user = await service.signUp(context, context.accounts.signUp, input);
    return { ...user, isOwnSignUp: true };
  },
  async signIn(_, { input }, context) {
    return ownSignIn(await sessions.signIn(context, context.accounts, input));
  },
  async refreshSession(_, { refreshToken }, { db, accounts }) {
    return ownSignIn(await sessions.refreshSession(db, accounts, refreshToken));
  },
  signOut: (_, _args, context) => sessions.signOut(context),
  signOutEverywhere: (_, _args, context) => sessions.signOutEverywhere(context),
  revokeSession: (_, { id }, context) => sessions.revokeSession(context, parseId('session', id)),
  changePassword: (_, { input }, context) => sessions.changePassword(context, input),
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
  id: ({ id }) => toGlobalId('session', id),
  isCurrent: ({ id }, _, { viewer }) => viewer?.sessionId === id,
} satisfies SessionResolvers;

export const accountResolvers = { Query, Mutation, User, Session };
