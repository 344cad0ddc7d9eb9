import { createContext, Script } from 'node:vm';
import {
  Lexer,
  type MarkedOptions,
  Parser,
  type Token,
  Tokenizer,
  type Tokens,
  type TokensList,
} from 'marked';
import sanitizeHtml from 'sanitize-html';

/** Grows with every change of what `renderMarkdown` makes, so that stored HTML can be made anew. */
export const rendererVersion: number = 1;

/** How deep quotes and lists, and in them emphasis and links, may nest; what is deeper stays literal. */
const maxBlockDepth = 16;
const maxInlineDepth = 32;
/** How deep elements may nest in the HTML; deeper tags are dropped and their text is kept. */
const maxElementDepth = 100;
/** How many cells a table may have on top of one for each of its bytes: short rows are filled up. */
const maxAddedCells = 10_000;
/** How many characters of addresses and titles references may add on top of the length of the text. */
const maxAddedReferences = 100_000;
/** How long rendering may take, in milliseconds. */
const timeLimit = 1_750;

/**
 * GitHub Flavored Markdown as sanitised HTML, and the plain text of it. Any string is rendered: raw HTML
 * keeps what the allow-list below has, and a text that is too hard to parse (by the time, stack or memory
 * that it needs) comes out as it was written, as preformatted text. Takes at most two seconds.
 */
export function renderMarkdown(markdown: string): { html: string; text: string } {
  // PostgreSQL stores neither, and CommonMark asks for the replacement of NUL.
  const source = markdown.replace(/[\0\p{Surrogate}]/gu, '\uFFFD');
  const html = findRendered(source);
  if (html !== null) return { html, text: textOf(html) };
  return { html: `<pre>${escapeHtml(source)}</pre>\n`, text: collapseSpace(source) };
}

const limitedRun = new Script('run()');
const limited = createContext({ run() {} });

/**
 * Null when the text is too hard to parse. Several steps of the parser are quadratic in the length of the
 * text, so the time limit is what holds in the end. The other limits keep a short text from using that
 * time, and any text from filling the memory before the time is up.
 */
function findRendered(source: string): string | null {
  limited['run'] = () => sanitizeHtml(parse(source), sanitizing);
  try {
    return limitedRun.runInContext(limited, { timeout: timeLimit }) as string;
  } catch {
    return null;
  }
}

function parse(source: string): string {
  // The options hold the state of one rendering: when it is cut off, nothing of it is left behind.
  const options = { gfm: true, tokenizer: new LimitedTokenizer(source.length + maxAddedReferences) };
  return Parser.parse(new LimitedLexer(options, source.length).lex(source), options);
}

class LimitedLexer extends Lexer {
  blockDepth = 0;
  inlineDepth = 0;
  blockBudget: number;

  constructor(options: MarkedOptions, length: number) {
    super(options);
    // Each level of nesting reads its text once more. A quote whose depth falls line by line is read
    // twice as often with each level, which takes minutes for one of 30 lines.
    this.blockBudget = (maxBlockDepth + 1) * (length + 1_000);
  }

  override blockTokens(src: string, tokens?: Token[], lastParagraphClipped?: boolean): Token[];
  override blockTokens(src: string, tokens?: TokensList, lastParagraphClipped?: boolean): TokensList;
  override blockTokens(src: string, tokens: Token[] = [], lastParagraphClipped = false): Token[] {
    if (this.blockDepth > maxBlockDepth) return literal(src, tokens);
    this.blockBudget -= src.length;
    if (this.blockBudget < 0) throw new RangeError('The blocks of the text are too entangled.');
    this.blockDepth++;
    super.blockTokens(src, tokens, lastParagraphClipped);
    this.blockDepth--;
    return tokens;
  }

  override inlineTokens(src: string, tokens: Token[] = []): Token[] {
    if (this.inlineDepth > maxInlineDepth) return literal(src, tokens);
    this.inlineDepth++;
    super.inlineTokens(src, tokens);
    this.inlineDepth--;
    return tokens;
  }
}

function literal(src: string, tokens: Token[]): Token[] {
  tokens.push({ type: 'text', raw: src, text: src });
  return tokens;
}

class LimitedTokenizer extends Tokenizer {
  referenceBudget: number;

  constructor(referenceBudget: number) {
    super();
    this.referenceBudget = referenceBudget;
  }

  override table(src: string): Tokens.Table | undefined {
    const [table = '', header = '', , rows = ''] = this.rules.block.table.exec(src) ?? [];
    const cells = header.split('|').length * rows.split('\n').length;
    return cells > table.length + maxAddedCells ? undefined : super.table(src);
  }

  override reflink(src: string, links: Record<string, Pick<Tokens.Link, 'href' | 'title'>>) {
    const token = super.reflink(src, links);
    if (token === undefined || token.type === 'text') return token;
    this.referenceBudget -= token.href.length + (token.title?.length ?? 0);
    return this.referenceBudget < 0 ? undefined : token;
  }
}

const sanitizing: sanitizeHtml.IOptions = {
  allowedTags: [
    'h1',
    'h2',
    'h3',
    'h4',
    'h5',
    'h6',
    'p',
    'ul',
    'ol',
    'li',
    'blockquote',
    'pre',
    'hr',
    'br',
    'table',
    'thead',
    'tbody',
    'tr',
    'th',
    'td',
    'code',
    'em',
    'strong',
    'del',
    'a',
    'img',
    'input',
  ],
  allowedAttributes: {
    a: ['href', 'title', 'rel'],
    img: ['src', 'alt', 'title'],
    input: ['type', 'checked', 'disabled'],
    ol: ['start'],
    th: [{ name: 'align', values: ['left', 'center', 'right'] }],
    td: [{ name: 'align', values: ['left', 'center', 'right'] }],
  },
  allowedClasses: { code: [/^language-[\w+#.-]{1,40}$/] },
  allowedSchemes: ['http', 'https', 'mailto'],
  allowedSchemesByTag: { img: ['http', 'https'] },
  transformTags: {
    a: (tagName, attribs) => ({ tagName, attribs: { ...attribs, rel: 'nofollow noopener' } }),
    // Every input that gets through is the checkbox of a task list, whatever it was written as.
    input: (tagName, { checked }) => ({
      tagName,
      attribs: { type: 'checkbox', disabled: '', ...(checked !== undefined && { checked: '' }) },
    }),
    ol: (tagName, { start = '' }) => ({ tagName, attribs: /^\d{1,9}$/.test(start) ? { start } : {} }),
  },
  nestingLimit: maxElementDepth,
};

const inlineTags = new Set(['code', 'em', 'strong', 'del', 'a', 'img', 'input']);
const entities: Record<string, string> = { '&amp;': '&', '&lt;': '<', '&gt;': '>', '&quot;': '"' };

/** Of sanitised HTML only: it has no `>` inside a tag, and no other entities than these four. */
function textOf(html: string): string {
  const text = html
    .replace(/<\/?([a-z0-9]+)[^>]*>/g, (_, tag: string) => {
      if (inlineTags.has(tag)) return '';
      return tag === 'td' || tag === 'th' ? ' ' : '\n';
    })
    .replace(/&(?:amp|lt|gt|quot);/g, (entity) => entities[entity] ?? entity);
  return collapseSpace(text);
}

function collapseSpace(text: string): string {
  return text.replace(/\s+/g, (space) => (space.includes('\n') ? '\n' : ' ')).trim();
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
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
  let words = 0;
  for (const _ of text.matchAll(/\S+/g)) words++;
  return Math.max(1, Math.ceil(words / 220));
}

const searchBytes = 100_000;

/** The part of a text that is searched: its first 100,000 bytes as UTF-8, in whole characters. */
export function searchTextOf(text: string): string {
  const { read } = new TextEncoder().encodeInto(text, new Uint8Array(searchBytes));
  return text.slice(0, read);
}
