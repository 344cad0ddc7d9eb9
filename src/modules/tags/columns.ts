import type { RowOf } from '../../db/index.ts';
import { tags } from '../../db/tables/index.ts';
import type { TagResolvers } from '../../generated/resolvers.ts';
import { Projections } from '../../shared/projection.ts';

/** The columns of a tag; the full-text index is not among them. */
export const tagColumns = { id: tags.id, slug: tags.slug, name: tags.name, createdAt: tags.createdAt };

export type TagRow = RowOf<typeof tagColumns>;

/** Fields of `Tag` need the column of their name, or the identifier alone. */
export const tagProjections = new Projections<keyof TagRow, keyof TagResolvers>(tagColumns, {
  cursors: ['createdAt', 'slug'],
});
