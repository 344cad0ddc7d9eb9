import { and, eq, sql } from 'drizzle-orm';
import {
  build,
  type RowOf,
  statement,
  statementVariants,
  type Transaction,
  TransactionConflict,
  uniqueName,
} from '../../db/index.ts';
import { type PostStatus, postContributors, posts } from '../../db/tables/index.ts';
import { rendererVersion } from '../../shared/markdown/index.ts';
import type { Projection } from '../../shared/projection.ts';
import { postColumns, type PostRow } from './columns.ts';
import type { PostScope } from './policy.ts';
import { isVisible } from './repository.ts';

/** What every change of a post sets beside. */
const touched = { version: sql`${posts.version} + 1`, updatedAt: sql`now()` };

const lockColumns = {
  ...postColumns,
  hasOwnExcerpt: posts.hasOwnExcerpt,
  // As much as an excerpt is made of.
  searchText: sql<string>`left(${posts.searchText}, 600)`.as('search_text'),
};

/** A post that is kept from changing, with what its excerpt is and can be made of. */
export type LockedPost = PostRow & RowOf<Pick<typeof lockColumns, 'hasOwnExcerpt' | 'searchText'>>;

const lockPost = statementVariants(({ scope }: { scope: PostScope['kind'] }) =>
  statement({
    name: 'post_lock',
    parameters: { id: 'uuid', viewerId: 'uuid' },
    selection: lockColumns,
    query: ({ id, viewerId }, selection) =>
      build
        .select(selection)
        .from(posts)
        .where(and(eq(posts.id, id), isVisible(scope, viewerId)))
        .for('no key update'),
  }),
);

/** The post with its text, kept from changing until the transaction ends; null when the viewer sees none. */
export async function lockPostById(
  tx: Transaction,
  id: string,
  scope: PostScope,
): Promise<LockedPost | null> {
  const [post = null] = await tx.run(lockPost({ scope: scope.kind }), { id, viewerId: scope.viewerId });
  return post;
}

const holdPost = statementVariants(
  ({ scope, projection }: { scope: PostScope['kind']; projection: Projection }) =>
    statement({
      name: 'post_hold',
      parameters: { id: 'uuid', viewerId: 'uuid' },
      selection: postColumns,
      projection,
      query: ({ id, viewerId }, selection) =>
        build
          .select(selection)
          .from(posts)
          .where(and(eq(posts.id, id), isVisible(scope, viewerId)))
          // What foreign keys take too. A change of the state waits for it, since `posts_listing_key` has the state.
          .for('key share'),
    }),
);

/**
 * The post, kept from being deleted and from changing its state until the transaction ends, whoever else holds it so;
 * null when the viewer sees none.
 */
export async function holdPostById(
  tx: Transaction,
  id: string,
  { kind, viewerId }: PostScope,
  projection: Projection,
): Promise<PostRow | null> {
  const [post = null] = await tx.run(holdPost({ scope: kind, projection }), { id, viewerId });
  return post;
}

/** A slug that no post has, made of a base and, where that is taken, an ending. */
export const reserveSlug = uniqueName(posts.slug, 100);

/** What is made of a post's text when it is written. */
export interface RenderedText {
  readonly body: string;
  readonly html: string;
  readonly searchText: string;
  readonly readingTimeMinutes: number;
}

/** What lists show of a post, and whether somebody wrote it. */
export interface Excerpt {
  readonly excerpt: string;
  readonly hasOwnExcerpt: boolean;
}

const excerptParameters = { excerpt: 'text', hasOwnExcerpt: 'boolean' } as const;

const textParameters = {
  body: 'text',
  html: 'text',
  searchText: 'text',
  readingTimeMinutes: 'integer',
} as const;

const insertPost = statement({
  name: 'post_insert',
  parameters: {
    ...textParameters,
    ...excerptParameters,
    id: 'uuid',
    authorId: 'uuid',
    slug: 'text',
    title: 'text',
    status: 'text',
  },
  selection: postColumns,
  query: ({ status, ...values }, selection) =>
    build
      .insert(posts)
      .values({
        ...values,
        status,
        rendererVersion,
        publishedAt: sql`case when ${status} = 'PUBLISHED' then now() end`,
      })
      .returning(selection),
});

export interface NewPost extends RenderedText, Excerpt {
  readonly id: string;
  readonly authorId: string;
  readonly slug: string;
  readonly title: string;
  readonly status: 'DRAFT' | 'PUBLISHED';
}

export async function createPostRow(tx: Transaction, post: NewPost): Promise<PostRow> {
  const [row] = await tx.run(insertPost, post);
  return row as PostRow;
}

const updateText = statement({
  name: 'post_update',
  parameters: { ...textParameters, ...excerptParameters, id: 'uuid', title: 'text' },
  selection: postColumns,
  query: ({ id, ...values }, selection) =>
    build
      .update(posts)
      .set({ ...values, rendererVersion, ...touched })
      .where(eq(posts.id, id))
      .returning(selection),
});

const updateTitle = statement({
  name: 'post_update_title',
  parameters: { ...excerptParameters, id: 'uuid', title: 'text' },
  selection: postColumns,
  query: ({ id, ...values }, selection) =>
    build
      .update(posts)
      .set({ ...values, ...touched })
      .where(eq(posts.id, id))
      .returning(selection),
});

/** Changes title and excerpt, and the text where there is a new one. */
export async function updatePostRow(
  tx: Transaction,
  post: { readonly id: string; readonly title: string } & Excerpt,
  text: RenderedText | null,
): Promise<PostRow> {
  const [row] =
    text === null ? await tx.run(updateTitle, post) : await tx.run(updateText, { ...post, ...text });
  return row as PostRow;
}

const updateStatus = statement({
  name: 'post_update_status',
  parameters: { id: 'uuid', slug: 'text', status: 'text' },
  selection: postColumns,
  query: ({ id, slug, status }, selection) =>
    build
      .update(posts)
      .set({
        slug,
        status,
        publishedAt: sql`case when ${status} = 'PUBLISHED' then coalesce(${posts.publishedAt}, now()) else ${posts.publishedAt} end`,
        ...touched,
      })
      .where(and(eq(posts.id, id), sql`${posts.status} <> ${status}`))
      .returning(selection),
});

/**
 * Moves a post into another state; null, and nothing changed, when it is in that state already. The first publication
 * sets the time of it.
 */
export async function updatePostStatus(
  tx: Transaction,
  id: string,
  status: PostStatus,
  slug: string,
): Promise<PostRow | null> {
  const [row = null] = await tx.run(updateStatus, { id, status, slug });
  return row;
}

const deleteById = statement({
  name: 'post_delete',
  parameters: { id: 'uuid' },
  selection: { id: posts.id },
  query: ({ id }, selection) => build.delete(posts).where(eq(posts.id, id)).returning(selection),
});

/** Deletes the post; foreign keys delete what hangs on it. */
export async function deletePostById(tx: Transaction, id: string): Promise<void> {
  await tx.run(deleteById, { id });
}

const setTags = statement({
  name: 'post_set_tags',
  parameters: { id: 'uuid', slugs: 'text[]' },
  selection: { found: sql<number>`found`.as('found') },
  // Tags without a post may be deleted at any time. Those that are found are kept until the transaction ends.
  query: ({ id, slugs }) => sql`
    with wanted as (select id from tags where slug = any(${slugs}) order by id for key share),
      removed as (
        delete from post_tags where post_id = ${id} and tag_id not in (select id from wanted)
      ),
      added as (
        insert into post_tags (post_id, tag_id, author_id, status, listed_at)
        select posts.id, wanted.id, posts.author_id, posts.status, posts.listed_at
        from wanted cross join posts where posts.id = ${id}
        on conflict do nothing
      )
    select count(*)::integer as found from wanted`,
});

/**
 * Makes these, by slug, the tags of a post.
 *
 * @throws {TransactionConflict} when one of them was deleted after the transaction had found or created it.
 */
export async function setPostTags(tx: Transaction, id: string, slugs: readonly string[]): Promise<void> {
  const [row] = await tx.run(setTags, { id, slugs });
  if (row?.found !== slugs.length) throw new TransactionConflict();
}

const setContributors = statement({
  name: 'post_set_contributors',
  parameters: { id: 'uuid', userIds: 'uuid[]' },
  selection: { userId: postContributors.userId },
  query: ({ id, userIds }) => sql`
    with removed as (
      delete from post_contributors where post_id = ${id} and user_id <> all(${userIds})
    )
    insert into post_contributors (post_id, user_id, position)
    select ${id}, user_id, position from unnest(${userIds}) with ordinality as wanted(user_id, position)
    on conflict (post_id, user_id) do update set position = excluded.position
    returning user_id`,
});

/**
 * Names these users, in this order, beside the author of a post.
 *
 * @throws {ForeignKeyViolation} when one of them does not exist.
 */
export async function setPostContributors(
  tx: Transaction,
  id: string,
  userIds: readonly string[],
): Promise<void> {
  await tx.run(setContributors, { id, userIds });
}
