import type { QueryResolvers, TagResolvers } from '../../generated/resolvers.ts';
import { globalId } from '../../shared/ids.ts';
import { Connection, listRequest, pageRequest } from '../../shared/pagination/index.ts';
import { selectsItems } from '../../shared/selection.ts';
import { parseInput, soughtName } from '../../shared/validation.ts';
import { tagProjections, type TagRow } from './columns.ts';
import { parseTagList } from './input.ts';
import { tagOrders } from './order.ts';
import { visibleTo } from './policy.ts';
import { countTags, findTagBySlug, pageOfTags } from './repository.ts';

const Query = {
  tagBySlug: (_, { slug }, { db, viewer }, info) =>
    findTagBySlug(db, parseInput(soughtName, slug, ['slug']), visibleTo(viewer), tagProjections.at(info)),
  tags: (_, { limit }, { db, viewer }, info) =>
    pageOfTags(
      db,
      parseTagList(null, 'CREATED_AT_DESC', listRequest(limit), viewer, tagProjections.at(info)),
    ),
  async tagsConnection(_, { filter, orderBy, ...args }, { db, viewer }, info) {
    const order = tagOrders[orderBy];
    const list = parseTagList(filter, orderBy, pageRequest(args, order), viewer, tagProjections.ofPage(info));
    const rows = selectsItems(info) ? await pageOfTags(db, list) : [];
    return new Connection(rows, list.page, order, () => countTags(db, list));
  },
} satisfies QueryResolvers;

/** An entity of the contract's type `Tag`. */
export interface Tag extends TagRow {
  readonly __typename?: 'Tag';
}

const Tag = {
  id: globalId('tag'),
} satisfies TagResolvers;

export const tagResolvers = { Query, Tag };
