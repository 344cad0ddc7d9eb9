import type { DemoPost } from '../content.ts';
import { historyPosts } from './history.ts';
import { kitchenPosts } from './kitchen.ts';
import { newspaperPosts } from './newspaper.ts';
import { technologyPosts } from './technology.ts';
import { townPosts } from './town.ts';
import { typographyPosts } from './typography.ts';

/** What stands in the Lantern. */
export const posts: readonly DemoPost[] = [
  ...newspaperPosts,
  ...townPosts,
  ...typographyPosts,
  ...historyPosts,
  ...kitchenPosts,
  ...technologyPosts,
];
