import { isTimeKey, type ListOrder } from '../../shared/pagination/index.ts';

/** The orders that lists of posts come in, as the contract names them. */
export type PostOrderName = 'PUBLISHED_AT_DESC' | 'PUBLISHED_AT_ASC';

/** The part of a post that says where it stands in a list. */
interface ListedPost {
  readonly id: string;
  readonly listedAt: string;
}

const byListing = (name: PostOrderName): ListOrder<ListedPost> => ({
  name: `posts ${name}`,
  isKey: isTimeKey,
  position: ({ listedAt, id }) => ({ key: listedAt, id }),
});

/** What cursors of lists of posts hold. */
export const postOrders: Record<PostOrderName, ListOrder<ListedPost>> = {
  PUBLISHED_AT_DESC: byListing('PUBLISHED_AT_DESC'),
  PUBLISHED_AT_ASC: byListing('PUBLISHED_AT_ASC'),
};
