import { randomUUID } from 'node:crypto';
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

/** The text of a file; null when there is no such file. */
export async function findText(file: string): Promise<string | null> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

/**
 * The text kept in a file that its owner alone can read. Where there is none it is made, folder included; all who make
 * it at the same time get the same.
 */
export async function keptText(file: string, make: () => string | Promise<string>): Promise<string> {
  const kept = await findText(file);
  if (kept !== null) return kept;
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  // Written to a draft and linked to its place, so that no crash leaves half a text there.
  const draft = `${file}.${randomUUID()}`;
  try {
    await writeFile(draft, await make(), { flag: 'wx', mode: 0o600 });
    await link(draft, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    await rm(draft, { force: true });
  }
  return readFile(file, 'utf8');
}
