import { isTimeKey, type ListOrder } from '../../shared/pagination/index.ts';
import type { FollowUserRow } from './repository.ts';

/** What cursors of lists of followers and followed users hold: the latest follow comes first. */
export const followOrder: ListOrder<FollowUserRow> = {
  name: 'FOLLOWED_AT_DESC',
  isKey: isTimeKey,
  position: ({ followedAt, id }) => ({ key: followedAt, id }),
};
