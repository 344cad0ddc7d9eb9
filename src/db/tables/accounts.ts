import { sql } from 'drizzle-orm';
import { check, index, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core';
import { plainText, primaryId, timestamp } from './columns.ts';
import { users } from './users.ts';

/** Passwords, apart from the users so that no list of users can carry a hash. */
export const credentials = pgTable('credentials', {
  userId: uuid('user_id')
    .primaryKey()
    .references(() => users.id, { onDelete: 'cascade' }),
  /** An argon2id hash as a PHC string. */
  passwordHash: text('password_hash').notNull(),
  /** When the password was set, a different time for each password of a user. Hashing it again keeps the time. */
  updatedAt: timestamp('updated_at').notNull().default(sql`now()`),
  /** When it was set by a mailed link; null where it was not, and as soon as somebody signs in with it. */
  resetAt: timestamp('reset_at'),
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

/** What a mailed link is for: proving the address of an account, setting a new password, proving a new address. */
export const emailLinkPurposes = ['VERIFY_EMAIL', 'RESET_PASSWORD', 'CHANGE_EMAIL'] as const;

/** The links that were mailed and are good for something still; using one deletes all of its user and purpose. */
export const emailLinks = pgTable(
  'email_links',
  {
    /** SHA-256 of the link's token, in hexadecimal. */
    hash: plainText('hash').primaryKey(),
    userId: uuid('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    purpose: text('purpose').$type<(typeof emailLinkPurposes)[number]>().notNull(),
    /** The address that the link was sent to, and proves. */
    email: text('email').notNull(),
    expiresAt: timestamp('expires_at').notNull(),
  },
  (t) => [
    index('email_links_user_index').on(t.userId, t.purpose),
    check(
      'email_links_purpose_check',
      sql`${t.purpose} in ('VERIFY_EMAIL', 'RESET_PASSWORD', 'CHANGE_EMAIL')`,
    ),
  ],
);

/** The users of other issuers' tokens. The row of a deleted user stays, so that an old token does not create them again. */
export const externalIdentities = pgTable(
  'external_identities',
  {
    issuer: plainText('issuer').notNull(),
    /** What the issuer calls the user. */
    subject: plainText('subject').notNull(),
    /** Null once the user was deleted. */
    userId: uuid('user_id').references(() => users.id, { onDelete: 'set null' }),
    createdAt: timestamp('created_at').notNull().default(sql`now()`),
  },
  (t) => [
    primaryKey({ columns: [t.issuer, t.subject] }),
    index('external_identities_user_id_index').on(t.userId),
  ],
);
