import type { Logger } from 'pino';
import { type KeyFile, readKeyFolder, snapshotOf } from './key-folder.ts';
import type { KeyChanges, KeyRing } from './key-ring.ts';

/** How often a folder of keys is looked at, in milliseconds. */
const interval = 2_000;

/** Something that goes on until it is closed. */
export interface KeyWatch {
  close(): void;
}

/**
 * Takes over what changes in a folder of keys while the server runs. The files are read and compared, since volumes of
 * containers and of networks tell nobody what changes in them. A file that cannot be used is logged, and the key that it
 * had stays; so do all keys when none would sign.
 *
 * @param onChange Gets what changed.
 */
export function watchKeyFolder(
  folder: string,
  ring: KeyRing,
  log: Logger,
  onChange: (changes: KeyChanges) => void = () => {},
): KeyWatch {
  let seen: string | null = null;
  let known: readonly KeyFile[] = [];
  let failure: string | null = null;

  async function look(): Promise<void> {
    const snapshot = await snapshotOf(folder);
    if (snapshot === seen) return;
    const { files, faults } = await readKeyFolder(folder);
    for (const [file, fault] of faults) log.error({ file, fault }, 'a token key cannot be used');
    const kept = known.filter(
      ({ name, key }) => faults.has(name) && !files.some((file) => file.key.id === key.id),
    );
    const usable = [...files, ...kept].toSorted((a, b) => (a.name < b.name ? -1 : 1));
    seen = snapshot;
    const changes = ring.replace(usable.map(({ key }) => key));
    known = usable;
    if (changes.added.length + changes.removed.length + changes.retired.length > 0) {
      log.info({ ...changes }, 'the token keys changed');
      onChange(changes);
    }
  }

  /** Logs a failure once, and not at every look. */
  function report(err: unknown): void {
    const message = err instanceof Error ? err.message : String(err);
    if (message !== failure) log.error({ err }, 'the token keys stay as they are');
    failure = message;
  }

  let isLooking = false;
  async function lookInTurn(): Promise<void> {
    if (isLooking) return;
    isLooking = true;
    try {
      await look();
      failure = null;
    } catch (error) {
      report(error);
    } finally {
      isLooking = false;
    }
  }

  const timer = setInterval(() => {
    lookInTurn().catch(report);
  }, interval).unref();
  return { close: () => clearInterval(timer) };
}
