import slugify from '@sindresorhus/slugify';
import { ForeignKeyViolation, type Transaction, UniqueViolation } from '../../db/index.ts';
import type { PostStatus } from '../../db/tables/index.ts';
import { badInputAt, conflict, forbidden, notFound } from '../../shared/errors.ts';
import { newUuid } from '../../shared/ids.ts';
import { excerptOf, renderMarkdown } from '../../shared/markdown/index.ts';
import { parseInput } from '../../shared/validation.ts';
import { signedIn, type Viewer } from '../../shared/viewer.ts';
import { ensureTags, tagSlugs } from '../tags/index.ts';
import type { ServiceContext } from '../users/index.ts';
import { type PostRow, postProjections } from './columns.ts';
import { newPost, postChanges, slug as slugInput } from './input.ts';
import { mayWithPost, type PostAction, visibleTo } from './policy.ts';
import {
  createPostRow,
  deletePostById,
  type Excerpt,
  holdPostById,
  type LockedPost,
  lockPostById,
  type RenderedText,
  reserveSlug,
  setPostContributors,
  setPostTags,
  updatePostRow,
  updatePostStatus,
} from './repository-write.ts';

/** Writes a post of the viewer's. @throws {AppError} `BAD_USER_INPUT` when a contributor does not exist. */
export async function createPost({ db, viewer }: ServiceContext, input: unknown): Promise<PostRow> {
  const { title, body, excerpt, tags, contributors, publish } = parseInput(newPost, input);
  const authorId = signedIn(viewer).id;
  const text = await renderPost(body, authorId);
  const id = newUuid();
  return db.transaction(async (tx) => {
    const slug = publish ? await reserveSlug(tx, slugOfTitle(title, id), id) : draftSlug(id);
    const status = publish ? 'PUBLISHED' : 'DRAFT';
    const post = await createPostRow(tx, {
      id,
      authorId,
      slug,
      title,
      status,
      ...text,
      ...excerptFrom(text, excerpt),
    });
    await linkPost(tx, id, tags, contributors);
    tx.record({ type: 'post', action: 'created', id, authorId });
    if (publish) tx.record({ type: 'post', action: 'published', id, authorId });
    return post;
  });
}

/**
 * @param expectedVersion The version that the change was made from; null changes the post whatever its version.
 * @throws {AppError} `CONFLICT` when the post has another version, `BAD_USER_INPUT` when a contributor does not exist.
 */
export async function updatePost(
  { db, viewer }: ServiceContext,
  id: string,
  input: unknown,
  expectedVersion: number | null,
): Promise<PostRow> {
  const changes = parseInput(postChanges, input);
  const text = changes.body === undefined ? null : await renderPost(changes.body, signedIn(viewer).id);
  return db.transaction(async (tx) => {
    const post = await allowedPost(tx, viewer, 'update', id);
    if (expectedVersion !== null && post.version !== expectedVersion) {
      throw conflict('The post has been changed since. Read it again and repeat the change.', [
        { path: ['expectedVersion'], code: 'stale', message: `The post has version ${post.version} now.` },
      ]);
    }
    const ownExcerpt = post.hasOwnExcerpt ? post.excerpt : null;
    const changed = await updatePostRow(
      tx,
      {
        id,
        title: changes.title ?? post.title,
        ...excerptFrom(text ?? post, changes.excerpt === undefined ? ownExcerpt : changes.excerpt),
      },
      text,
    );
    await linkPost(
      tx,
      id,
      changes.tags === undefined ? undefined : (changes.tags ?? []),
      changes.contributors === undefined ? undefined : (changes.contributors ?? []),
    );
    tx.record({ type: 'post', action: 'updated', id, authorId: post.authorId });
    return changed;
  });
}

/**
 * @param slug What the first publication shall give as slug; null makes one from the title.
 * @throws {AppError} `CONFLICT` when the slug is taken, or the post has another one for good.
 */
export async function publishPost(
  context: ServiceContext,
  id: string,
  slug: string | null,
): Promise<PostRow> {
  const chosen = slug === null ? null : parseInput(slugInput, slug, ['slug']);
  try {
    return await movePost(context, 'publish', id, async (tx, post) => {
      const isFirst = post.publishedAt === null;
      if (!isFirst && chosen !== null && chosen !== post.slug) {
        throw slugConflict('The post has been published before, and its slug is final.', 'final');
      }
      // Asked for on every path, so that the number of statements does not tell what is stored.
      const free = await reserveSlug(tx, chosen ?? slugOfTitle(post.title, id), id);
      return { status: 'PUBLISHED', slug: isFirst ? (chosen ?? free) : post.slug };
    });
  } catch (error) {
    const isTaken = error instanceof UniqueViolation && error.constraint === 'posts_slug_key';
    throw isTaken ? slugConflict('Another post has this slug.', 'taken') : error;
  }
}

export function unpublishPost(context: ServiceContext, id: string): Promise<PostRow> {
  return movePost(context, 'unpublish', id, async (_, { slug }) => ({ status: 'DRAFT', slug }));
}

/** @throws {AppError} `CONFLICT` when the post is a draft. */
export function archivePost(context: ServiceContext, id: string): Promise<PostRow> {
  return movePost(context, 'archive', id, async (_, { slug, status }) => {
    if (status === 'DRAFT') throw conflict('A draft cannot be archived. Publish or delete it.');
    return { status: 'ARCHIVED', slug };
  });
}

/** Erases the post. The answer is the row as it was. */
export async function deletePost({ db, viewer }: ServiceContext, id: string): Promise<PostRow> {
  return db.transaction(async (tx) => {
    const post = await allowedPost(tx, viewer, 'delete', id);
    await deletePostById(tx, id);
    tx.record({ type: 'post', action: 'deleted', id, authorId: post.authorId });
    return post;
  });
}

/**
 * A published post that others react to, kept from being deleted and withdrawn until the transaction ends. They do not
 * wait for each other.
 *
 * @param projection What to read of it, the status among it; only that unless told.
 * @throws {AppError} `NOT_FOUND` when the viewer sees no such post, `CONFLICT` when it is not published.
 */
export async function holdPublishedPost(
  tx: Transaction,
  viewer: Viewer,
  id: string,
  projection = postProjections.only('status'),
): Promise<PostRow> {
  const post = await holdPostById(tx, id, visibleTo(viewer), projection);
  if (post === null) throw notFound('post');
  if (post.status !== 'PUBLISHED') throw conflict('The post is not published.');
  return post;
}

const moves = { publish: 'published', unpublish: 'unpublished', archive: 'archived' } as const;

function movePost(
  { db, viewer }: ServiceContext,
  action: keyof typeof moves,
  id: string,
  target: (tx: Transaction, post: PostRow) => Promise<{ status: PostStatus; slug: string }>,
): Promise<PostRow> {
  return db.transaction(async (tx) => {
    const post = await allowedPost(tx, viewer, action, id);
    const { status, slug } = await target(tx, post);
    const moved = await updatePostStatus(tx, id, status, slug);
    if (moved === null) return post;
    tx.record({ type: 'post', action: moves[action], id, authorId: post.authorId });
    return moved;
  });
}

async function allowedPost(
  tx: Transaction,
  viewer: Viewer,
  action: PostAction,
  id: string,
): Promise<LockedPost> {
  const post = await lockPostById(tx, id, visibleTo(signedIn(viewer)));
  if (post === null) throw notFound('post');
  if (!mayWithPost(viewer, action, post)) throw forbidden(`You may not ${action} the posts of others.`);
  return post;
}

/** Sets tags and contributors where they are given. @throws {AppError} `BAD_USER_INPUT` when a contributor does not exist. */
export async function linkPost(
  tx: Transaction,
  id: string,
  tags: readonly string[] | undefined,
  contributors: readonly string[] | undefined,
): Promise<void> {
  if (tags !== undefined) {
    await ensureTags(tx, tags);
    await setPostTags(tx, id, tagSlugs(tags));
  }
  if (contributors === undefined) return;
  try {
    await setPostContributors(tx, id, contributors);
  } catch (error) {
    if (!(error instanceof ForeignKeyViolation)) throw error;
    throw badInputAt(['input', 'contributors'], 'not_found', 'One of the contributors does not exist.');
  }
}

/**
 * What is stored of a post's text. It may wait for a worker thread: call it before a transaction begins.
 *
 * @param client The user who asked; null for the server itself.
 * @throws {AppError} `SERVICE_UNAVAILABLE` when too many long texts are waiting.
 */
export async function renderPost(body: string, client: string | null): Promise<RenderedText> {
  return { body, ...(await renderMarkdown(body, client)) };
}

/** How much of a plain text an excerpt is made of, in UTF-16 code units. */
const excerptSource = 600;

/** The excerpt that somebody wrote; otherwise the beginning of the text. */
export function excerptFrom({ searchText }: Pick<RenderedText, 'searchText'>, own: string | null): Excerpt {
  return { excerpt: own ?? excerptOf(searchText.slice(0, excerptSource)), hasOwnExcerpt: own !== null };
}

/** A slug from a title: its letters and digits in Latin script, or one that stands for the identifier. */
export function slugOfTitle(title: string, id: string): string {
  const slug = slugify(title, { decamelize: false }).slice(0, 80).replace(/-+$/, '');
  return slug === '' ? `post-${id.slice(-12)}` : slug;
}

/** The slug of a draft. It comes from nothing that others could guess or meet. */
export function draftSlug(id: string): string {
  return `draft-${id.replaceAll('-', '')}`;
}

function slugConflict(message: string, code: string) {
  return conflict(message, [{ path: ['slug'], code, message }]);
}
