import { markStart, markStop, readHeadline } from '../../db/index.ts';

/** How many characters an excerpt has at the most, and how many of them before its first mark. */
const maxLength = 400;
const maxLead = 100;

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/**
 * A headline as HTML: escaped text on one line, at most 400 characters of it, with the words found in `<mark>`. Null
 * when it has no text. The database counts words, which may be of any length.
 */
export function excerptHtml(headline: string): string | null {
  const line = headline.replace(/\s+/g, ' ').trim();
  if (line === '') return null;
  const start = Math.max(0, line.indexOf(markStart) - maxLead);
  // A code point takes at most two places of a string, so this holds more than are needed.
  const characters = Array.from(
    line.slice(start, start + 2 * (maxLength + 1)).replace(/^[\uDC00-\uDFFF]/, ''),
  );
  const cut = characters.slice(0, maxLength).join('');
  const closed = cut.lastIndexOf(markStart) > cut.lastIndexOf(markStop) ? cut + markStop : cut;
  const html = readHeadline(closed)
    .replace(/[&<>"']/g, (character) => entities[character] ?? character)
    .replaceAll(markStart, '<mark>')
    .replaceAll(markStop, '</mark>');
  return `${start > 0 ? '…' : ''}${html}${characters.length > maxLength ? '…' : ''}`;
}
