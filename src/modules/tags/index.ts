export { tagColumns, tagProjections, type TagRow } from './columns.ts';
export { tagNames, tagSlug, tagSlugs } from './input.ts';
export { tagLoaders } from './loaders.ts';
export { visibleTo as visibleTagsTo } from './policy.ts';
export { findTagsByIds, isTagVisible } from './repository.ts';
export { deletedAtOnce, deleteUncarriedTags, ensureTags } from './repository-write.ts';
export { type Tag, tagResolvers } from './resolvers.ts';
