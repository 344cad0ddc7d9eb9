import { Connection, type Edge, type PageRequest } from '../../shared/pagination/index.ts';
import { excerptHtml } from './excerpt.ts';
import { rankOf, searchOrder } from './order.ts';
import type { Found } from './repository.ts';

/** One place in what was found. */
export interface SearchEdge extends Edge<Found> {
  /** Greater than 0, at most 4. */
  readonly rank: number;
  /** HTML; null where there is no text to quote. */
  readonly excerpt: string | null;
}

/** One page of what was found, whose edges say how well each thing fits. */
export class SearchConnection extends Connection<Found> {
  constructor(rows: readonly Found[], page: PageRequest, count: () => Promise<readonly number[]>) {
    super(rows, page, searchOrder, count);
  }

  override get edges(): SearchEdge[] {
    return super.edges.map(({ cursor, node }) => ({
      cursor,
      node,
      rank: rankOf(node),
      excerpt: node.headline === null ? null : excerptHtml(node.headline),
    }));
  }
}
