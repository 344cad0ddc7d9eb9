import type { ListOrder } from '../../shared/pagination/index.ts';

/** The kinds of things that can be found, as the contract names them. */
export type SearchKind = 'POST' | 'USER' | 'TAG';

/**
 * What the score of each kind ends in, as its lowest two bits: things of different kinds never have the same score, and
 * of two that fit equally well a post comes before a user and a user before a tag.
 */
export const kindBits: Record<SearchKind, number> = { POST: 3, USER: 2, TAG: 1 };

/** How much of a score stands for a rank of 1. Ranks stay below 4, and scores are an `integer`. */
export const scoreOfRank = 4 * 100_000_000;

/** The part of a thing found that says where it stands. */
interface Scored {
  readonly id: string;
  readonly score: number;
}

/** What cursors of search results hold. */
export const searchOrder: ListOrder<Scored> = {
  name: 'SCORE_DESC',
  isKey: (key) => /^\d{1,10}$/.test(key) && Number(key) < 2 ** 31,
  position: ({ score, id }) => ({ key: String(score), id }),
};

/** Compares things found as the list has them: the highest score first, then the latest made. */
export function compareFound(a: Scored, b: Scored): number {
  return b.score - a.score || (a.id < b.id ? 1 : -1);
}

/** How well a thing found fits: greater than 0, at most 4. */
export function rankOf({ score }: Scored): number {
  return score / scoreOfRank;
}
