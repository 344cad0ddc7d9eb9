import { sql } from 'drizzle-orm';
import { statement, type Transaction } from '../../db/index.ts';
import { tags } from '../../db/tables/index.ts';
import { newUuid } from '../../shared/ids.ts';
import { tagSlug } from './input.ts';

const insertTags = statement({
  name: 'tags_insert',
  parameters: { ids: 'uuid[]', slugs: 'text[]', names: 'text[]' },
  selection: { id: tags.id },
  query: ({ ids, slugs, names }) => sql`
    insert into tags (id, slug, name)
    select * from unnest(${ids}, ${slugs}, ${names})
    on conflict (slug) do nothing
    returning id`,
});

/**
 * Makes the tags of these names that do not exist yet. They are made in the order of their slugs, so that writers of
 * the same new tags wait for each other instead of locking each other out.
 */
export async function ensureTags(tx: Transaction, names: readonly string[]): Promise<void> {
  // Reversed, so that of two names with the same slug the first one counts.
  const bySlug = new Map(names.toReversed().map((name) => [tagSlug(name), name]));
  const slugs = [...bySlug.keys()].toSorted();
  await tx.run(insertTags, {
    ids: slugs.map(() => newUuid()),
    slugs,
    names: slugs.map((slug) => bySlug.get(slug) as string),
  });
}
