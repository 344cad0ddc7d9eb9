import { sql } from 'drizzle-orm';
import { index, pgTable, text, uuid } from 'drizzle-orm/pg-core';
import { plainText, primaryId, timestamp } from './columns.ts';
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
    /** What signed in, as its `User-Agent` says; null where it says nothing. */
    device: text('device'),
    createdAt: timestamp('created_at').notNull().default(sql`now()`),
    lastUsedAt: timestamp('last_used_at').notNull().default(sql`now()`),
    expiresAt: timestamp('expires_at').notNull(),
    revokedAt: timestamp('revoked_at'),
  },
  (t) => [index('sessions_user_index').on(t.userId, t.createdAt, t.id)],
);

/**
 * Refresh tokens, each good for one use; those of a session are a family. Used ones stay as long as the session, so that
 * a second use is noticed.
 */
export const refreshTokens = pgTable(
  'refresh_tokens',
  {
    /** SHA-256 of the token, in hexadecimal. */
    hash: plainText('hash').primaryKey(),
    sessionId: uuid('session_id')
      .notNull()
      .references(() => sessions.id, { onDelete: 'cascade' }),
    usedAt: timestamp('used_at'),
    /** What the next token was made with, out of this one; null until it is used. */
    salt: text('salt'),
  },
  (t) => [index('refresh_tokens_session_id_index').on(t.sessionId)],
);
