import { parse as parseToml, TomlDate } from 'smol-toml';
import { type Document, isScalar, parseDocument, visit } from 'yaml';
import { FileError } from './file-error.ts';

/** A value of front matter. Scalars are the text that stands there: nothing is taken for a number or a date. */
export type Value = string | readonly Value[] | ReadonlyMap<string, Value>;

export function isMapping(value: Value | undefined): value is ReadonlyMap<string, Value> {
  return value instanceof Map;
}

/** A Markdown file with front matter. */
export interface MarkdownFile {
  readonly fields: ReadonlyMap<string, Value>;
  /** What stands below, without the blank line after the front matter and the last end of line. */
  readonly body: string;
}

const maxLength = 65_536;

/** How each kind of front matter ends. With the flag `m`, a line would end at U+2028, too, which a title may have. */
const ends: Record<string, RegExp> = {
  '---': /(?<=^|\n)(?:---|\.\.\.)[ \t]*\r?(?=\n|$)/,
  '+++': /(?<=^|\n)\+\+\+[ \t]*\r?(?=\n|$)/,
};

/**
 * Splits a file into its front matter, YAML between `---` or TOML between `+++`, and the text below.
 *
 * @throws {FileError} when it has none, or one that is broken or longer than 65,536 characters.
 */
export function parseMarkdownFile(text: string): MarkdownFile {
  const [opening = '', mark = ''] = /^(---|\+\+\+)[ \t]*\r?\n/.exec(text) ?? [];
  const ending = ends[mark];
  if (ending === undefined) throw new FileError('It has no front matter.');
  const rest = text.slice(opening.length);
  const end = ending.exec(rest.slice(0, maxLength));
  if (end === null) {
    const isLong = rest.length > maxLength;
    throw new FileError(isLong ? 'Its front matter is longer than 64 kB.' : 'Its front matter has no end.');
  }
  const source = rest.slice(0, end.index);
  return {
    fields: mark === '---' ? readYaml(source) : readToml(source),
    body: rest
      .slice(end.index + end[0].length)
      .replace(/^\r?\n/, '')
      .replace(/^\r?\n/, '')
      .replace(opening.endsWith('\r\n') ? /\r\n$/ : /\n$/, ''),
  };
}

/** Reads YAML whose top is a mapping. @throws {FileError} when it is anything else. */
export function readYaml(source: string): ReadonlyMap<string, Value> {
  return fieldsOf(() => {
    const document = parseDocument(source, {
      schema: 'failsafe',
      // Jekyll and Hugo obey "<<", which may bring the state of a post.
      merge: true,
      logLevel: 'error',
      prettyErrors: false,
      // Done below: the parser compares each key with all others.
      uniqueKeys: false,
    });
    const [error] = document.errors;
    if (error !== undefined) throw error;
    checkKeys(document);
    dropNulls(document);
    return document.toJS({ mapAsMap: true, maxAliasCount: 100 });
  }, 'YAML');
}

function checkKeys(document: Document): void {
  visit(document, {
    Map: (_, { items }) => {
      const keys = new Set(items.map(({ key }) => (isScalar(key) ? key.value : key)));
      if (keys.size < items.length) throw new Error('Map keys must be unique.');
    },
  });
}

/** `author: null` says that there is none, and `tags: [null]` has the name of one. */
function dropNulls(document: Document): void {
  visit(document, {
    Pair: (_, { value }) => {
      if (isScalar(value) && value.type === 'PLAIN' && /^(?:~|null)$/i.test(String(value.value))) {
        value.value = '';
      }
    },
  });
}

function readToml(source: string): ReadonlyMap<string, Value> {
  return fieldsOf(() => parseToml(source, { integersAsBigInt: true }), 'TOML');
}

function fieldsOf(read: () => unknown, language: string): ReadonlyMap<string, Value> {
  let value: Value;
  try {
    value = valueOf(read());
  } catch (error) {
    // Parsers say what is wrong in the first line, and show the place in the others.
    const [reason = ''] = (error as Error).message.split('\n');
    throw new FileError(`Its front matter is not valid ${language}: ${reason.replace(/[.:]?$/, '.')}`);
  }
  if (isMapping(value)) return value;
  if (value === '') return new Map();
  throw new FileError('Its front matter has no fields.');
}

function valueOf(parsed: unknown): Value {
  if (typeof parsed === 'string') return parsed;
  if (parsed == null) return '';
  if (parsed instanceof TomlDate) return parsed.toISOString();
  if (Array.isArray(parsed)) return parsed.map(valueOf);
  if (typeof parsed !== 'object') return `${parsed as number | bigint | boolean}`;
  const entries = parsed instanceof Map ? [...parsed] : Object.entries(parsed);
  return new Map(entries.map(([key, value]: [unknown, unknown]) => [String(key), valueOf(value)]));
}
