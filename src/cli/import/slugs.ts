import type { Queryable } from '../../db/index.ts';
import { quote, type Refusal } from './file-error.ts';
import { findTakenSlugs } from './repository.ts';

/** What a file says of the slug that its post shall have. */
export interface SlugWish {
  readonly path: string;
  /** The slug that the post has for good; null where it was not published yet. */
  readonly final: string | null;
  /** The slug that the file asks for; null where it does not care. */
  readonly chosen: string | null;
  /** What a slug is made from where nothing is asked for. */
  readonly base: string;
}

/** The slugs by path, and the files that cannot have theirs. */
export interface Slugs {
  readonly byPath: ReadonlyMap<string, string>;
  readonly refused: readonly Refusal[];
}

/**
 * Gives each file a slug that no other post has: the final one; otherwise the chosen one, of which the first file in
 * order gets it; otherwise the base, and with it the first free number from 2.
 */
export async function chooseSlugs(db: Queryable, wishes: readonly SlugWish[]): Promise<Slugs> {
  const byPath = new Map<string, string>();
  const owners = new Map<string, string>();
  const refused: Refusal[] = [];
  const give = (path: string, slug: string) => {
    byPath.set(path, slug);
    owners.set(slug, path);
  };
  for (const { path, final } of wishes) if (final !== null) give(path, final);
  const askedFor = wishes.flatMap(({ final, chosen }) => (final === null && chosen !== null ? [chosen] : []));
  const foreign = new Set((await findTakenSlugs(db, askedFor)).filter((slug) => !owners.has(slug)));
  for (const { path, final, chosen } of wishes) {
    if (chosen === null || chosen === final) continue;
    const reason = refusalOf(chosen, final, foreign, owners.get(chosen));
    if (reason === null) give(path, chosen);
    else refused.push({ path, reason });
  }
  const indifferent = wishes.filter(({ final, chosen }) => final === null && chosen === null);
  for (const [path, slug] of await deriveSlugs(db, indifferent, owners)) byPath.set(path, slug);
  for (const { path } of refused) byPath.delete(path);
  return { byPath, refused };
}

function refusalOf(
  chosen: string,
  final: string | null,
  foreign: ReadonlySet<string>,
  owner: string | undefined,
): string | null {
  if (final !== null)
    return `Its post was published as ${quote(final)}, and a slug is final: ${quote(chosen)} comes too late.`;
  if (owner !== undefined) return `The slug ${quote(chosen)} is that of ${owner}.`;
  return foreign.has(chosen) ? `Another post has the slug ${quote(chosen)}.` : null;
}

/** Asks for the slugs that seem free at once, and begins anew, knowing more, as long as some of them are not. */
async function deriveSlugs(
  db: Queryable,
  wishes: readonly SlugWish[],
  owners: ReadonlyMap<string, string>,
): Promise<ReadonlyMap<string, string>> {
  const foreign = new Set<string>();
  for (;;) {
    const taken = new Set([...owners.keys(), ...foreign]);
    const nextNumber = new Map<string, number>();
    const derived = new Map<string, string>();
    for (const { path, base } of wishes) {
      let number = nextNumber.get(base) ?? 1;
      let slug = number === 1 ? base : `${base}-${number}`;
      while (taken.has(slug)) slug = `${base}-${++number}`;
      nextNumber.set(base, number + 1);
      taken.add(slug);
      derived.set(path, slug);
    }
    const found = await findTakenSlugs(db, [...derived.values()]);
    if (found.length === 0) return derived;
    for (const slug of found) foreign.add(slug);
  }
}
