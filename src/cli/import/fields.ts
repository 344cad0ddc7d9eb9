import { parseDate } from './dates.ts';
import { isMapping, type Value } from './front-matter.ts';

/** Groups of fields in which Zola and Hugo keep some. */
const groups = ['taxonomies', 'params', 'extra'];

/** The fields of front matter, whatever the case of their names and the signs in them: `publish-date` is `publishdate`. */
export class Fields {
  readonly #values = new Map<string, Value>();

  constructor(written: ReadonlyMap<string, Value>) {
    this.#add(written);
    for (const group of groups) {
      const inner = this.#values.get(group);
      if (isMapping(inner)) this.#add(inner);
    }
  }

  /** Adds what is not there yet. */
  #add(fields: ReadonlyMap<string, Value>): void {
    for (const [written, value] of fields) {
      const name = written.toLowerCase().replace(/[^a-z0-9]/g, '');
      if (!this.#values.has(name)) this.#values.set(name, value);
    }
  }

  /** The first of these fields that is there and is not empty. */
  value(...names: string[]): Value | undefined {
    return names
      .map((name) => this.#values.get(name))
      .find((value) => value !== undefined && (typeof value !== 'string' || value.trim() !== ''));
  }

  /** The first of these fields that is a text, trimmed. */
  text(...names: string[]): string | null {
    const texts = names.map((name) => this.#values.get(name)).filter((value) => typeof value === 'string');
    return texts.map((text) => text.trim()).find((text) => text !== '') ?? null;
  }

  /** The texts in a list and in the lists in it. A single text is split. */
  list(name: string, split: (text: string) => string[] = (text) => [text.trim()]): string[] {
    const value = this.value(name);
    return typeof value === 'string' ? split(value) : textsOf(value);
  }

  is(name: string, pattern: RegExp): boolean {
    return pattern.test(this.text(name) ?? '');
  }

  /** The first of these fields that is a text, as RFC 3339. @throws {FileError} when it is no date. */
  date(...names: string[]): string | null {
    const text = this.text(...names);
    return text === null ? null : parseDate(text);
  }
}

function textsOf(value: Value | undefined): string[] {
  if (value === undefined || isMapping(value)) return [];
  return typeof value === 'string' ? [value] : value.flatMap(textsOf);
}
