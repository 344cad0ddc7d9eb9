import { sql } from 'drizzle-orm';
import { type AnyPgColumn, index, pgTable, smallint, text, uuid } from 'drizzle-orm/pg-core';
import { primaryId, timestamp } from './columns.ts';
import { posts } from './posts.ts';
import { users } from './users.ts';

export const comments = pgTable(
  'comments',
  {
    id: primaryId(),
    postId: uuid('post_id')
      .notNull()
      .references(() => posts.id, { onDelete: 'cascade' }),
    authorId: uuid('author_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    /** A deleted comment leaves its replies at the top level. */
    parentId: uuid('parent_id').references((): AnyPgColumn => comments.id, { onDelete: 'set null' }),
    body: text('body').notNull(),
    html: text('html').notNull(),
    rendererVersion: smallint('renderer_version').notNull(),
    createdAt: timestamp('created_at').notNull().default(sql`now()`),
    updatedAt: timestamp('updated_at').notNull().default(sql`now()`),
  },
  (t) => [
    index('comments_post_id_index').on(t.postId, t.createdAt, t.id),
    index('comments_top_level_index').on(t.postId, t.createdAt, t.id).where(sql`${t.parentId} is null`),
    index('comments_answers_index').on(t.postId, t.createdAt, t.id).where(sql`${t.parentId} is not null`),
    index('comments_author_top_level_index')
      .on(t.postId, t.authorId, t.createdAt, t.id)
      .where(sql`${t.parentId} is null`),
    index('comments_author_answers_index')
      .on(t.postId, t.authorId, t.createdAt, t.id)
      .where(sql`${t.parentId} is not null`),
    index('comments_author_id_index').on(t.authorId, t.createdAt, t.id),
    index('comments_parent_id_index').on(t.parentId, t.createdAt, t.id),
  ],
);
