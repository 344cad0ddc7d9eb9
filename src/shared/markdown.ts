import MarkdownIt, { type StateBlock } from 'markdown-it';
import { collapseSpace, safeHtmlOf, textOfSafeHtml } from './safe-html.ts';

/** Grows with every change of what `renderMarkdown` makes, so that stored HTML can be made anew. */
export const rendererVersion: number = 1;

/** How deep blocks may nest, lists counting twice: beyond the 20 of its preset, the parser drops them. */
const maxNesting = 20;
/** How many tokens a text may have, by its length: wide tables and deep quotes make many of little. */
const maxTokens = (length: number): number => Math.min(length + 10_000, 300_000);
/** How long all addresses and titles may be: percent-encoding makes nine characters of one. */
const maxAddresses = (length: number): number => 9 * length + 1_000;
/** How far the end of an address without markup is looked for. */
const maxPlainAddress = 400;

const markdownIt = new MarkdownIt('commonmark', { linkify: true }).enable(['table', 'strikethrough']);
// Only this one of the rules for addresses: it asks for `://`, where the other takes any `//` and `mailto:`.
markdownIt.inline.ruler.enable('linkify');
// Which addresses are allowed is decided once, when the HTML is sanitised.
markdownIt.validateLink = () => true;

const {
  linkify,
  utils: { escapeHtml },
} = markdownIt;
const matchAddress = linkify.matchAtStart.bind(linkify);
linkify.matchAtStart = (text) => matchAddress(text.slice(0, maxPlainAddress));

class LimitedState extends markdownIt.block.State {
  quotedLines = 0;

  override push(...token: Parameters<StateBlock['push']>) {
    if (this.level >= maxNesting) throw new RangeError('The blocks nest too deep.');
    if (this.tokens.length > maxTokens(this.src.length)) throw new RangeError('There are too many blocks.');
    return super.push(...token);
  }
}
markdownIt.block.State = LimitedState;

const tokenize = markdownIt.block.tokenize.bind(markdownIt.block);
markdownIt.block.tokenize = (state, startLine, endLine) => {
  if (state instanceof LimitedState && state.parentType === 'blockquote') {
    // A quote takes all lines up to a blank one, and may give most of them back, to the next quote.
    state.quotedLines += endLine - startLine;
    if (state.quotedLines > maxNesting * state.bMarks.length)
      throw new RangeError('There are too many quotes.');
  }
  tokenize(state, startLine, endLine);
};

markdownIt.core.ruler.after('inline', 'limits', ({ tokens, src }) => {
  const inline = tokens.flatMap(({ children }) => children ?? []);
  if (inline.length > maxTokens(src.length)) throw new RangeError('There is too much markup.');
  const attributes = inline.flatMap(({ attrs }) => attrs ?? []);
  const length = attributes.reduce((sum, [, value]) => sum + value.length, 0);
  if (length > maxAddresses(src.length)) throw new RangeError('The references are used too often.');
});

markdownIt.core.ruler.after('limits', 'tasks', ({ tokens }) => {
  for (const [i, { children }] of tokens.entries()) {
    const text = children?.[0];
    if (tokens[i - 2]?.type !== 'list_item_open' || text?.type !== 'text') continue;
    text.type = 'html_inline';
    text.content = escapeHtml(text.content)
      .replace(/^\[ \](?=\s)/, '<input>')
      .replace(/^\[[xX]\](?=\s)/, '<input checked>');
  }
});

/**
 * CommonMark with the tables, strikethrough, task lists and autolinks of GitHub, as sanitised HTML, and
 * the plain text of it. Any string is rendered: raw HTML keeps what is on an allow-list, and a text
 * over one of the limits comes out as it was written, as preformatted text.
 */
export function renderMarkdown(markdown: string): { html: string; text: string } {
  try {
    const html = safeHtmlOf(markdownIt.render(markdown));
    return { html, text: textOfSafeHtml(html) };
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    const source = markdown.replaceAll('\0', '\uFFFD');
    return { html: `<pre>${escapeHtml(source)}</pre>\n`, text: collapseSpace(source) };
  }
}

const excerptLength = 280;

/** The beginning of a text on one line, at most 280 characters (code points), with `…` where it was cut. */
export function excerptOf(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  // A code point takes at most two places of a string, so this holds more than are needed.
  const characters = Array.from(line.slice(0, 2 * (excerptLength + 1)));
  if (characters.length <= excerptLength) return line;
  const room = characters.slice(0, excerptLength);
  const space = room.lastIndexOf(' ');
  // A word that fills more than half of the room is cut itself.
  const end = space > excerptLength / 2 ? space : excerptLength - 1;
  return `${room.slice(0, end).join('').trimEnd()}…`;
}

/** How long reading takes, in whole minutes at 220 words a minute, at least 1. */
export function readingTimeMinutes(text: string): number {
  return minutesOfWords(countWords(text));
}

export function countWords(text: string): number {
  return text.match(/\S+/g)?.length ?? 0;
}

/** How long reading so many words takes, as `readingTimeMinutes` says. */
export function minutesOfWords(words: number): number {
  return Math.max(1, Math.ceil(words / 220));
}

const searchBytes = 100_000;

/** The part of a text that is searched: its first 100,000 bytes as UTF-8, in whole characters. */
export function searchTextOf(text: string): string {
  // A character takes at most three bytes for each of its places in a string.
  if (text.length * 3 <= searchBytes) return text;
  const { read } = new TextEncoder().encodeInto(text, new Uint8Array(searchBytes));
  return text.slice(0, read);
}
