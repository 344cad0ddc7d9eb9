import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll } from 'vitest';

const run = promisify(execFile);
const packages = path.resolve(import.meta.dirname, '../../node_modules');

/** A project of somebody who uses the API, in a folder of its own, with the packages that are installed here. */
export interface Consumer {
  readonly folder: string;
  /** Writes files; the names are relative to the folder. */
  write(files: Record<string, string>): Promise<void>;
  /** Runs a package's program in the folder; answers what it prints. Fails when the program does. */
  run(program: string, ...parameters: string[]): Promise<string>;
}

/** Makes a consumer's folder before the tests of a file, and removes it after them. */
export function useConsumer(): Consumer {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'broadsheet-consumer-'));
    await symlink(packages, path.join(folder, 'node_modules'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));
  return {
    get folder() {
      return folder;
    },
    async write(files) {
      for (const [name, text] of Object.entries(files)) {
        await mkdir(path.dirname(path.join(folder, name)), { recursive: true });
        await writeFile(path.join(folder, name), text);
      }
    },
    async run(program, ...parameters) {
      try {
        const { stdout, stderr } = await run(path.join(packages, '.bin', program), parameters, {
          cwd: folder,
        });
        return stdout + stderr;
      } catch (error) {
        const { stdout, stderr } = error as { stdout?: string; stderr?: string };
        throw new Error(`${program} failed:\n${stdout ?? ''}\n${stderr ?? ''}`, { cause: error });
      }
    },
  };
}
