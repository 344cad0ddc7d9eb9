import { sql } from 'drizzle-orm';
import { type Queryable, statement, type Transaction } from '../../db/index.ts';
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
 * Creates the tags of these names that do not exist yet. They are made in the order of their slugs, so that writers of
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

/** Maximum number of tags that one statement deletes, which bounds how long it holds its locks. */
export const deletedAtOnce = 1_000;

const deleteUncarried = statement({
  name: 'tags_delete_uncarried',
  parameters: {},
  selection: { id: tags.id },
  // A post that is getting one of the tags at this moment holds it, so it is skipped, and gone from here afterwards.
  query: () => sql`
    with uncarried as (
      select id from tags
      where uncarried_since < now() - interval '1 day'
      order by uncarried_since limit ${sql.raw(String(deletedAtOnce))}
      for update skip locked
    )
    delete from tags
    where id in (select id from uncarried) and not exists (select from post_tags where tag_id = tags.id)
    returning id`,
});

/** Deletes tags that no post has carried for a day, at most `deletedAtOnce`, and returns how many it deleted. */
export async function deleteUncarriedTags(db: Queryable): Promise<number> {
  const deleted = await db.run(deleteUncarried, {});
  return deleted.length;
}
