import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll } from 'vitest';

/** A folder of a test file's own, which goes with it. */
export function useFolders(): {
  /** Makes a folder with these files, by their paths in it. */
  readonly folder: (files?: Record<string, string | Buffer>) => Promise<string>;
} {
  const made: string[] = [];
  afterAll(() => Promise.all(made.map((folder) => rm(folder, { recursive: true, force: true }))));
  return {
    folder: async (files = {}) => {
      const folder = await mkdtemp(path.join(tmpdir(), 'broadsheet-files-'));
      made.push(folder);
      await addFiles(folder, files);
      return folder;
    },
  };
}

/** Writes files into a folder, by their paths in it. */
export async function addFiles(folder: string, files: Record<string, string | Buffer>): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    const file = path.join(folder, name);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, content);
  }
}
