import { z } from 'zod';
import { textQuery } from '../../db/index.ts';
import type { PostFilter } from '../../generated/resolvers.ts';
import { isTimeKey, listRequest, type PageArguments, pageRequest } from '../../shared/pagination/index.ts';
import { excerptOf } from '../../shared/markdown/index.ts';
import type { Projection } from '../../shared/projection.ts';
import { bytesOf, idOf, lineOf, nameOf, parseInput, rule, textOf } from '../../shared/validation.ts';
import type { Viewer } from '../../shared/viewer.ts';
import { tagNames } from '../tags/index.ts';
import { type PostOrderName, postOrders } from './order.ts';
import { visibleTo } from './policy.ts';
import type { PostFilterValues, PostList } from './repository-lists.ts';

const title = nameOf('The title', { min: 1, max: 200 });
const body = bytesOf('The text', { min: 1, max: 1_000_000 });

/** An excerpt that somebody writes: one line, cut like one that is made from the text; an empty one counts as none. */
export const ownExcerpt = textOf('The excerpt', { min: 0, max: 2_000 }).transform(
  (text) => excerptOf(text) || null,
);

const userId = idOf('user');

const contributors = z
  .array(userId)
  .max(20, { message: 'There can be at most 20 contributors.' })
  .transform((ids) => [...new Set(ids)]);

/** What a new post is made of. */
export const newPost = z.object({
  title,
  body,
  excerpt: ownExcerpt.nullish().transform((text) => text ?? null),
  tags: tagNames.nullish().transform((names) => names ?? []),
  contributors: contributors.nullish().transform((ids) => ids ?? []),
  publish: z.boolean().default(false),
});

/** What a change of a post may hold. */
export const postChanges = z.object({
  title: title.optional(),
  body: body.optional(),
  excerpt: ownExcerpt.nullable().optional(),
  tags: tagNames.nullable().optional(),
  contributors: contributors.nullable().optional(),
});

/** A slug that somebody chooses. */
export const slug = lineOf('The slug', { min: 1, max: 100 }).refine(
  (text) => /^[a-z0-9]+(-[a-z0-9]+)*$/.test(text),
  rule('invalid_format', 'The slug must be lower-case letters and digits, with single hyphens between them.'),
);

const time = z.iso
  .datetime({ offset: true, message: 'This is not a time as RFC 3339 writes it.' })
  .transform((text) => (Number.isNaN(Date.parse(text)) ? '' : new Date(text).toISOString()))
  // Also refuses the years 0 and 10000, which an offset can lead to and PostgreSQL does not read.
  .refine(isTimeKey, rule('invalid_format', 'There is no such time.'));

const filterSchema = z.object({
  author: userId.nullish().transform((id) => id ?? null),
  tag: lineOf('The slug of the tag', { min: 0, max: 100 })
    .nullish()
    .transform((text) => text?.toLowerCase() ?? null),
  status: z
    .array(z.enum(['DRAFT', 'PUBLISHED', 'ARCHIVED']))
    .nullish()
    .transform((statuses) => statuses ?? null),
  from: time.nullish().transform((text) => text ?? null),
  until: time.nullish().transform((text) => text ?? null),
  text: textOf('The text', { min: 0, max: 256 })
    .nullish()
    .transform((text) => (text == null ? null : textQuery(text))),
});

/** @throws {AppError} `BAD_USER_INPUT` when the filter is not valid. */
export function parsePostFilter(filter: PostFilter | null | undefined): PostFilterValues {
  const { author, status, ...values } = parseInput(filterSchema, filter ?? {}, ['filter']);
  return { ...values, authorId: author, statuses: status };
}

/** The arguments of a field that is a connection of posts. */
export interface PostConnectionArguments extends PageArguments {
  readonly filter?: PostFilter | null;
  readonly orderBy: PostOrderName;
}

/** @throws {AppError} `BAD_USER_INPUT` when the filter or the page is not valid. */
export function parsePostConnection(
  args: PostConnectionArguments,
  viewer: Viewer,
  projection: Projection,
): PostList {
  const page = pageRequest(args, postOrders[args.orderBy]);
  return {
    filter: parsePostFilter(args.filter),
    scope: visibleTo(viewer),
    order: args.orderBy,
    page,
    projection,
  };
}

const published: PostFilterValues = {
  authorId: null,
  tag: null,
  statuses: null,
  from: null,
  until: null,
  text: null,
};

/** The newest published posts. @throws {AppError} `BAD_USER_INPUT` when the limit is not 1 to 100. */
export function newestPosts(
  limit: number | null | undefined,
  viewer: Viewer,
  projection: Projection,
): PostList {
  return {
    filter: published,
    scope: visibleTo(viewer),
    order: 'PUBLISHED_AT_DESC',
    page: listRequest(limit),
    projection,
  };
}
