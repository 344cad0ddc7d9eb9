export { followLoaders } from './loaders.ts';
export { followResolvers } from './resolvers.ts';
