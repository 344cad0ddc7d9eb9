export { likeLoaders } from './loaders.ts';
export { likeResolvers } from './resolvers.ts';
