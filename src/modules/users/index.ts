export { userColumns, userProjections, type UserRow } from './columns.ts';
export { avatarUrl, bio, parseUserList, userName, username } from './input.ts';
export { userLoaders } from './loaders.ts';
export { lockAccount, lockUser, lockViewer, type UserChange } from './lock.ts';
export { userOrders } from './order.ts';
export { findUserByUsername, findUsersByIds, pageOfUsers } from './repository.ts';
export { type Account, isActiveSession } from './repository-write-lock.ts';
export { deleteUserRow, updateUserSuspension } from './repository-write.ts';
export { type User, userResolvers } from './resolvers.ts';
export {
  applyRoleDecision,
  changeUser,
  type ServiceContext,
  setUserRole,
  usernameConflict,
} from './service.ts';
