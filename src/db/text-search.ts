import { type SQL, type SQLWrapper, sql } from 'drizzle-orm';
import { matchOperator } from './statement.ts';

/** What somebody looks for: its words and phrases, as texts for `to_tsquery`. */
export interface TextQuery {
  /** Each word by its beginning, and each phrase word for word. */
  readonly prefix: readonly string[];
  /** The same words by their stem; a phrase has none, and an empty text in its place. */
  readonly stem: readonly string[];
}

/** The parameters of a statement that looks for a text. */
export const textParameters = { prefix: 'text[]', stem: 'text[]' } as const;

type TextPlaceholders = Readonly<Record<keyof typeof textParameters, SQL>>;

/**
 * What stands between words: white space and ASCII punctuation. The rest is left to the parser of the database, which
 * takes the words of a row apart in the same way; it makes `don't` two words in a row.
 */
const betweenWords = /[\p{White_Space}!-&(-/:-@[-`{-~]+/u;

/**
 * Reads what somebody typed: all words must be there, those in double quotes one after the other; operators are
 * data. Without a letter or a digit nothing is found.
 */
export function textQuery(text: string): TextQuery {
  const stems = new Map<string, string>();
  // Splitting at quotes leaves phrases at the odd places; a quote that is never closed opens none.
  const parts = text.toWellFormed().split(/["“”]/);
  for (const [position, part] of parts.entries()) {
    const words = wordsOf(part).map(quoted);
    if (position % 2 === 1 && position < parts.length - 1) {
      if (words.length > 0) stems.set(words.join(' <-> '), '');
    } else {
      for (const word of words) stems.set(`${word}:*`, word);
    }
  }
  return { prefix: [...stems.keys()], stem: [...stems.values()] };
}

/** The words of a text, in order: what is left of it without punctuation. */
export function wordsOf(text: string): string[] {
  return text.split(betweenWords).filter((word) => /[\p{L}\p{N}]/u.test(word));
}

/** The `tsquery` of a text over rows in no language: names and the like. */
export function namesQuery({ prefix }: { readonly prefix: SQL }): SQL {
  return sql`(
    select string_agg('(' || nullif(to_tsquery('simple', prefix)::text, '') || ')', ' & ')::tsquery
    from unnest(${prefix}) as asked(prefix))`;
}

/** The `tsquery` of a text over rows in English, which are also indexed word for word. */
export function proseQuery({ prefix, stem }: TextPlaceholders): SQL {
  return sql`(
    select string_agg('(' || nullif(concat_ws(' | ',
      nullif(to_tsquery('simple', prefix)::text, ''), nullif(to_tsquery('english', stem)::text, '')), '') || ')', ' & ')::tsquery
    from unnest(${prefix}, ${stem}) as asked(prefix, stem))`;
}

/** Whether a row's full-text index has what a query looks for. */
export function isMatch(vector: SQLWrapper, query: SQL): SQL {
  return sql`${vector} ${sql.raw(matchOperator)} ${query}`;
}

/** A word as an operand of `to_tsquery`, in which nothing is an operator. */
function quoted(word: string): string {
  return `'${word.replaceAll("'", "''")}'`;
}
