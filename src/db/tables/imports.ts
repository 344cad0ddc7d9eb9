import { index, integer, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core';
import { plainText } from './columns.ts';
import { posts } from './posts.ts';
import { users } from './users.ts';

/** Which post was made of which file, so that importing the file again finds it. */
export const importedFiles = pgTable(
  'imported_files',
  {
    /** Tells publications apart whose files have the same paths. */
    source: plainText('source').notNull(),
    /** Relative to the folder that was imported, with forward slashes. */
    path: plainText('path').notNull(),
    /** Null when the post was deleted since. */
    postId: uuid('post_id').references(() => posts.id, { onDelete: 'set null' }),
    /** SHA-256, in hexadecimal, of what the post was made of. */
    contentHash: text('content_hash').notNull(),
    /** The version that the import left: a post that has another one was changed in the publication since. */
    postVersion: integer('post_version').notNull(),
  },
  (t) => [
    primaryKey({ name: 'imported_files_pkey', columns: [t.source, t.path] }),
    index('imported_files_post_id_index').on(t.postId),
  ],
);

/** Who is meant by a name or handle in imported files. */
export const importedAuthors = pgTable(
  'imported_authors',
  {
    /** `name:`, `handle:` or `key:` and what stands in the files, normalised. */
    key: plainText('key').primaryKey(),
    userId: uuid('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
  },
  (t) => [index('imported_authors_user_id_index').on(t.userId)],
);
