export { searchResolvers } from './resolvers.ts';
