import MarkdownIt, { type StateBlock } from 'markdown-it';
import { collapseSpace, safeHtmlOf, textOfSafeHtml } from './safe-html.ts';

/** Grows with every change of the rendered HTML or text. `broadsheet rerender` renders rows of older versions again. */
export const rendererVersion: number = 2;

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

/** Maximum length of the HTML, by the length of the text: escaping makes five characters of one `&`. */
const maxHtml = (length: number): number => 5 * length + 64_000;

/** The HTML that a text makes, and the plain text of that. */
export interface Converted {
  readonly html: string;
  readonly text: string;
}

/**
 * Converts CommonMark with the tables, strikethrough, task lists and autolinks of GitHub to sanitised HTML. It accepts
 * any string: raw HTML keeps what is on an allow-list, and a text over one of the limits is converted by
 * `convertToPreformatted`.
 */
export function convertMarkdown(markdown: string): Converted {
  try {
    const html = safeHtmlOf(markdownIt.render(markdown));
    if (html.length > maxHtml(markdown.length)) throw new RangeError('The HTML is too long.');
    return { html, text: textOfSafeHtml(html) };
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return convertToPreformatted(markdown);
  }
}

/** Shows a text as it was written, as preformatted text. */
export function convertToPreformatted(markdown: string): Converted {
  const source = markdown.replaceAll('\0', '\uFFFD');
  const html = source.replace(/[&<>]/g, (character) => entities[character] ?? character);
  return { html: `<pre>${html}</pre>\n`, text: collapseSpace(source) };
}

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };
