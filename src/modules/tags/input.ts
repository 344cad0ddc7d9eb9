import slugify from '@sindresorhus/slugify';
import { z } from 'zod';
import { textQuery } from '../../db/index.ts';
import type { TagFilter } from '../../generated/resolvers.ts';
import type { PageRequest } from '../../shared/pagination/index.ts';
import { nameOf, parseInput, rule, textOf } from '../../shared/validation.ts';
import type { Projection } from '../../shared/projection.ts';
import type { Viewer } from '../../shared/viewer.ts';
import type { TagOrderName } from './order.ts';
import { visibleTo } from './policy.ts';
import type { TagList } from './repository.ts';

/** Signs that tell names of languages and the like apart, and that a slug would lose. */
const spelledOut: [string, string][] = [
  ['+', ' plus '],
  ['#', ' sharp '],
];

/** The slug of a tag's name: in Latin script where it can be, otherwise in its own. Empty when nothing is left. */
export function tagSlug(name: string): string {
  const latin = slugify(name, { customReplacements: spelledOut, decamelize: false });
  if (latin !== '') return latin;
  return name
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '-')
    .replace(/^-|-$/g, '');
}

/** The slugs of names, each once, sorted. */
export function tagSlugs(names: readonly string[]): string[] {
  return [...new Set(names.map(tagSlug))].toSorted();
}

const tagName = nameOf('The name of a tag', { min: 1, max: 50 }).refine(
  (name) => tagSlug(name) !== '',
  rule('invalid_format', 'The name of a tag must have a letter or a digit.'),
);

/** The names of a post's tags. */
export const tagNames = z.array(tagName).max(10, { message: 'A post can have at most 10 tags.' });

const searchWords = textOf('The text', { min: 0, max: 256 });

/** @throws {AppError} `BAD_USER_INPUT` when the filter is not valid. */
export function parseTagList(
  filter: TagFilter | null | undefined,
  order: TagOrderName,
  page: PageRequest,
  viewer: Viewer,
  projection: Projection,
): TagList {
  const text = filter?.text == null ? null : parseInput(searchWords, filter.text, ['filter', 'text']);
  return { text: text === null ? null : textQuery(text), scope: visibleTo(viewer), order, page, projection };
}
