import { and, eq, sql } from 'drizzle-orm';
import { build, isAnyOf, type Queryable, type RowOf, statement, type Transaction } from '../../db/index.ts';
import { importedAuthors, importedFiles, type PostStatus, posts } from '../../db/tables/index.ts';
import { rendererVersion } from '../../shared/markdown/index.ts';

const fileColumns = {
  path: importedFiles.path,
  contentHash: importedFiles.contentHash,
  postVersion: importedFiles.postVersion,
  // Null in all three: the post was deleted since.
  postId: importedFiles.postId,
  slug: posts.slug,
  version: posts.version,
  status: posts.status,
  publishedAt: posts.publishedAt,
};

type FileRow = RowOf<typeof fileColumns>;

/** What is known of a file that was imported before, and of the post that was made of it. */
export type ImportedFile = Pick<FileRow, 'path' | 'contentHash' | 'postVersion'> & {
  /** Null when the post was deleted since. */
  readonly post:
    | (Pick<FileRow, 'slug' | 'version' | 'status' | 'publishedAt'> & { readonly id: string })
    | null;
};

const filesOfSource = statement({
  name: 'import_files',
  parameters: { source: 'text' },
  selection: fileColumns,
  query: ({ source }, columns) =>
    build
      .select(columns)
      .from(importedFiles)
      .leftJoin(posts, eq(posts.id, importedFiles.postId))
      .where(eq(importedFiles.source, source)),
});

/** The files that were imported from a source so far. */
export async function listImportedFiles(db: Queryable, source: string): Promise<ImportedFile[]> {
  return (await db.run(filesOfSource, { source })).map(importedFile);
}

const fileByPath = statement({
  name: 'import_file',
  parameters: { source: 'text', path: 'text' },
  selection: fileColumns,
  query: ({ source, path }, columns) =>
    build
      .select(columns)
      .from(importedFiles)
      .leftJoin(posts, eq(posts.id, importedFiles.postId))
      .where(and(eq(importedFiles.source, source), eq(importedFiles.path, path))),
});

/** What is known of a file; null when it was not imported before. */
export async function findImportedFile(
  tx: Transaction,
  source: string,
  path: string,
): Promise<ImportedFile | null> {
  const [row] = await tx.run(fileByPath, { source, path });
  return row === undefined ? null : importedFile(row);
}

function importedFile({ path, contentHash, postVersion, postId, ...post }: FileRow): ImportedFile {
  return { path, contentHash, postVersion, post: postId === null ? null : { id: postId, ...post } };
}

const lockImport = statement({
  name: 'import_lock',
  parameters: {},
  selection: { locked: sql<string>`locked`.as('locked') },
  query: () => sql`select pg_advisory_xact_lock(hashtextextended('broadsheet import', 0))::text`,
});

/** Keeps other imports from writing until the transaction ends. */
export async function keepImportsOut(tx: Transaction): Promise<void> {
  await tx.run(lockImport, {});
}

const postForUpdate = statement({
  name: 'import_post_lock',
  parameters: { id: 'uuid' },
  selection: { version: posts.version },
  query: ({ id }, columns) => build.select(columns).from(posts).where(eq(posts.id, id)).for('no key update'),
});

/** The version of a post, which stays until the transaction ends; null when there is none. */
export async function lockPostVersion(tx: Transaction, id: string): Promise<number | null> {
  const [row] = await tx.run(postForUpdate, { id });
  return row?.version ?? null;
}

const slugsAmong = statement({
  name: 'import_slugs',
  parameters: { slugs: 'text[]' },
  selection: { slug: posts.slug },
  query: ({ slugs }, columns) => build.select(columns).from(posts).where(isAnyOf(posts.slug, slugs)),
});

/** Those of the slugs that posts have. */
export async function findTakenSlugs(db: Queryable, slugs: readonly string[]): Promise<string[]> {
  return (await db.run(slugsAmong, { slugs })).map(({ slug }) => slug);
}

const authorsByKeys = statement({
  name: 'import_authors',
  parameters: { keys: 'text[]' },
  selection: { key: importedAuthors.key, userId: importedAuthors.userId },
  query: ({ keys }, columns) =>
    build.select(columns).from(importedAuthors).where(isAnyOf(importedAuthors.key, keys)),
});

/** Whom earlier imports made of these keys. */
export async function findAuthors(tx: Transaction, keys: readonly string[]): Promise<Map<string, string>> {
  return new Map((await tx.run(authorsByKeys, { keys })).map(({ key, userId }) => [key, userId]));
}

const insertKeys = statement({
  name: 'import_authors_insert',
  parameters: { keys: 'text[]', userId: 'uuid' },
  selection: { key: importedAuthors.key },
  query: ({ keys, userId }) => sql`
    insert into imported_authors (key, user_id) select key, ${userId} from unnest(${keys}) as key
    on conflict (key) do nothing
    returning key`,
});

/** Remembers whom these keys mean; a key that means somebody already goes on meaning them. */
export async function rememberAuthor(
  tx: Transaction,
  keys: readonly string[],
  userId: string,
): Promise<void> {
  await tx.run(insertKeys, { keys, userId });
}

/** A post as a file has it. Times are RFC 3339; null is the time of the import. */
export interface SavedPost {
  readonly id: string;
  readonly authorId: string;
  readonly slug: string;
  readonly title: string;
  readonly body: string;
  readonly html: string;
  readonly excerpt: string;
  readonly hasOwnExcerpt: boolean;
  readonly searchText: string;
  readonly readingTimeMinutes: number;
  readonly status: PostStatus;
  readonly createdAt: string | null;
  readonly updatedAt: string | null;
  readonly publishedAt: string | null;
}

const upsertPost = statement({
  name: 'import_post',
  parameters: {
    id: 'uuid',
    authorId: 'uuid',
    slug: 'text',
    title: 'text',
    body: 'text',
    html: 'text',
    excerpt: 'text',
    hasOwnExcerpt: 'boolean',
    searchText: 'text',
    readingTimeMinutes: 'integer',
    status: 'text',
    createdAt: 'timestamptz',
    updatedAt: 'timestamptz',
    publishedAt: 'timestamptz',
  },
  selection: { version: posts.version },
  query: ({ id, createdAt, updatedAt, ...values }, columns) => {
    const changed = {
      ...values,
      rendererVersion,
      createdAt: sql`coalesce(${createdAt}, now())`,
      updatedAt: sql`coalesce(${updatedAt}, now())`,
    };
    return build
      .insert(posts)
      .values({ id, ...changed })
      .onConflictDoUpdate({
        target: posts.id,
        set: {
          ...changed,
          createdAt: sql`coalesce(${createdAt}, ${posts.createdAt})`,
          version: sql`${posts.version} + 1`,
        },
      })
      .returning(columns);
  },
});

/** Writes the post, or writes it anew, and answers its version. @throws {UniqueViolation} when the slug is taken. */
export async function savePost(tx: Transaction, post: SavedPost): Promise<number> {
  const [row] = await tx.run(upsertPost, post);
  return (row as { version: number }).version;
}

const upsertFile = statement({
  name: 'import_file_save',
  parameters: { source: 'text', path: 'text', postId: 'uuid', contentHash: 'text', postVersion: 'integer' },
  selection: { path: importedFiles.path },
  query: ({ source, path, ...values }, columns) =>
    build
      .insert(importedFiles)
      .values({ source, path, ...values })
      .onConflictDoUpdate({ target: [importedFiles.source, importedFiles.path], set: values })
      .returning(columns),
});

/** Remembers what the post was made of. */
export async function rememberFile(
  tx: Transaction,
  file: {
    readonly source: string;
    readonly path: string;
    readonly postId: string;
    readonly contentHash: string;
    readonly postVersion: number;
  },
): Promise<void> {
  await tx.run(upsertFile, file);
}
