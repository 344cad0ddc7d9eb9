import { open, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { CommandError } from '../failure.ts';
import { FileError, type FileNote } from './file-error.ts';

/** What a folder holds. Paths are relative to it, have forward slashes, and are sorted by code unit. */
export interface Folder {
  /** The Markdown files. */
  readonly files: readonly string[];
  /** What looks like a post and cannot be one. */
  readonly refused: readonly FileNote[];
}

/**
 * Looks for Markdown files in a folder and the folders in it, hidden ones and `node_modules` aside. Symbolic links are
 * not followed.
 *
 * @throws {CommandError} when there is no such folder, or it cannot be read.
 */
export async function listFolder(folder: string): Promise<Folder> {
  const found = await stat(folder).catch((error: NodeJS.ErrnoException) => {
    throw new CommandError(error.code === 'ENOENT' ? `There is no folder ${folder}.` : error.message);
  });
  if (!found.isDirectory()) throw new CommandError(`${folder} is not a folder.`);
  const files: string[] = [];
  const refused: FileNote[] = [];
  const left = [''];
  for (let parent = left.pop(); parent !== undefined; parent = left.pop()) {
    const entries = await readdir(join(folder, parent), { withFileTypes: true }).catch(
      (error: NodeJS.ErrnoException) => {
        if (parent === '') throw new CommandError(`${folder} cannot be read: ${error.message}`);
        refused.push({ path: `${parent}/`, reason: `The folder cannot be read (${error.code}).` });
        return [];
      },
    );
    for (const entry of entries) {
      const path = parent === '' ? entry.name : `${parent}/${entry.name}`;
      if (entry.isDirectory()) {
        if (!entry.name.startsWith('.') && entry.name !== 'node_modules') left.push(path);
      } else if (/\.(md|markdown)$/i.test(entry.name)) {
        if (entry.isFile()) files.push(path);
        else refused.push({ path, reason: refusalOf(entry.isSymbolicLink()) });
      } else if (entry.isSymbolicLink()) {
        const isFolder = await stat(join(folder, path)).then(
          (target) => target.isDirectory(),
          (error: NodeJS.ErrnoException) => error.code === 'ELOOP',
        );
        if (isFolder) refused.push({ path, reason: refusalOf(true) });
      } else if (/\.mdx$/i.test(entry.name)) {
        refused.push({ path, reason: 'MDX is a program, not a text: save it as Markdown.' });
      }
    }
  }
  return { files: files.toSorted(), refused };
}

function refusalOf(isLink: boolean): string {
  return isLink ? 'Symbolic links are not followed.' : 'It is not a file.';
}

/** The body of a post and its front matter. */
const maxPostBytes = 1_100_000;

/**
 * Reads a text file, of which no more than the bytes that it may have is ever held.
 *
 * @throws {FileError} when it is larger, no UTF-8 text, or cannot be read.
 */
export async function readText(file: string, maxBytes: number = maxPostBytes): Promise<string> {
  try {
    return decode(await readBytes(file, maxBytes));
  } catch (error) {
    if (error instanceof FileError) throw error;
    throw new FileError(`It cannot be read (${(error as NodeJS.ErrnoException).code ?? String(error)}).`);
  }
}

async function readBytes(file: string, maxBytes: number): Promise<Buffer> {
  const handle = await open(file);
  try {
    const { size } = await handle.stat();
    if (size > maxBytes) {
      throw new FileError(
        `It has ${size.toLocaleString('en')} bytes, more than ${maxBytes.toLocaleString('en')}.`,
      );
    }
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(size), 0, size, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

function decode(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new FileError('It is not a text in UTF-8.');
  }
}
