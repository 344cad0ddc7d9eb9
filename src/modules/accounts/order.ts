import { isTimeKey, type ListOrder } from '../../shared/pagination/index.ts';
import type { SessionRow } from './repository-sessions.ts';

/** What cursors of lists of sessions hold: the newest session comes first. */
export const sessionOrder: ListOrder<SessionRow> = {
  name: 'sessions CREATED_AT_DESC',
  isKey: isTimeKey,
  position: ({ createdAt, id }) => ({ key: createdAt, id }),
};
