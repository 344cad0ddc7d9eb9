export { avatarUrl, bio, userName, username } from './input.ts';
export { userLoaders } from './loaders.ts';
export { userOrders } from './order.ts';
export { findUsersByIds, userColumns, type UserRow } from './repository.ts';
export { type User, userResolvers } from './resolvers.ts';
export { type ServiceContext, usernameConflict } from './service.ts';
