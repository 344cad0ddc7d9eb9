import { isMapping, type Value } from './front-matter.ts';

/** Somebody as a file names them: by name, by handle, or by both. */
export interface Mention {
  readonly name: string | null;
  /** As it stands there, without `@`. */
  readonly handle: string | null;
}

/**
 * Who is named as author: in a text, several names joined by commas, semicolons, `and` or `&`; in a list, one name each;
 * in a mapping, its name and handle. `Name (@handle)`, `Name (handle)`, `Name (example.org/handle)` and `@handle` are
 * understood.
 */
export function mentionsOf(value: Value | undefined): Mention[] {
  if (value === undefined) return [];
  if (typeof value === 'string') return splitNames(value).flatMap(mentionOf);
  return isMapping(value) ? mentionOfItem(value) : value.flatMap(mentionOfItem);
}

function mentionOfItem(item: Value): Mention[] {
  if (typeof item === 'string') return mentionOf(item);
  if (!isMapping(item)) return [];
  const text = (...keys: string[]) =>
    keys
      .map((key) => item.get(key))
      .find((value): value is string => typeof value === 'string' && value.trim() !== '');
  const handle = text('username', 'handle', 'github', 'twitter', 'slug');
  const [named] = mentionOf(text('name', 'title') ?? '');
  if (named === undefined && handle === undefined) return [];
  return [
    { name: named?.name ?? null, handle: handle === undefined ? (named?.handle ?? null) : handleIn(handle) },
  ];
}

/** What follows a name after a comma and belongs to it. */
const suffix = /^(?:jr|sr|ii|iii|iv|ph\.?d|m\.?d|inc|ltd|llc|gmbh)\.?$/i;

function splitNames(text: string): string[] {
  const names: string[] = [];
  // With single spaces, nothing that is looked for has more than one beginning.
  const line = text.replace(/[ \t]+/g, ' ').replace(/\s*\n\s*/g, '\n');
  for (const name of line.split(/[,;\n] ?(?:and |& ?)?| and | ?& ?/i)) {
    const last = names.length - 1;
    if (suffix.test(name.trim()) && last >= 0) names[last] = `${names[last]}, ${name.trim()}`;
    else names.push(name);
  }
  return names;
}

function mentionOf(text: string): Mention[] {
  const name = text.trim().replace(/\s+/g, ' ');
  if (name === '') return [];
  if (/^@[^\s@]+$/.test(name)) return [{ name: null, handle: name.slice(1) }];
  const [, before = '', inside = ''] =
    /^([^()<>]+) ?[(<]([^()<>\s]+)[)>]$/.exec(name) ?? /^(.+) @([^\s@]+)$/.exec(name) ?? [];
  if (before === '') return [{ name, handle: null }];
  return [{ name: before.trim(), handle: handleIn(inside) }];
}

/** The handle in `@handle`, `handle` and addresses that end with it; null for an e-mail address, which is none. */
function handleIn(text: string): string | null {
  if (/.@/.test(text)) return null;
  return text.split(/[/@]/).findLast((step) => step !== '') ?? null;
}
