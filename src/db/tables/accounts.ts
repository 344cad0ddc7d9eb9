import { sql } from 'drizzle-orm';
import { index, pgTable, text, uuid } from 'drizzle-orm/pg-core';
import { primaryId, timestamp } from './columns.ts';
import { users } from './users.ts';

/** Passwords, apart from the users so that no list of users can carry a hash. */
export const credentials = pgTable('credentials', {
  userId: uuid('user_id')
    .primaryKey()
    .references(() => users.id, { onDelete: 'cascade' }),
  /** An argon2id hash as a PHC string. */
  passwordHash: text('password_hash').notNull(),
  updatedAt: timestamp('updated_at').notNull().default(sql`now()`),
});

export const sessions = pgTable(
  'sessions',
  {
    id: primaryId(),
    userId: uuid('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    createdAt: timestamp('created_at').notNull().default(sql`now()`),
    expiresAt: timestamp('expires_at').notNull(),
    revokedAt: timestamp('revoked_at'),
  },
  (t) => [index('sessions_user_id_index').on(t.userId)],
);
