import { randomUUID } from 'node:crypto';
import { link, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A folder that this process alone may use until it releases it. */
export interface FolderLock {
  /** Lets the next process in. Releasing twice does nothing. */
  release(): Promise<void>;
}

/** Another use of the folder is going on, by a process that lives (it may be this one). */
export class FolderInUseError extends Error {
  override readonly name = 'FolderInUseError';
  readonly folder: string;
  /** The process that holds the folder. */
  readonly pid: number;

  constructor(folder: string, pid: number) {
    super(`The folder ${folder} is in use by process ${pid}.`);
    this.folder = folder;
    this.pid = pid;
  }
}

/**
 * Takes the folder for this process, and makes the folder where it is missing. The file `lock` inside it
 * names the holder, so that the lock of a process that died without releasing it is taken over.
 * It keeps apart the processes of one machine or container, not those of two that share a disk.
 * Throws `FolderInUseError`.
 */
export async function lockFolder(folder: string): Promise<FolderLock> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const path = lockPath(folder);
  const mark = await take(path, folder);
  let held = true;
  return {
    async release() {
      if (!held) return;
      held = false;
      // Somebody may have deleted the lock by hand and let another process in.
      if ((await readIfThere(path)) === mark) await rm(path, { force: true });
    },
  };
}

/** The process that holds the folder and lives, or null. */
export async function findFolderHolder(folder: string): Promise<number | null> {
  const mark = await readIfThere(lockPath(folder));
  return mark === null ? null : findLiveProcess(mark);
}

function lockPath(folder: string): string {
  return join(folder, 'lock');
}

/**
 * Makes the lock and answers the mark in it. The mark is written to a draft and linked to its place, so
 * that nobody ever reads half a mark and takes a lock that is being made for a stale one.
 */
async function take(path: string, folder: string): Promise<string> {
  const draft = `${path}.${process.pid}.${randomUUID()}`;
  const mark = await markOf(process.pid);
  await writeFile(draft, mark, { flag: 'wx', mode: 0o600 });
  try {
    if (await linkUnlessStale(draft, path, folder)) return mark;
    // Only one process may replace a stale lock, and it must look again before it does: another one
    // may have replaced it meanwhile. That right is a lock like this one, and so survives a crash.
    const guard = `${path}.takeover`;
    await take(guard, folder);
    try {
      if (!(await linkUnlessStale(draft, path, folder))) await rename(draft, path);
    } finally {
      await rm(guard, { force: true });
    }
    return mark;
  } finally {
    await rm(draft, { force: true });
  }
}

/** Whether the lock is taken; false when a stale one is in the way. Throws `FolderInUseError`. */
async function linkUnlessStale(draft: string, path: string, folder: string): Promise<boolean> {
  for (;;) {
    try {
      await link(draft, path);
      return true;
    } catch (error) {
      if (!hasCode(error, 'EEXIST')) throw error;
    }
    const mark = await readIfThere(path);
    // Its holder released it between the two calls.
    if (mark === null) continue;
    const pid = await findLiveProcess(mark);
    if (pid !== null) throw new FolderInUseError(folder, pid);
    return false;
  }
}

/** What a process writes into its lock: its pid and, where the system tells, when it started. */
async function markOf(pid: number): Promise<string> {
  return `${pid} ${(await findStart(pid)) ?? '-'}\n`;
}

/** The pid in the mark, if the process that wrote the mark lives; null for another one with its pid. */
async function findLiveProcess(mark: string): Promise<number | null> {
  const [, digits, start] = /^([1-9]\d{0,9}) (\S+)\n$/.exec(mark) ?? [];
  const pid = Number(digits);
  if (start === undefined || !exists(pid)) return null;
  const startNow = await findStart(pid);
  return startNow === null || startNow === start ? pid : null;
}

function exists(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return hasCode(error, 'EPERM');
  }
}

/**
 * When a process started: the boot and the clock ticks since it, by proc(5); `dead` for a process that
 * only waits for its parent to notice its end; null where the system doesn't tell.
 */
async function findStart(pid: number): Promise<string | null> {
  const stat = await readIfThere(`/proc/${pid}/stat`);
  const boot = await readIfThere('/proc/sys/kernel/random/boot_id');
  if (stat === null || boot === null) return null;
  // The second field is the name, in parentheses, and may hold spaces and parentheses itself.
  const fieldsFromThird = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state] = fieldsFromThird;
  const ticks = fieldsFromThird[22 - 3];
  return state === 'Z' || state === 'X' ? 'dead' : `${boot.trim()}:${ticks}`;
}

async function readIfThere(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    // A process that ends while its file is read answers ESRCH.
    if (hasCode(error, 'ENOENT') || hasCode(error, 'ESRCH')) return null;
    throw error;
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
