export { userColumns, userProjections, type UserRow } from './columns.ts';
export { avatarUrl, bio, parseUserList, userName, username } from './input.ts';
export { userLoaders } from './loaders.ts';
export { userOrders } from './order.ts';
export { findUserByUsername, findUsersByIds, pageOfUsers } from './repository.ts';
export { type User, userResolvers } from './resolvers.ts';
export { applyRoleDecision, type ServiceContext, setUserRole, usernameConflict } from './service.ts';
