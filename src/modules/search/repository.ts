import { type SQL, type SQLWrapper, sql } from 'drizzle-orm';
import {
  build,
  cappedCount,
  countSelection,
  headline,
  isMatch,
  keyset,
  namesQuery,
  namesVector,
  pageParameters,
  type PageShape,
  pageShape,
  pageValues,
  type Placeholders,
  proseQuery,
  proseVector,
  type Queryable,
  type RowOf,
  type Selection,
  type SortOrder,
  statement,
  statementVariants,
  textParameters,
} from '../../db/index.ts';
import { posts, tags, users } from '../../db/tables/index.ts';
import { asType, type Projection } from '../../shared/projection.ts';
import { postColumns, type PostRow } from '../posts/index.ts';
import { isTagVisible, tagColumns, type TagRow } from '../tags/index.ts';
import { userColumns, type UserRow } from '../users/index.ts';
import type { Search, SearchProjection } from './input.ts';
import { kindBits, scoreOfRank, type SearchKind } from './order.ts';

const searchParameters = { ...textParameters, words: 'text' } as const;

type SearchPlaceholders = Placeholders<typeof searchParameters>;

/** How things of a kind are found, ranked and quoted. */
interface Source {
  readonly kind: SearchKind;
  readonly table: typeof posts | typeof users | typeof tags;
  /** The language of the text, as text search configurations are called. */
  readonly language: 'english' | 'simple';
  readonly query: (parameters: SearchPlaceholders) => SQL;
  /** The condition that keeps everybody from what is not public. */
  readonly isVisible: SQL;
  /** What the things are called, and the index of it. */
  readonly names: readonly SQLWrapper[];
  readonly namesVector: SQLWrapper;
  /** The text that excerpts are taken from. */
  readonly quoted: SQLWrapper | null;
}

const sources: Record<SearchKind, Source> = {
  POST: {
    kind: 'POST',
    table: posts,
    language: 'english',
    query: proseQuery,
    isVisible: sql`${posts.status} = 'PUBLISHED'`,
    names: [posts.title],
    namesVector: proseVector(posts.title),
    quoted: posts.searchText,
  },
  USER: {
    kind: 'USER',
    table: users,
    language: 'simple',
    query: namesQuery,
    isVisible: sql`true`,
    names: [users.name, users.username],
    namesVector: namesVector(sql`${users.name} || ' ' || ${users.username}`),
    quoted: users.bio,
  },
  TAG: {
    kind: 'TAG',
    table: tags,
    language: 'simple',
    query: namesQuery,
    isVisible: isTagVisible('published', sql`null`),
    names: [tags.name],
    namesVector: tags.searchVector,
    quoted: null,
  },
};

function conditions({ table, query, isVisible }: Source, p: SearchPlaceholders): SQL {
  return sql`${isMatch(table.searchVector, query(p))} and ${isVisible}`;
}

/**
 * How well a row fits, as an `integer`, so that cursors are exact. The rank in it is 3 where a name is the query, 2
 * where names have all its words, 1 where they have them by beginning or stem, and 0 where the words stand elsewhere;
 * to that comes a part below 1, by how often whole words were found and how close together.
 */
function score(
  { kind, table, language, query, names, namesVector: named }: Source,
  p: SearchPlaceholders,
): SQL {
  // Sub-selects without a reference to the row run once for the statement.
  const allWords = sql`(select plainto_tsquery('simple', ${p.words}))`;
  const theQuery = sql`(select ${namesVector(p.words)})`;
  const tier = sql`case
    when not ${isMatch(named, query(p))} then 0
    when not ${isMatch(named, allWords)} then 1
    when ${theQuery} not in (${sql.join(names.map(namesVector), sql`, `)}) then 2
    else 3 end`;
  // Ranking takes a time that grows with the words and their occurrences; beginnings of words may occur everywhere.
  const words = sql`(string_to_array(${p.words}, ' '))[1:8]`;
  const wholeWords = sql`(select plainto_tsquery(${sql.raw(`'${language}'`)}, array_to_string(${words}, ' ')))`;
  // Divided by the logarithm of the length of the text, which is the meaning of 1, and then brought below 1 by 32.
  const rank = sql`ts_rank_cd(${table.searchVector}, ${wholeWords}, 1 | 32)`;
  const [unit, bits] = [scoreOfRank / 4, kindBits[kind]].map((number) => sql.raw(String(number)));
  return sql`((${tier} + ${rank}) * ${unit})::integer * 4 + ${bits}`;
}

/** What is read of a row beside its columns; the headline is null unless excerpts are asked for. */
const place = {
  score: sql<number>`found.score`.as('score'),
  headline: sql<string | null>`headline`.as('headline'),
};

/** A thing found, with its place. */
export type Found = (
  | ({ readonly __typename: 'Post' } & PostRow)
  | ({ readonly __typename: 'User' } & UserRow)
  | ({ readonly __typename: 'Tag' } & TagRow)
) &
  RowOf<typeof place>;

interface FoundShape extends PageShape {
  readonly excerpts: boolean;
  readonly projection: Projection;
}

const foundOrder: SortOrder = {
  key: sql`found.score`,
  keyType: 'integer',
  id: sql`found.id`,
  descending: true,
};

function foundPage<Columns extends Selection>(source: Source, selection: Columns, shape: FoundShape) {
  const { kind, table, quoted } = source;
  return statement({
    name: `search_page_${kind.toLowerCase()}`,
    parameters: { ...searchParameters, ...pageParameters },
    selection: { ...selection, ...place },
    projection: shape.projection,
    query(parameters, columns) {
      const { range, orderBy } = keyset(foundOrder, shape, parameters);
      // Without `offset` the score would be worked out anew wherever it is named.
      const page = sql`
        select found.id, found.score from (
          select ${table.id}, ${score(source, parameters)} as score from ${table}
          where ${conditions(source, parameters)} offset 0) as found
        where ${range ?? sql`true`} order by ${sql.join(orderBy, sql`, `)} limit ${parameters.rows}`;
      // Only the rows of the page are quoted, which takes far longer than finding them.
      const quote = shape.excerpts && quoted !== null ? headline(quoted, parameters.words) : sql`null`;
      return build
        .select({ ...columns, score: place.score, headline: quote.as('headline') } as unknown as typeof place)
        .from(table)
        .innerJoin(sql`(${page}) as found`, sql`found.id = ${table.id}`)
        .orderBy(...orderBy);
    },
  });
}

const postPage = statementVariants((shape: FoundShape) => foundPage(sources.POST, postColumns, shape));
const userPage = statementVariants((shape: FoundShape) => foundPage(sources.USER, userColumns, shape));
const tagPage = statementVariants((shape: FoundShape) => foundPage(sources.TAG, tagColumns, shape));

function searchValues({ text, words }: Search) {
  return { ...text, words };
}

/** The posts, users or tags found on a page, the best first, or the last first when the page is read from the end. */
export async function pageOfFound(
  db: Queryable,
  kind: SearchKind,
  search: Search,
  { columns, excerpts }: SearchProjection,
): Promise<Found[]> {
  const shape = Object.assign(pageShape(search.page), { excerpts, projection: columns[kind] });
  const values = Object.assign(searchValues(search), pageValues(search.page));
  switch (kind) {
    case 'POST':
      return (await db.run(postPage(shape), values)).map((row) => asType(row, 'Post'));
    case 'USER':
      return (await db.run(userPage(shape), values)).map((row) => asType(row, 'User'));
    case 'TAG':
      return (await db.run(tagPage(shape), values)).map((row) => asType(row, 'Tag'));
    default:
      return kind satisfies never;
  }
}

const foundCount = statementVariants(({ kind }: { kind: SearchKind }) =>
  statement({
    name: `search_count_${kind.toLowerCase()}`,
    parameters: searchParameters,
    selection: countSelection,
    query(parameters) {
      const source = sources[kind];
      return cappedCount(sql`select 1 from ${source.table} where ${conditions(source, parameters)}`);
    },
  }),
);

/** The number of posts, users or tags found, up to one more than is ever shown. */
export async function countFound(db: Queryable, kind: SearchKind, search: Search): Promise<number> {
  const [row] = await db.run(foundCount({ kind }), searchValues(search));
  return row?.count ?? 0;
}
