export { commentProjections, type CommentRow } from './columns.ts';
export { commentLoaders } from './loaders.ts';
export { findCommentsByIds } from './repository.ts';
export { type Comment, commentResolvers } from './resolvers.ts';
