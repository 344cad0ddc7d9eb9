import type { Person, TestServer } from '../../helpers/server.ts';
import type { List } from './lists.ts';

/** A page as it was answered. */
export interface Page {
  readonly nodes: readonly { readonly id: string }[];
  readonly edges: readonly { readonly cursor: string; readonly node: { readonly id: string } }[];
  readonly pageInfo: {
    readonly hasNextPage: boolean;
    readonly hasPreviousPage: boolean;
    readonly startCursor: string | null;
    readonly endCursor: string | null;
  };
  readonly totalCount?: number;
  readonly totalCountPrecision?: string;
}

/** A page to be read, by the arguments that say which. */
export interface PageOf {
  readonly list: List;
  readonly page: string;
}

const id = '... on Node { id }';
const selection = `nodes { ${id} } edges { cursor node { ${id} } }
  pageInfo { hasNextPage hasPreviousPage startCursor endCursor }`;

/** Reads pages of many lists with one request. */
export async function readPages(
  server: TestServer,
  as: Person,
  wanted: readonly PageOf[],
  isCounted = false,
): Promise<Page[]> {
  if (wanted.length === 0) return [];
  const fields = wanted.map(({ list, page }, number) => {
    const args = [page, list.args].filter((text) => text !== '').join(', ');
    const counted = isCounted ? 'totalCount totalCountPrecision' : '';
    const call = `${list.field}${args === '' ? '' : `(${args})`} { ${selection} ${counted} }`;
    if (list.parent === null) return `page${number}: ${call}`;
    const type = list.field === 'replies' ? '... on Comment' : '...';
    return `page${number}: ${list.parent} { ${type} { list: ${call} } }`;
  });
  const data = await server.query<Record<string, Page & { readonly list?: Page }>>(
    `{ ${fields.join('\n')} }`,
    { as },
  );
  return wanted.map((_, number) => {
    const answered = data[`page${number}`] as Page & { readonly list?: Page };
    return answered.list ?? answered;
  });
}

/** Walks lists to their ends, side by side, and answers all pages of each in the order in which they were read. */
export async function walk(
  server: TestServer,
  as: Person,
  lists: readonly List[],
  {
    size,
    backwards,
    between,
  }: { size: number; backwards: boolean; between?: (round: number) => Promise<void> },
): Promise<Page[][]> {
  const walks = lists.map((list) => ({ list, pages: [] as Page[] }));
  const isOver = ({ pages }: { pages: readonly Page[] }) => {
    const last = pages.at(-1)?.pageInfo;
    return last !== undefined && !(backwards ? last.hasPreviousPage : last.hasNextPage);
  };
  for (let round = 0; ; round += 1) {
    const open = walks.filter((each) => !isOver(each));
    if (open.length === 0) return walks.map(({ pages }) => pages);
    const wanted = open.map(({ list, pages }) => {
      const info = pages.at(-1)?.pageInfo;
      const cursor = backwards ? info?.startCursor : info?.endCursor;
      const from = cursor == null ? '' : `, ${backwards ? 'before' : 'after'}: "${cursor}"`;
      return { list, page: `${backwards ? 'last' : 'first'}: ${size}${from}` };
    });
    const answered = await readPages(server, as, wanted);
    for (const [number, { pages }] of open.entries()) pages.push(answered[number] as Page);
    await between?.(round);
  }
}

/** The identifiers on the pages of a walk, in the list's order. */
export function idsOf(pages: readonly Page[], backwards: boolean): string[] {
  const inOrder = backwards ? pages.toReversed() : pages;
  return inOrder.flatMap(({ nodes }) => nodes.map((node) => node.id));
}
