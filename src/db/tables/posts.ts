import { type SQL, sql } from 'drizzle-orm';
import {
  boolean,
  check,
  foreignKey,
  index,
  integer,
  pgTable,
  primaryKey,
  smallint,
  text,
  unique,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';
import { plainText, primaryId, proseVector, timestamp, tsvector } from './columns.ts';
import { tags } from './tags.ts';
import { users } from './users.ts';

export type PostStatus = 'DRAFT' | 'PUBLISHED' | 'ARCHIVED';

export const posts = pgTable(
  'posts',
  {
    id: primaryId(),
    authorId: uuid('author_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    slug: plainText('slug').notNull(),
    title: text('title').notNull(),
    body: text('body').notNull(),
    html: text('html').notNull(),
    excerpt: text('excerpt').notNull(),
    /** Whether somebody wrote the excerpt; otherwise it is made from the body. */
    hasOwnExcerpt: boolean('has_own_excerpt').notNull().default(false),
    /** The beginning of the body as plain text: what search reads and quotes. */
    searchText: text('search_text').notNull(),
    readingTimeMinutes: integer('reading_time_minutes').notNull(),
    /** Which version of the renderer made html, excerpt, search text and reading time. */
    rendererVersion: smallint('renderer_version').notNull(),
    status: text('status').$type<PostStatus>().notNull(),
    version: integer('version').notNull().default(1),
    createdAt: timestamp('created_at').notNull().default(sql`now()`),
    updatedAt: timestamp('updated_at').notNull().default(sql`now()`),
    /** When the post was first published; it stays when the post turns back into a draft. */
    publishedAt: timestamp('published_at'),
    /** What every list of posts is ordered by: a draft's creation, otherwise the publication. */
    listedAt: timestamp('listed_at')
      .notNull()
      .generatedAlwaysAs(
        (): SQL =>
          sql`case when ${posts.status} = 'DRAFT' then ${posts.createdAt} else ${posts.publishedAt} end`,
      ),
    searchVector: tsvector('search_vector').generatedAlwaysAs(
      (): SQL =>
        sql`setweight(${proseVector(posts.title)}, 'A') || setweight(${proseVector(posts.searchText)}, 'C')`,
    ),
  },
  (t) => [
    uniqueIndex('posts_slug_key').on(t.slug),
    unique('posts_listing_key').on(t.id, t.authorId, t.status, t.listedAt),
    index('posts_published_index').on(t.listedAt, t.id).where(sql`${t.status} = 'PUBLISHED'`),
    // Few posts of many are not published, and lists of them begin at a status.
    index('posts_unpublished_index').on(t.status, t.listedAt, t.id).where(sql`${t.status} <> 'PUBLISHED'`),
    index('posts_author_published_index')
      .on(t.authorId, t.listedAt, t.id)
      .where(sql`${t.status} = 'PUBLISHED'`),
    index('posts_author_status_index').on(t.authorId, t.status, t.listedAt, t.id),
    index('posts_search_index').using('gin', t.searchVector),
    check('posts_status_check', sql`${t.status} in ('DRAFT', 'PUBLISHED', 'ARCHIVED')`),
    check('posts_published_at_check', sql`${t.status} = 'DRAFT' or ${t.publishedAt} is not null`),
  ],
);

/**
 * Which post carries which tag. Author, status and order key of the post are kept next to the tag by the foreign key
 * itself (`on update cascade`), so that a tag's posts, and those of one author, are one index range whatever the tag's
 * size. Triggers keep `tags.is_public`, `tags.uncarried_since` and `author_tags`, and fill in the author where a
 * statement leaves it out.
 */
export const postTags = pgTable(
  'post_tags',
  {
    postId: uuid('post_id').notNull(),
    tagId: uuid('tag_id')
      .notNull()
      .references(() => tags.id, { onDelete: 'cascade' }),
    authorId: uuid('author_id').notNull(),
    status: text('status').$type<PostStatus>().notNull(),
    listedAt: timestamp('listed_at').notNull(),
  },
  (t) => [
    primaryKey({ name: 'post_tags_pkey', columns: [t.postId, t.tagId] }),
    foreignKey({
      name: 'post_tags_post_fkey',
      columns: [t.postId, t.authorId, t.status, t.listedAt],
      foreignColumns: [posts.id, posts.authorId, posts.status, posts.listedAt],
    })
      .onDelete('cascade')
      .onUpdate('cascade'),
    index('post_tags_published_index')
      .on(t.tagId, t.listedAt, t.postId)
      .where(sql`${t.status} = 'PUBLISHED'`),
    index('post_tags_status_index').on(t.tagId, t.status, t.listedAt, t.postId),
    index('post_tags_author_index').on(t.tagId, t.authorId, t.status, t.listedAt, t.postId),
  ],
);

/** Who is named beside the author, in order. */
export const postContributors = pgTable(
  'post_contributors',
  {
    postId: uuid('post_id')
      .notNull()
      .references(() => posts.id, { onDelete: 'cascade' }),
    userId: uuid('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    position: smallint('position').notNull(),
  },
  (t) => [
    primaryKey({ name: 'post_contributors_pkey', columns: [t.postId, t.userId] }),
    index('post_contributors_user_id_index').on(t.userId),
  ],
);
