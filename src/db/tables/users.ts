import { type SQL, sql } from 'drizzle-orm';
import { check, index, pgTable, text, uniqueIndex } from 'drizzle-orm/pg-core';
import type { Role } from '../../shared/viewer.ts';
import { namesVector, plainText, primaryId, timestamp, tsvector } from './columns.ts';

export const users = pgTable(
  'users',
  {
    id: primaryId(),
    username: plainText('username').notNull(),
    name: text('name').notNull(),
    bio: text('bio'),
    avatarUrl: text('avatar_url'),
    role: text('role').$type<Role>().notNull(),
    email: text('email'),
    /** When the user proved that the address is theirs; null while they have not. */
    emailVerifiedAt: timestamp('email_verified_at'),
    /** When the role was decided: here, or by the issuer of a token. An older decision does not replace a newer one. */
    roleDecidedAt: timestamp('role_decided_at').notNull().default(sql`now()`),
    suspendedAt: timestamp('suspended_at'),
    createdAt: timestamp('created_at').notNull().default(sql`now()`),
    updatedAt: timestamp('updated_at').notNull().default(sql`now()`),
    searchVector: tsvector('search_vector').generatedAlwaysAs(
      (): SQL =>
        sql`setweight(${namesVector(users.name)}, 'A') || setweight(${namesVector(users.username)}, 'A') || setweight(${namesVector(sql`coalesce(${users.bio}, '')`)}, 'C')`,
    ),
  },
  (t) => [
    uniqueIndex('users_username_key').on(t.username),
    uniqueIndex('users_email_key').on(sql`lower(${t.email})`),
    index('users_created_at_index').on(t.createdAt, t.id),
    index('users_role_index').on(t.role, t.createdAt, t.id),
    index('users_role_username_index').on(t.role, t.username, t.id),
    index('users_search_index').using('gin', t.searchVector),
    check('users_role_check', sql`${t.role} in ('READER', 'AUTHOR', 'EDITOR', 'ADMIN')`),
    check('users_username_check', sql`${t.username} ~ '^[a-z0-9]+(-[a-z0-9]+)*$'`),
  ],
);
