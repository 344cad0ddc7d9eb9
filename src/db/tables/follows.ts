import { sql } from 'drizzle-orm';
import { check, index, pgTable, primaryKey, uuid } from 'drizzle-orm/pg-core';
import { timestamp } from './columns.ts';
import { users } from './users.ts';

export const follows = pgTable(
  'follows',
  {
    followerId: uuid('follower_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    followeeId: uuid('followee_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    createdAt: timestamp('created_at').notNull().default(sql`now()`),
  },
  (t) => [
    primaryKey({ name: 'follows_pkey', columns: [t.followerId, t.followeeId] }),
    index('follows_follower_index').on(t.followerId, t.createdAt, t.followeeId),
    index('follows_followee_index').on(t.followeeId, t.createdAt, t.followerId),
    check('follows_self_check', sql`${t.followerId} <> ${t.followeeId}`),
  ],
);
