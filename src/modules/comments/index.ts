export { commentLoaders } from './loaders.ts';
export { type CommentProjection, type CommentRow, findCommentsByIds } from './repository.ts';
export { type Comment, commentProjection, commentResolvers } from './resolvers.ts';
