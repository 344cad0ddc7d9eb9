import type { QueryResolvers } from '../../generated/resolvers.ts';
import { oncePerPosition, selectedFields, selectsItems } from '../../shared/selection.ts';
import { postProjections } from '../posts/index.ts';
import { tagProjections } from '../tags/index.ts';
import { userProjections } from '../users/index.ts';
import { SearchConnection } from './connection.ts';
import { parseSearch, type SearchProjection } from './input.ts';
import { countKinds, findPage } from './service.ts';

/** What an operation reads of the things found. */
const searchProjection = oncePerPosition(
  (info): SearchProjection => ({
    columns: {
      POST: postProjections.ofNodes(info),
      USER: userProjections.ofNodes(info),
      TAG: tagProjections.ofNodes(info),
    },
    excerpts: selectedFields(info, ['edges']).has('excerpt'),
  }),
);

const Query = {
  async search(_, args, { db }, info) {
    const search = parseSearch(args);
    const rows = selectsItems(info) ? await findPage(db, search, searchProjection(info)) : [];
    return new SearchConnection(rows, search.page, () => countKinds(db, search));
  },
} satisfies QueryResolvers;

export const searchResolvers = { Query };
