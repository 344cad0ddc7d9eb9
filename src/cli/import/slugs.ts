import { createHash } from 'node:crypto';
import { numberEndings, type Queryable } from '../../db/index.ts';
import { quote, type FileNote } from './file-error.ts';
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
  readonly refused: readonly FileNote[];
}

/**
 * Gives each file a slug that no other post has: the final one; otherwise the chosen one, of which the first file in
 * order gets it; otherwise the base, alone or with the first free number from 2 to 50, or with an ending that is made of
 * the source and the path.
 */
export async function chooseSlugs(
  db: Queryable,
  source: string,
  wishes: readonly SlugWish[],
): Promise<Slugs> {
  const byPath = new Map<string, string>();
  const owners = new Map<string, string>();
  const refused: FileNote[] = [];
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
  for (const [path, slug] of await deriveSlugs(db, source, indifferent, owners)) byPath.set(path, slug);
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

/**
 * Looks up the slugs that seem free, all at once, and repeats that with what it learned while some are taken. There are
 * only so many numbers, which bounds the repetitions.
 */
async function deriveSlugs(
  db: Queryable,
  source: string,
  wishes: readonly SlugWish[],
  owners: ReadonlyMap<string, string>,
): Promise<ReadonlyMap<string, string>> {
  const foreign = new Set<string>();
  for (;;) {
    const taken = new Set([...owners.keys(), ...foreign]);
    const nextPlace = new Map<string, number>();
    const derived = new Map<string, string>();
    for (const { path, base } of wishes) {
      let place = nextPlace.get(base) ?? 0;
      while (place < numberEndings.length && taken.has(`${base}${numberEndings[place]}`)) place += 1;
      nextPlace.set(base, place + 1);
      const numbered = numberEndings[place];
      const slug = numbered === undefined ? slugOfPath(base, source, path, taken) : `${base}${numbered}`;
      taken.add(slug);
      derived.set(path, slug);
    }
    const found = await findTakenSlugs(db, [...derived.values()]);
    if (found.length === 0) return derived;
    for (const slug of found) foreign.add(slug);
  }
}

/** The base with an ending that stays the same from one import to the next. */
function slugOfPath(base: string, source: string, path: string, taken: ReadonlySet<string>): string {
  for (let attempt = 1; ; attempt += 1) {
    const hash = createHash('sha256')
      .update(JSON.stringify([source, path, attempt]))
      .digest('hex');
    const slug = `${base}-${hash.slice(0, 10)}`;
    if (!taken.has(slug)) return slug;
  }
}
