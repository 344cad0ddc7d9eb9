import type { Block } from './pages.ts';

/** The text of a project's file; null when there is none. */
export type ReadFile = (path: string) => Promise<string | null>;

/**
 * Does what a recipe says and answers the files that it changes. `diff` blocks change the file named in the line
 * before them, or the one that the last block changed; other blocks are a `New file`, or go `before the line` named.
 *
 * @throws {Error} when a block does not fit its file.
 */
export async function applyRecipe(blocks: readonly Block[], read: ReadFile): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  let last: string | undefined;
  for (const { language, code, before } of blocks) {
    const [, opening, file] = /\b(In|New file|Add to) `([\w./-]+)`/.exec(before) ?? [];
    const path = file ?? last;
    if (path === undefined || (language !== 'diff' && file === undefined)) continue;
    const text = files.get(path) ?? (await read(path));
    if (opening === 'New file') {
      if (text !== null) throw new Error(`${path} exists already.`);
      files.set(path, code);
    } else {
      const [from, to] = language === 'diff' ? sidesOf(code) : insertionOf(code, before);
      const pieces = (text ?? '').split(from);
      if (pieces.length !== 2) throw new Error(`${path} has ${pieces.length - 1} of these:\n${from}`);
      files.set(path, pieces.join(to));
    }
    last = path;
  }
  return files;
}

/** The files that a recipe makes. */
export function newFilesOf(blocks: readonly Block[]): string[] {
  return blocks.flatMap(({ before }) => {
    const [, file] = /\bNew file `([\w./-]+)`/.exec(before) ?? [];
    return file === undefined ? [] : [file];
  });
}

/** What a diff replaces, and with what. */
function sidesOf(diff: string): [string, string] {
  const lines = diff.trimEnd().split('\n');
  const side = (sign: string) =>
    lines
      .filter((line) => line === '' || line.startsWith(' ') || line.startsWith(sign))
      .map((line) => `${line.slice(1)}\n`)
      .join('');
  return [side('-'), side('+')];
}

function insertionOf(code: string, before: string): [string, string] {
  const [, line] = /before the line `([^`]+)`/.exec(before) ?? [];
  if (line === undefined) throw new Error(`This does not say where: ${before}`);
  return [line, `${code}\n${line}`];
}
