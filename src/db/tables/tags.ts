import { type SQL, sql } from 'drizzle-orm';
import { boolean, index, pgTable, primaryKey, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
import { namesVector, plainText, primaryId, timestamp, tsvector } from './columns.ts';
import { users } from './users.ts';

/** Slug and `createdAt` of a tag never change: `author_tags` has copies of them. */
export const tags = pgTable(
  'tags',
  {
    id: primaryId(),
    slug: plainText('slug').notNull(),
    name: text('name').notNull(),
    createdAt: timestamp('created_at').notNull().default(sql`now()`),
    /** Whether a published post carries the tag. Triggers on `post_tags` keep it. */
    isPublic: boolean('is_public').notNull().default(false),
    /** Since when no post carries the tag; null while one does. Triggers on `post_tags` keep it. */
    uncarriedSince: timestamp('uncarried_since').default(sql`now()`),
    searchVector: tsvector('search_vector').generatedAlwaysAs((): SQL => namesVector(tags.name)),
  },
  (t) => [
    uniqueIndex('tags_slug_key').on(t.slug),
    index('tags_public_created_at_index').on(t.createdAt, t.id).where(sql`${t.isPublic}`),
    index('tags_public_slug_index').on(t.slug, t.id).where(sql`${t.isPublic}`),
    index('tags_carried_created_at_index').on(t.createdAt, t.id).where(sql`${t.uncarriedSince} is null`),
    index('tags_carried_slug_index').on(t.slug, t.id).where(sql`${t.uncarriedSince} is null`),
    index('tags_uncarried_index').on(t.uncarriedSince).where(sql`${t.uncarriedSince} is not null`),
    index('tags_search_index').using('gin', t.searchVector),
  ],
);

/** Each tag that posts of an author carry, in any status, once. Triggers on `post_tags` keep the rows. */
export const authorTags = pgTable(
  'author_tags',
  {
    authorId: uuid('author_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    tagId: uuid('tag_id')
      .notNull()
      .references(() => tags.id, { onDelete: 'cascade' }),
    slug: plainText('slug').notNull(),
    createdAt: timestamp('created_at').notNull(),
  },
  (t) => [
    primaryKey({ name: 'author_tags_pkey', columns: [t.authorId, t.tagId] }),
    index('author_tags_created_at_index').on(t.authorId, t.createdAt, t.tagId),
    index('author_tags_slug_index').on(t.authorId, t.slug, t.tagId),
    index('author_tags_tag_id_index').on(t.tagId),
  ],
);
