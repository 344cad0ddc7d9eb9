import { parseDate } from './dates.ts';
import { isMapping, type Value } from './front-matter.ts';

/** Groups of fields in which Zola and Hugo keep some. */
const groups = ['taxonomies', 'params', 'extra', 'build'];

/** The fields of front matter, whatever the case of their names and the signs in them: `publish-date` is `publishdate`. */
export class Fields {
  /** The values of each field, one for each spelling of its name, in the order in which they count. */
  readonly #values = new Map<string, Value[]>();

  constructor(written: ReadonlyMap<string, Value>) {
    this.#add(written);
    for (const group of groups) {
      for (const inner of this.all(group)) if (isMapping(inner)) this.#add(inner);
    }
  }

  #add(fields: ReadonlyMap<string, Value>): void {
    for (const [written, value] of fields) {
      const name = written.toLowerCase().replace(/[^a-z0-9]/g, '');
      this.#values.set(name, [...this.all(name), value]);
    }
  }

  /** All values of a field. */
  all(name: string): readonly Value[] {
    return this.#values.get(name) ?? [];
  }

  #first(name: string): Value | undefined {
    return this.all(name)[0];
  }

  /** The first of these fields that is there and is not empty. */
  value(...names: string[]): Value | undefined {
    return names
      .map((name) => this.#first(name))
      .find((value) => value !== undefined && (typeof value !== 'string' || value.trim() !== ''));
  }

  /** The first of these fields that is a text, trimmed. */
  text(...names: string[]): string | null {
    const texts = names.map((name) => this.#first(name)).filter((value) => typeof value === 'string');
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
