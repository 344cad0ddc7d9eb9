import { type SQL, type SQLWrapper, sql } from 'drizzle-orm';
import { joiningPunctuation } from './tables/columns.ts';

/** What stands around a mark in a headline. No text has them: `headline` takes control characters out. */
export const [markStart, markStop] = ['\x0e', '\x0f'];

/** A control character in the place of each punctuation that the index does not have, so that both read alike. */
const standIns = controls(0x10, joiningPunctuation.length);
const taken = controls(0x0e, 2 + joiningPunctuation.length);

const from = literal(joiningPunctuation + taken);
const to = literal(standIns + ' '.repeat(taken.length));
const options = literal(`StartSel="${markStart}", StopSel="${markStop}", MinWords=25, MaxWords=40`);

/**
 * The passage of a text that has the most of the words (with a space between them), each marked where a word begins
 * with it or with its stem; the beginning of the text where there are none. `readHeadline` makes it readable.
 */
export function headline(text: SQLWrapper, words: SQL): SQL {
  // The time it takes grows with the words, too.
  const leading = sql`(string_to_array(${words}, ' '))[1:8]`;
  return sql`ts_headline('simple', translate(${surroundings(text, leading)}, ${from}, ${to}), ${marksQuery(leading)}, ${options})`;
}

/** The part of a text before whose middle all the words have come up: taking a long text apart is slow, a look is not. */
function surroundings(text: SQLWrapper, words: SQL): SQL {
  const stems = sql`(select tsvector_to_array(to_tsvector('english', array_to_string(${words}, ' '))))`;
  const place = sql`(select max(regexp_instr(${text}, '\\m' || stem, 1, 1, 0, 'i')) from unnest(${stems}) as asked(stem))`;
  return sql`substr(${text}, greatest(1, coalesce(${place}, 1) - 3000), 6000)`;
}

/** Any of the words, by their beginning or stem. Phrases are not for `ts_headline`, which takes gigabytes for long ones. */
function marksQuery(words: SQL): SQL {
  return sql`(
    select string_agg(nullif(concat_ws(' | ',
      nullif(plainto_tsquery('simple', word)::text, '') || ':*',
      nullif(plainto_tsquery('english', word)::text, '') || ':*'), ''), ' | ')::tsquery
    from unnest(${words}) as asked(word))`;
}

/** A headline as it came out of the database, with its punctuation put back; marks stay as they are. */
export function readHeadline(text: string): string {
  return text.replace(
    /\p{Cc}/gu,
    (character) => joiningPunctuation[standIns.indexOf(character)] ?? character,
  );
}

function controls(first: number, count: number): string {
  return String.fromCharCode(...Array.from({ length: count }, (_, position) => first + position));
}

/** ASCII text as a constant in SQL text. */
function literal(text: string): SQL {
  const bytes = [...Buffer.from(text, 'ascii')].map((byte) => `\\x${byte.toString(16).padStart(2, '0')}`);
  return sql.raw(`E'${bytes.join('')}'`);
}
