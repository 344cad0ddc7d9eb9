export { postColumns, postProjections, type PostRow } from './columns.ts';
export { newPost, ownExcerpt, slug as postSlug } from './input.ts';
export { postLoaders } from './loaders.ts';
export { type PostOrderName, postOrders } from './order.ts';
export { type PostScope, visibleTo } from './policy.ts';
export { findPostsByIds, isVisible as isPostVisible } from './repository.ts';
export { lockPostById } from './repository-write.ts';
export { type Post, postConnection, postResolvers } from './resolvers.ts';
export { draftSlug, excerptFrom, holdPublishedPost, linkPost, renderPost, slugOfTitle } from './service.ts';
