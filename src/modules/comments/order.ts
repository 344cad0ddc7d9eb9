import { isTimeKey, type ListOrder } from '../../shared/pagination/index.ts';
import type { CommentRow } from './columns.ts';

/** The orders that lists of comments come in, as the contract names them. */
export type CommentOrderName = 'CREATED_AT_DESC' | 'CREATED_AT_ASC';

const byTime = (name: CommentOrderName): ListOrder<CommentRow> => ({
  name: `comments ${name}`,
  isKey: isTimeKey,
  position: ({ createdAt, id }) => ({ key: createdAt, id }),
});

/** What cursors of lists of comments hold. */
export const commentOrders: Record<CommentOrderName, ListOrder<CommentRow>> = {
  CREATED_AT_DESC: byTime('CREATED_AT_DESC'),
  CREATED_AT_ASC: byTime('CREATED_AT_ASC'),
};
