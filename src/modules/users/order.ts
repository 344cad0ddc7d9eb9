import { isTextKey, isTimeKey, type ListOrder } from '../../shared/pagination/index.ts';
import type { UserRow } from './columns.ts';

/** The orders that lists of users come in, as the contract names them. */
export type UserOrderName = 'CREATED_AT_DESC' | 'CREATED_AT_ASC' | 'USERNAME_ASC' | 'USERNAME_DESC';

const byTime = (name: UserOrderName): ListOrder<UserRow> => ({
  name: `users ${name}`,
  isKey: isTimeKey,
  position: ({ createdAt, id }) => ({ key: createdAt, id }),
});

const byUsername = (name: UserOrderName): ListOrder<UserRow> => ({
  name: `users ${name}`,
  isKey: isTextKey,
  position: ({ username, id }) => ({ key: username, id }),
});

/** What cursors of lists of users hold. */
export const userOrders: Record<UserOrderName, ListOrder<UserRow>> = {
  CREATED_AT_DESC: byTime('CREATED_AT_DESC'),
  CREATED_AT_ASC: byTime('CREATED_AT_ASC'),
  USERNAME_ASC: byUsername('USERNAME_ASC'),
  USERNAME_DESC: byUsername('USERNAME_DESC'),
};
