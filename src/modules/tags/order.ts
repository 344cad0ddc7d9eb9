import { isTextKey, isTimeKey, type ListOrder } from '../../shared/pagination/index.ts';
import type { TagRow } from './columns.ts';

/** The orders that lists of tags come in, as the contract names them. */
export type TagOrderName = 'CREATED_AT_DESC' | 'CREATED_AT_ASC' | 'SLUG_ASC' | 'SLUG_DESC';

const byTime = (name: TagOrderName): ListOrder<TagRow> => ({
  name: `tags ${name}`,
  isKey: isTimeKey,
  position: ({ createdAt, id }) => ({ key: createdAt, id }),
});

const bySlug = (name: TagOrderName): ListOrder<TagRow> => ({
  name: `tags ${name}`,
  isKey: isTextKey,
  position: ({ slug, id }) => ({ key: slug, id }),
});

/** What cursors of lists of tags hold. */
export const tagOrders: Record<TagOrderName, ListOrder<TagRow>> = {
  CREATED_AT_DESC: byTime('CREATED_AT_DESC'),
  CREATED_AT_ASC: byTime('CREATED_AT_ASC'),
  SLUG_ASC: bySlug('SLUG_ASC'),
  SLUG_DESC: bySlug('SLUG_DESC'),
};
