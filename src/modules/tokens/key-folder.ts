import { randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { PairAlgorithm } from '../../config/token-keys.ts';
import { findText } from '../../shared/kept-file.ts';
import { KeyError, makeTokenKey, publicPartOf, readTokenKey, type TokenKey } from './token-keys.ts';

/** A file of a folder of keys, and the key in it. */
export interface KeyFile {
  readonly name: string;
  readonly text: string;
  readonly key: TokenKey;
}

/** What a folder of keys holds. */
export interface KeyFolder {
  /** The keys that can be used, by the names of their files. */
  readonly files: readonly KeyFile[];
  /** The files that cannot be used, and what is wrong with each. */
  readonly faults: ReadonlyMap<string, string>;
}

/**
 * Reads the keys in a folder: every file `*.pem` but hidden ones. No folder has no keys.
 *
 * @throws {Error} when the folder is there and cannot be read.
 */
export async function readKeyFolder(folder: string): Promise<KeyFolder> {
  const names = await keyFilesIn(folder);
  const read = await Promise.all(names.map(async (name) => readKeyFile(folder, name)));
  const files: KeyFile[] = [];
  const faults = new Map<string, string>();
  for (const file of read) {
    const twin = 'key' in file ? files.find(({ key }) => key.id === file.key.id) : undefined;
    if ('fault' in file) faults.set(file.name, file.fault);
    else if (twin === undefined) files.push(file);
    else faults.set(file.name, `has the same key as ${twin.name}`);
  }
  return { files, faults };
}

async function readKeyFile(
  folder: string,
  name: string,
): Promise<KeyFile | { readonly name: string; readonly fault: string }> {
  try {
    const text = await readFile(join(folder, name), 'utf8');
    return { name, text, key: await readTokenKey(text) };
  } catch (error) {
    return { name, fault: error instanceof KeyError ? error.message : `cannot be read (${codeOf(error)})` };
  }
}

async function keyFilesIn(folder: string): Promise<string[]> {
  try {
    const names = await readdir(folder);
    return names.filter((name) => /^[^.].*\.pem$/.test(name)).toSorted();
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return [];
    throw error;
  }
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? String(error);
}

/** What makes a folder look as if nothing had changed in it: names and texts of its keys, as one text. */
export async function snapshotOf(folder: string): Promise<string> {
  const names = await keyFilesIn(folder);
  const texts = await Promise.all(
    names.map((name) => readFile(join(folder, name), 'utf8').catch((error: unknown) => codeOf(error))),
  );
  return JSON.stringify(names.map((name, place) => [name, texts[place]]));
}

/** A key begins to sign so long after it was made, in milliseconds: by then all who verify tokens know it. */
const leadTime = 10 * 60_000;

/**
 * Makes a key and puts it into the folder, as a file that its owner alone can read. It signs after the lead time; at
 * once where `isNow` says so, or where no key of its kind signs yet.
 */
export async function addKey(folder: string, algorithm: PairAlgorithm, isNow: boolean): Promise<TokenKey> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const { files } = await readKeyFolder(folder);
  const isFirst = !files.some(({ key }) => key.signWith !== null && key.algorithm === algorithm);
  const begin = new Date(isNow || isFirst ? Date.now() : Date.now() + leadTime);
  const text = await makeTokenKey(algorithm, begin);
  const key = await readTokenKey(text);
  const stamp = new Date().toISOString().replace(/[-:]|\.\d+/g, '');
  await replaceFile(folder, `${stamp}-${key.id.slice(0, 8)}.pem`, text);
  return key;
}

/** Leaves only the public part of a key in its file, which verifies until then. */
export async function retireKey(folder: string, { name, text }: KeyFile, goodUntil: Date): Promise<void> {
  await replaceFile(folder, name, publicPartOf(text, goodUntil));
}

/** Takes a key away. Its tokens are good no more. */
export async function removeKey(folder: string, { name }: KeyFile): Promise<void> {
  await rm(join(folder, name));
}

/** Moves a key that an earlier version kept in a file of its own into the folder; nothing where there is no such file. */
export async function adoptKey(folder: string, legacyFile: string): Promise<void> {
  if ((await findText(legacyFile)) === null) return;
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await rename(legacyFile, join(folder, 'signing-key.pem')).catch((error: unknown) => {
    // Somebody else moved it at the same time.
    if (codeOf(error) !== 'ENOENT') throw error;
  });
}

/** Written to a draft and renamed, so that nobody reads half a key. */
async function replaceFile(folder: string, name: string, text: string): Promise<void> {
  const draft = join(folder, `.${randomUUID()}`);
  try {
    await writeFile(draft, text, { flag: 'wx', mode: 0o600 });
    await rename(draft, join(folder, name));
  } finally {
    await rm(draft, { force: true });
  }
}
