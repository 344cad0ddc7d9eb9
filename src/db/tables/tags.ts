import { type SQL, sql } from 'drizzle-orm';
import { index, pgTable, text, uniqueIndex } from 'drizzle-orm/pg-core';
import { namesVector, plainText, primaryId, timestamp, tsvector } from './columns.ts';

export const tags = pgTable(
  'tags',
  {
    id: primaryId(),
    slug: plainText('slug').notNull(),
    name: text('name').notNull(),
    createdAt: timestamp('created_at').notNull().default(sql`now()`),
    searchVector: tsvector('search_vector').generatedAlwaysAs((): SQL => namesVector(tags.name)),
  },
  (t) => [
    uniqueIndex('tags_slug_key').on(t.slug),
    index('tags_created_at_index').on(t.createdAt, t.id),
    index('tags_search_index').using('gin', t.searchVector),
  ],
);
