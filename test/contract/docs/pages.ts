import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';

/** A page of the documentation. Its path is relative to the project's root. */
export interface Page {
  readonly path: string;
  readonly text: string;
}

/** A fenced block of a page. */
export interface Block {
  readonly language: string;
  readonly code: string;
  /** The last line of text before it. */
  readonly before: string;
}

/** README.md, the page of the measurements, and everything under docs/. */
export async function readPages(root: string): Promise<Page[]> {
  const entries = await readdir(path.join(root, 'docs'), { recursive: true });
  const pages = entries.filter((entry) => entry.endsWith('.md')).map((entry) => path.join('docs', entry));
  return Promise.all(
    ['README.md', 'bench/README.md', ...pages.toSorted()].map(async (page) => ({
      path: page,
      text: await readFile(path.join(root, page), 'utf8'),
    })),
  );
}

const fence = /^( *)```(\w*)\n(.*?)^ *```$/gms;

/** The fenced blocks of a page, in order. */
export function blocksOf({ text }: Page): Block[] {
  return [...text.matchAll(fence)].map(({ index, 2: language = '', 3: code = '' }) => ({
    language,
    code,
    before: text.slice(0, index).trimEnd().split('\n').at(-1) ?? '',
  }));
}

/** The targets of a page's links, blocks of code aside. */
export function linksOf({ text }: Page): string[] {
  const prose = text.replace(fence, '').replace(/`[^`\n]*`/g, '');
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target);
}

/** The anchors that GitHub gives the headings of a page. */
export function anchorsOf({ text }: Page): string[] {
  return [...text.replace(fence, '').matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}
