import { type SQL, type SQLWrapper, sql } from 'drizzle-orm';
import { customType, uuid } from 'drizzle-orm/pg-core';

/**
 * A `timestamptz(3)` that the program sees as RFC 3339 text in UTC with milliseconds (`2026-01-31T12:00:00.000Z`),
 * which sorts as the times do. No `Date` is made on the way.
 */
export const timestamp = customType<{ data: string; driverData: string }>({
  dataType: () => 'timestamp (3) with time zone',
  fromDriver: rfc3339,
});

/** Text that is ordered and compared byte by byte, the same on every machine: slugs and usernames. */
export const plainText = customType<{ data: string }>({ dataType: () => 'text collate "C"' });

/** A full-text index over a row: written by the database, never read into the program. */
export const tsvector = customType<{ data: never }>({ dataType: () => 'tsvector' });

/**
 * Text as it is indexed: without the punctuation that joins words to addresses, paths and numbers, which the parser
 * would keep as one lexeme. `textQuery` treats what people look for alike.
 */
function searchable(text: SQLWrapper): SQL {
  // `translate` would say it in one call, and take ten times as long.
  return joiningPunctuation
    .split('')
    .reduce((rest, sign) => sql`replace(${rest}, ${sql.raw(`'${sign}'`)}, ' ')`, sql`${text}`);
}

/** The full-text index of a text in no language: its words as they are written. */
export function namesVector(text: SQLWrapper): SQL {
  return sql`to_tsvector('simple', ${searchable(text)})`;
}

/**
 * The full-text index of an English text: its words as they are written, and at the same places their stems. Joined as
 * text, because `||` would put the stems behind the words, so that the last word stood before the first stem.
 */
export function proseVector(text: SQLWrapper): SQL {
  return sql`(${namesVector(text)}::text || ' ' || to_tsvector('english', ${searchable(text)})::text)::tsvector`;
}

/** The punctuation that `searchable` takes out. */
export const joiningPunctuation = './-_:@+~&=?#%<>';

/** A UUIDv7 primary key, made by the program. */
export const primaryId = () => uuid('id').primaryKey();

/**
 * PostgreSQL's text form of a time in a UTC session (`2026-01-31 12:00:00.12+00`) as RFC 3339 with milliseconds.
 * PostgreSQL leaves trailing zeros of the fraction out.
 */
export function rfc3339(text: string): string {
  // Nine of ten times have all three digits.
  if (text.length === 26 && text[19] === '.') return withMilliseconds(text);
  const date = text.slice(0, 10);
  const time = text.slice(11, 19);
  const fraction = text[19] === '.' ? text.slice(20, text.length - 3) : '';
  return `${date}T${time}.${fraction.padEnd(3, '0')}Z`;
}

const letterT = 0x54;
const letterZ = 0x5a;

/** Changes what stands between date and time, and behind them. Of slices, a text would be made that is kept as pieces. */
function withMilliseconds(text: string): string {
  const code = (at: number) => text.charCodeAt(at);
  // biome-ignore format: A line for the date, and one for the time.
  return String.fromCharCode(
    code(0), code(1), code(2), code(3), code(4), code(5), code(6), code(7), code(8), code(9), letterT,
    code(11), code(12), code(13), code(14), code(15), code(16), code(17), code(18), code(19), code(20), code(21), code(22), letterZ,
  );
}
