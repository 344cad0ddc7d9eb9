import type { RowOf } from '../../db/index.ts';
import { posts } from '../../db/tables/index.ts';
import type { PostResolvers } from '../../generated/resolvers.ts';
import { type Projection, Projections } from '../../shared/projection.ts';

/** The columns of a post; those that only writing needs are not among them. */
export const postColumns = {
  id: posts.id,
  authorId: posts.authorId,
  slug: posts.slug,
  title: posts.title,
  excerpt: posts.excerpt,
  readingTimeMinutes: posts.readingTimeMinutes,
  status: posts.status,
  version: posts.version,
  createdAt: posts.createdAt,
  updatedAt: posts.updatedAt,
  publishedAt: posts.publishedAt,
  listedAt: posts.listedAt,
  body: posts.body,
  html: posts.html,
};

export type PostRow = RowOf<typeof postColumns>;

/** Which of the columns the fields of `Post` need, where it is not the one of their name. */
export const postProjections = new Projections<keyof PostRow, keyof PostResolvers>(postColumns, {
  fields: {
    publishedAt: ['publishedAt', 'status'],
    author: ['authorId'],
    viewerCanUpdate: ['authorId', 'status'],
    viewerCanPublish: ['authorId', 'status'],
    viewerCanUnpublish: ['authorId', 'status'],
    viewerCanArchive: ['authorId', 'status'],
    viewerCanDelete: ['authorId', 'status'],
    viewerCanComment: ['status'],
    viewerCanLike: ['status'],
  },
  cursors: ['listedAt'],
});

/** Whether a projection leaves the long columns out, so that many rows are read in little time. */
export function isShort({ unread }: Projection): boolean {
  return unread.includes('body') && unread.includes('html');
}
