import type { QueryResolvers } from '../../generated/resolvers.ts';
import { selectedFields, type SelectionInfo, selectsItems } from '../../shared/selection.ts';
import { connectionProjection } from '../posts/index.ts';
import { SearchConnection } from './connection.ts';
import { parseSearch, type SearchProjection } from './input.ts';
import { countKinds, findPage } from './service.ts';

/** What an operation reads of the things found. */
function searchProjection(info: SelectionInfo): SearchProjection {
  return { posts: connectionProjection(info), excerpts: selectedFields(info, ['edges']).has('excerpt') };
}

const Query = {
  async search(_, args, { db }, info) {
    const search = parseSearch(args);
    const rows = selectsItems(info) ? await findPage(db, search, searchProjection(info)) : [];
    return new SearchConnection(rows, search.page, () => countKinds(db, search));
  },
} satisfies QueryResolvers;

export const searchResolvers = { Query };
