import { type TextQuery, textQuery, wordsOf } from '../../db/index.ts';
import type { QuerySearchArgs } from '../../generated/resolvers.ts';
import { type PageRequest, pageRequest } from '../../shared/pagination/index.ts';
import type { Projection } from '../../shared/projection.ts';
import { parseInput, textOf } from '../../shared/validation.ts';
import { type SearchKind, searchOrder } from './order.ts';

/** What to look for, and which page of what is found. */
export interface Search {
  readonly text: TextQuery;
  /** All words of the query, with a space between them. */
  readonly words: string;
  /** Each kind once; none when the query has no word. */
  readonly kinds: readonly SearchKind[];
  readonly page: PageRequest;
}

/** What of the things found is read. */
export interface SearchProjection {
  readonly columns: Readonly<Record<SearchKind, Projection>>;
  readonly excerpts: boolean;
}

const allKinds: readonly SearchKind[] = ['POST', 'USER', 'TAG'];

const searchWords = textOf('The query', { min: 0, max: 256 });

/** @throws {AppError} `BAD_USER_INPUT` when the query or the page is not valid. */
export function parseSearch({ query, kinds, ...args }: QuerySearchArgs): Search {
  const page = pageRequest(args, searchOrder);
  const typed = parseInput(searchWords, query, ['query']);
  const words = wordsOf(typed).join(' ');
  const asked = kinds == null || kinds.length === 0 ? allKinds : [...new Set(kinds)];
  return { text: textQuery(typed), words, kinds: words === '' ? [] : asked, page };
}
