import { encodeCursor } from './cursor.ts';
import type { ListOrder, PageRequest } from './page-request.ts';

/** Counting stops at this number; a counter that gets further answers any number above it. */
const maxCount = 10_000;

/** One place in a list. */
export interface Edge<Node> {
  readonly cursor: string;
  readonly node: Node;
}

/** Where a page stands in its list. */
export interface PageInfo {
  readonly hasNextPage: boolean;
  readonly hasPreviousPage: boolean;
  readonly startCursor: string | null;
  readonly endCursor: string | null;
}

/** How exact a count is. */
export type CountPrecision = 'EXACT' | 'AT_LEAST';

/** One page of a list, by the Relay Cursor Connections specification. Each part is made when it is asked for. */
export class Connection<Node> {
  /** The items of the page, in the list's order. */
  readonly nodes: readonly Node[];
  readonly #request: PageRequest;
  readonly #order: ListOrder<Node>;
  readonly #runCount: () => Promise<number | readonly number[]>;
  #counted: Promise<readonly number[]> | undefined;
  readonly #hasMore: boolean;

  /**
   * Takes the rows as they were read: one more than the page's size where more follow, from the end when backwards.
   * A list that is merged from several has the count of each.
   */
  constructor(
    rows: readonly Node[],
    request: PageRequest,
    order: ListOrder<Node>,
    count: () => Promise<number | readonly number[]>,
  ) {
    const page = rows.slice(0, request.size);
    this.nodes = request.backwards ? page.toReversed() : page;
    this.#hasMore = rows.length > request.size;
    this.#request = request;
    this.#order = order;
    this.#runCount = count;
  }

  get edges(): Edge<Node>[] {
    return this.nodes.map((node) => ({ cursor: this.#cursor(node), node }));
  }

  get pageInfo(): PageInfo {
    const { backwards, after, before } = this.#request;
    const [start, end] = [this.nodes.at(0), this.nodes.at(-1)];
    return {
      hasNextPage: backwards ? before !== null : this.#hasMore,
      hasPreviousPage: backwards ? this.#hasMore : after !== null,
      startCursor: start === undefined ? null : this.#cursor(start),
      endCursor: end === undefined ? null : this.#cursor(end),
    };
  }

  async totalCount(): Promise<number> {
    return (await this.#counts()).reduce((sum, count) => sum + Math.min(count, maxCount), 0);
  }

  async totalCountPrecision(): Promise<CountPrecision> {
    return (await this.#counts()).some((count) => count > maxCount) ? 'AT_LEAST' : 'EXACT';
  }

  /** Counts once, whatever is asked of the count. */
  #counts(): Promise<readonly number[]> {
    this.#counted ??= this.#runCount().then((counts) => [counts].flat());
    return this.#counted;
  }

  #cursor(node: Node): string {
    return encodeCursor(this.#order.name, this.#order.position(node));
  }
}
