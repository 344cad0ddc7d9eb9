import { sql } from 'drizzle-orm';
import { index, pgTable, primaryKey, uuid } from 'drizzle-orm/pg-core';
import { timestamp } from './columns.ts';
import { posts } from './posts.ts';
import { users } from './users.ts';

export const likes = pgTable(
  'likes',
  {
    postId: uuid('post_id')
      .notNull()
      .references(() => posts.id, { onDelete: 'cascade' }),
    userId: uuid('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    createdAt: timestamp('created_at').notNull().default(sql`now()`),
  },
  (t) => [
    primaryKey({ name: 'likes_pkey', columns: [t.postId, t.userId] }),
    index('likes_user_id_index').on(t.userId),
  ],
);
