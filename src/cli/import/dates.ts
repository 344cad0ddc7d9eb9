import { DateTime, type DateTimeOptions } from 'luxon';
import { FileError, quote } from './file-error.ts';

/** Without a zone of its own, a time is one in UTC; names of months and days are English. */
const inUtc: DateTimeOptions = { zone: 'utc', locale: 'en' };

const days = [
  'yyyy-M-d',
  'yyyy/M/d',
  'yyyy.M.d',
  'd.M.yyyy',
  'd MMM yyyy',
  'd MMMM yyyy',
  'MMM d, yyyy',
  'MMMM d, yyyy',
  'MMM d yyyy',
  'MMMM d yyyy',
];
const times = ['', ' H:mm', ' H:mm:ss', ' H:mm:ss.SSS', ' h:mm a'];
const zones = ['', ' ZZZ', ' ZZ', 'ZZZ', 'ZZ'];

const formats = days.flatMap((day) =>
  times.flatMap((time) => (time === '' ? [day] : zones.map((zone) => `${day}${time}${zone}`))),
);

/**
 * Reads a date as people and programs write it: ISO 8601, RFC 2822 and the spellings above. Days and months in
 * figures count as year, month, day, and with points as day, month, year: what could be either is not read.
 *
 * @returns The time as RFC 3339 in UTC with milliseconds.
 * @throws {FileError} when there is no such date, or its year is not one from 1000 to 9999.
 */
export function parseDate(text: string): string {
  const written = text
    .trim()
    .replace(/\s+/g, ' ')
    .replace(/^(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*,? (?=[a-z])/i, '')
    .replace(/(?<=\d)(?:st|nd|rd|th)\b(?: of\b)?/i, '')
    .replace(/\bSept\b/i, 'Sep')
    .replace(/ (?:UTC|GMT)$/, ' +0000')
    .replace(/ GMT(?=[+-])/, ' ');
  const time = written.length > 60 ? null : firstValid(written);
  if (time === null || time.year < 1000 || time.year > 9999) {
    throw new FileError(`There is no such date, or it is not written in a known way: ${quote(text)}.`);
  }
  return time.toUTC().toISO() as string;
}

function firstValid(text: string): DateTime | null {
  if (/^\d{4}-?\d\d-?\d\d/.test(text)) {
    const iso = DateTime.fromISO(
      text.replace(/^(\S{10}) (?=\d\d:)/, '$1T').replace(/ (?=[+-]\d\d:?\d\d$)/, ''),
      inUtc,
    );
    if (iso.isValid) return iso;
  }
  if (/^\d{10}$/.test(text)) return DateTime.fromSeconds(Number(text), inUtc);
  if (/^\d{13}$/.test(text)) return DateTime.fromMillis(Number(text), inUtc);
  const rfc2822 = DateTime.fromRFC2822(text, inUtc);
  if (rfc2822.isValid) return rfc2822;
  for (const format of formats) {
    const time = DateTime.fromFormat(text, format, inUtc);
    if (time.isValid) return time;
  }
  return null;
}
