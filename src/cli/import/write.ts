import { createHash } from 'node:crypto';
import { type Database, type Transaction, UniqueViolation } from '../../db/index.ts';
import { createAuthor } from '../../modules/accounts/index.ts';
import { draftSlug, excerptFrom, linkPost, renderPost } from '../../modules/posts/index.ts';
import { newUuid } from '../../shared/ids.ts';
import { FileError } from './file-error.ts';
import type { Person } from './people.ts';
import type { PostFile } from './post-file.ts';
import {
  findAuthors,
  findImportedFile,
  type ImportedFile,
  keepImportsOut,
  lockPostVersion,
  rememberAuthor,
  rememberFile,
  savePost,
} from './repository.ts';

/** A post as it is to be, of a file whose links lead to posts and whose authors are people. */
export interface FilePost extends Omit<PostFile, 'authors'> {
  /** The author first; at least one. */
  readonly people: readonly Person[];
}

/** Where a post goes. */
export interface ImportTarget {
  readonly source: string;
  readonly path: string;
  /** Null for a draft that has a provisional one. */
  readonly slug: string | null;
  readonly contentHash: string;
  readonly force: boolean;
}

/** SHA-256 of all that the post is made of, in hexadecimal. */
export function contentHashOf(post: FilePost): string {
  const { title, body, excerpt, tags, people, status, date, publishedAt, updatedAt, slug } = post;
  const authors = people.map(({ keys }) => keys[0]);
  const content = [title, body, excerpt, tags, authors, status, date, publishedAt, updatedAt, slug];
  return createHash('sha256').update(JSON.stringify(content)).digest('hex');
}

/** @throws {FileError} when the post was changed or deleted in the publication after it was imported. */
export function checkUnedited(imported: ImportedFile | null): void {
  if (imported === null || imported.post?.version === imported.postVersion) return;
  const what = imported.post === null ? 'deleted' : 'changed';
  throw new FileError(`Its post was ${what} in the publication since: --force imports it all the same.`);
}

/** Whether the publication has the post as the file has it. */
export function isUnchanged(imported: ImportedFile | null, contentHash: string): boolean {
  return imported?.contentHash === contentHash && imported.post?.version === imported.postVersion;
}

/**
 * Writes a post, its people and its tags, or writes it anew, in one transaction. `authors` is how many accounts were
 * made for it.
 *
 * @throws {FileError} when the post was changed since and is not to be written over, or its slug was taken meanwhile.
 */
export async function writeFilePost(
  db: Database,
  { source, path, slug, contentHash, force }: ImportTarget,
  post: FilePost,
): Promise<{ outcome: 'created' | 'updated' | 'unchanged'; authors: number }> {
  const text = await renderPost(post.body, null);
  const work = async (tx: Transaction) => {
    await keepImportsOut(tx);
    // What was known when the import began may have changed since.
    const imported = await findImportedFile(tx, source, path);
    const before = imported?.post ?? null;
    const version = before === null ? null : await lockPostVersion(tx, before.id);
    const current = imported && {
      ...imported,
      post: before && version !== null ? { ...before, version } : null,
    };
    if (!force) checkUnedited(current);
    if (isUnchanged(current, contentHash)) return { outcome: 'unchanged' as const, authors: 0 };
    const [[authorId = '', ...contributors], authors] = await ensurePeople(tx, post.people);
    const old = current?.post ?? null;
    const id = old?.id ?? newUuid();
    const postVersion = await savePost(tx, {
      ...text,
      ...excerptFrom(text, post.excerpt),
      id,
      authorId,
      slug: slug ?? draftSlug(id),
      title: post.title,
      status: post.status,
      createdAt: post.date,
      updatedAt: post.updatedAt ?? (old === null ? post.date : null),
      publishedAt: post.status === 'DRAFT' ? (old?.publishedAt ?? post.publishedAt) : post.date,
    });
    await linkPost(tx, id, post.tags, contributors);
    await rememberFile(tx, { source, path, postId: id, contentHash, postVersion });
    const outcome = old === null ? ('created' as const) : ('updated' as const);
    tx.record({ type: 'post', action: outcome, id, authorId });
    const move = moveBetween(old?.status ?? 'DRAFT', post.status);
    if (move !== null) tx.record({ type: 'post', action: move, id, authorId });
    return { outcome, authors };
  };
  try {
    return await db.transaction(work);
  } catch (error) {
    const isTaken = error instanceof UniqueViolation && error.constraint === 'posts_slug_key';
    throw isTaken ? new FileError('Its slug was taken during the import: import again.') : error;
  }
}

const moves = { PUBLISHED: 'published', ARCHIVED: 'archived', DRAFT: 'unpublished' } as const;

function moveBetween(from: PostFile['status'], to: PostFile['status']) {
  return from === to ? null : moves[to];
}

/** The users whom the people are, each once, and how many of them were made. */
async function ensurePeople(tx: Transaction, people: readonly Person[]): Promise<[string[], number]> {
  const known = await findAuthors(
    tx,
    people.flatMap(({ keys }) => keys),
  );
  const ids = new Set<string>();
  let made = 0;
  for (const { name, handle, profile, keys } of people) {
    const found = keys.map((key) => known.get(key)).find((id) => id !== undefined);
    if (found === undefined) made += 1;
    const id =
      found ??
      (await createAuthor(tx, {
        name,
        handle,
        bio: profile?.bio ?? null,
        avatarUrl: profile?.avatarUrl ?? null,
      }));
    if (keys.some((key) => !known.has(key))) await rememberAuthor(tx, keys, id);
    ids.add(id);
  }
  return [[...ids], made];
}
