import type { Queryable } from '../../db/index.ts';
import type { Search, SearchProjection } from './input.ts';
import { compareFound } from './order.ts';
import { countFound, type Found, pageOfFound } from './repository.ts';

/** One page of all kinds in one order, as a connection takes it: from the end when it is read backwards. */
export async function findPage(
  db: Queryable,
  search: Search,
  projection: SearchProjection,
): Promise<Found[]> {
  const { kinds, page } = search;
  const found = (await Promise.all(kinds.map((kind) => pageOfFound(db, kind, search, projection)))).flat();
  found.sort((a, b) => (page.backwards ? compareFound(b, a) : compareFound(a, b)));
  return found.slice(0, page.rows);
}

/** The number of things found of each kind, up to one more than is ever shown. */
export function countKinds(db: Queryable, search: Search): Promise<number[]> {
  return Promise.all(search.kinds.map((kind) => countFound(db, kind, search)));
}
