import type { MutationResolvers, QueryResolvers, UserResolvers } from '../../generated/resolvers.ts';
import { globalId } from '../../shared/ids.ts';
import { parseId } from '../../shared/node-id.ts';
import { Connection, listRequest, pageRequest } from '../../shared/pagination/index.ts';
import { selectsItems } from '../../shared/selection.ts';
import { parseInput, soughtName } from '../../shared/validation.ts';
import type { Viewer } from '../../shared/viewer.ts';
import { userProjections, type UserRow } from './columns.ts';
import { parseUserList } from './input.ts';
import { userOrders } from './order.ts';
import { mayWithUser } from './policy.ts';
import { countUsers, findUserByUsername, pageOfUsers } from './repository.ts';
import * as service from './service.ts';

const Query = {
  user: (_, { id }, { loaders }, info) =>
    loaders.userById(info, userProjections.at(info)).load(parseId('user', id)),
  userByUsername: (_, { username }, { db }, info) =>
    findUserByUsername(db, parseInput(soughtName, username, ['username']), userProjections.at(info)),
  users: (_, { limit }, { db }, info) =>
    pageOfUsers(db, parseUserList(null, 'CREATED_AT_DESC', listRequest(limit), userProjections.at(info))),
  async usersConnection(_, { filter, orderBy, ...args }, { db }, info) {
    const order = userOrders[orderBy];
    const list = parseUserList(filter, orderBy, pageRequest(args, order), userProjections.ofPage(info));
    const rows = selectsItems(info) ? await pageOfUsers(db, list) : [];
    return new Connection(rows, list.page, order, () => countUsers(db, list));
  },
} satisfies QueryResolvers;

const Mutation = {
  updateUser: (_, { id, input }, context) => service.updateUser(context, parseId('user', id), input),
  setUserRole: (_, { id, role }, context) => service.setUserRole(context, parseId('user', id), role),
} satisfies MutationResolvers;

/** An entity of the contract's type `User`. */
export interface User extends UserRow {
  readonly __typename?: 'User';
  /** Set on the answer to a sign-up: whoever signed up sees their own address before they sign in. */
  readonly isOwnSignUp?: boolean;
}

function seesAddress(viewer: Viewer, user: User): boolean {
  return user.isOwnSignUp === true || mayWithUser(viewer, 'readPrivate', user);
}

const User = {
  id: globalId('user'),
  email: (user, _, { viewer }) => (seesAddress(viewer, user) ? user.email : null),
  emailVerifiedAt: (user, _, { viewer }) => (seesAddress(viewer, user) ? user.emailVerifiedAt : null),
  suspendedAt: (user, _, { viewer }) => (mayWithUser(viewer, 'readPrivate', user) ? user.suspendedAt : null),
  viewerCanUpdate: (user, _, { viewer }) => mayWithUser(viewer, 'update', user),
  viewerCanDelete: (user, _, { viewer }) => mayWithUser(viewer, 'delete', user),
  viewerCanManage: (user, _, { viewer }) => mayWithUser(viewer, 'manage', user),
  viewerCanFollow: (user, _, { viewer }) => mayWithUser(viewer, 'follow', user),
} satisfies UserResolvers;

export const userResolvers = { Query, Mutation, User };
