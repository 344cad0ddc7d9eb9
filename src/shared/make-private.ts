import { chmodSync, lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** The permissions of everybody but the owner. */
export const permissionsOfOthers = 0o077;

/**
 * Takes the permissions of others away from files and folders, and from what is in folders. Symbolic links and what they
 * lead to stay as they are.
 *
 * @returns The paths that belong to somebody else and stay as they are.
 */
export function makePrivate(paths: readonly string[]): string[] {
  return paths.flatMap((path) => {
    const found = lstatSync(path, { throwIfNoEntry: false });
    if (found === undefined || found.isSymbolicLink()) return [];
    const failed = found.isDirectory() ? makePrivate(readdirSync(path).map((name) => join(path, name))) : [];
    if ((found.mode & permissionsOfOthers) === 0) return failed;
    try {
      chmodSync(path, found.mode & 0o7777 & ~permissionsOfOthers);
      return failed;
    } catch (error) {
      if (!/^E(?:PERM|ROFS)$/.test((error as NodeJS.ErrnoException).code ?? '')) throw error;
      return [...failed, path];
    }
  });
}
