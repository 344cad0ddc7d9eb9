import { type Config, readConfig } from '../config.ts';
import {
  addKey,
  adoptKey,
  type KeyFile,
  type KeyFolder,
  KeyRing,
  readKeyFolder,
  removeKey,
  retireKey,
} from '../modules/tokens/index.ts';
import { CommandError } from './failure.ts';
import { alignColumns } from './table.ts';

type FolderConfig = Extract<Config['tokens']['keys'], { kind: 'folder' }>;

export interface AddOptions {
  /** Whether the key signs at once. */
  readonly now?: boolean;
}

export interface RetireOptions {
  /** How long tokens of the key stay good, in seconds. */
  readonly keep: number;
  /** Whether they are good no more at once. */
  readonly now?: boolean;
}

/** Prints a table of the keys in the folder, in the order in which they sign, with what each is good for. */
export async function listKeys(): Promise<void> {
  const { config, folder } = await openFolder();
  const signing = signingIn(config, folder);
  const files = folder.files.toSorted((a, b) => a.key.signsFrom - b.key.signsFrom);
  const rows = files.map((file) => [
    file.key.id,
    file.key.algorithm,
    file.key.id === signing ? 'signs' : stateOf(config, file),
    file.name,
  ]);
  const broken = [...folder.faults].map(([name, fault]) => ['-', '-', `cannot be used: ${fault}`, name]);
  for (const line of alignColumns([['KEY', 'ALGORITHM', 'STATE', 'FILE'], ...rows, ...broken])) {
    console.log(line);
  }
}

/** Makes a key and prints it with the time from which it signs. */
export async function addNewKey({ now = false }: AddOptions): Promise<void> {
  const { config } = await openFolder();
  const key = await addKey(config.folder, config.algorithm, now);
  console.log(`${key.id} ${key.algorithm} signs from ${timeOf(key.signsFrom)}`);
}

/**
 * Takes a key out of use and prints until when its tokens are good.
 *
 * @throws {CommandError} when there is no such key, or none would be left that signs.
 */
export async function retireOldKey(id: string, { keep, now = false }: RetireOptions): Promise<void> {
  const { config, folder } = await openFolder();
  const file = folder.files.find(({ key }) => key.id === id);
  if (file === undefined) throw new CommandError(`There is no key ${id}.`);
  if (file.key.signWith === null && !now) {
    throw new CommandError(
      `The key is retired already: it ${stateOf(config, file)}. With --now it is removed.`,
    );
  }
  if (signsIn(config, file)) refuseLast(config, folder, file);
  if (now) {
    await removeKey(config.folder, file);
    console.log(`${id} removed`);
  } else {
    const goodUntil = Date.now() + keep * 1_000;
    await retireKey(config.folder, file, new Date(goodUntil));
    console.log(`${id} verifies until ${timeOf(goodUntil)}`);
  }
}

async function openFolder(): Promise<{ config: FolderConfig; folder: KeyFolder }> {
  const { tokens, production } = readConfig();
  const config = tokens.keys;
  if (config.kind !== 'folder') {
    const variable = config.kind === 'key' ? 'TOKEN_SIGNING_KEY' : 'TOKEN_SECRET';
    throw new CommandError(`${variable} says what signs. Unset it to keep keys in a folder.`);
  }
  if (!production && config.legacyFile !== null) await adoptKey(config.folder, config.legacyFile);
  return { config, folder: await readKeyFolder(config.folder) };
}

function refuseLast(config: FolderConfig, { files }: KeyFolder, { key: { id } }: KeyFile): void {
  const others = files.filter((file) => file.key.id !== id && signsIn(config, file)).map(({ key }) => key);
  if (others.some(({ signsFrom }) => signsFrom <= Date.now())) return;
  if (others.length === 0) {
    throw new CommandError('This is the only key that signs. Make another one first: "broadsheet keys add".');
  }
  const next = timeOf(Math.min(...others.map(({ signsFrom }) => signsFrom)));
  throw new CommandError(
    `The next key signs from ${next}. Retire this one after that, or make one with "broadsheet keys add --now".`,
  );
}

function signsIn({ algorithm }: FolderConfig, { key }: KeyFile): boolean {
  return key.signWith !== null && key.algorithm === algorithm;
}

/** The key that signs now; null when there is none. */
function signingIn(config: FolderConfig, { files }: KeyFolder): string | null {
  if (!files.some((file) => signsIn(config, file))) return null;
  return new KeyRing(
    config.algorithm,
    files.map(({ key }) => key),
  ).signing().id;
}

/** What a key is good for that does not sign now. */
function stateOf(config: FolderConfig, file: KeyFile): string {
  const { signsFrom, goodUntil } = file.key;
  if (signsIn(config, file) && signsFrom > Date.now()) return `signs from ${timeOf(signsFrom)}`;
  if (goodUntil <= Date.now()) return 'is good no more';
  return goodUntil === Infinity ? 'verifies' : `verifies until ${timeOf(goodUntil)}`;
}

/** A time as RFC 3339 in seconds. */
function timeOf(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace(/\.\d+/, '');
}
