import { join } from 'node:path';
import { type Config, ConfigError } from '../../config.ts';
import { keptText } from '../../shared/kept-file.ts';
import { makePrivate } from '../../shared/make-private.ts';
import { adoptKey, readKeyFolder } from './key-folder.ts';
import { KeyRing } from './key-ring.ts';
import { KeyError, makeTokenKey, readTokenKey, secretKey } from './token-keys.ts';

/**
 * The keys that the configuration names. Outside production a first key is made where a folder has none.
 *
 * @throws {ConfigError} when a key is missing, or cannot be trusted; it names the variable, or the file.
 */
export async function openKeyRing({
  tokens,
  production,
}: Pick<Config, 'tokens' | 'production'>): Promise<KeyRing> {
  const { keys } = tokens;
  switch (keys.kind) {
    case 'secret':
      return new KeyRing('HS256', [secretKey(keys.secret)]);
    case 'key':
      return new KeyRing(keys.algorithm, [await keyFrom(keys.text, keys.algorithm)]);
    case 'folder':
      // The folder in DATA_DIR is the server's own, and earlier versions let others look into it.
      if (keys.legacyFile !== null) makePrivate([keys.folder]);
      if (!production) await makeFirstKey(keys);
      return ringOf(keys);
    default:
      return keys satisfies never;
  }
}

type FolderConfig = Extract<Config['tokens']['keys'], { kind: 'folder' }>;

async function keyFrom(text: string, algorithm: FolderConfig['algorithm']) {
  const key = await readTokenKey(text).catch((error: unknown) => {
    throw error instanceof KeyError ? new ConfigError(`TOKEN_SIGNING_KEY: ${error.message}`) : error;
  });
  if (key.signWith === null) {
    throw new ConfigError('TOKEN_SIGNING_KEY: is a public key; a private one is needed');
  }
  if (key.algorithm !== algorithm) {
    throw new ConfigError(
      `TOKEN_SIGNING_KEY: is a key for ${key.algorithm}, and TOKEN_ALGORITHM is ${algorithm}`,
    );
  }
  return key;
}

async function ringOf({ folder, algorithm }: FolderConfig): Promise<KeyRing> {
  const { files, faults } = await readFolder(folder);
  if (faults.size > 0) {
    throw new ConfigError([...faults].map(([name, fault]) => `TOKEN_KEYS_DIR: ${name} ${fault}`).join('\n'));
  }
  if (!files.some(({ key }) => key.signWith !== null && key.algorithm === algorithm)) {
    throw new ConfigError(
      files.length === 0
        ? 'TOKEN_SIGNING_KEY: must be set in production, or TOKEN_KEYS_DIR to a folder with keys: "broadsheet keys add" makes one'
        : `TOKEN_KEYS_DIR: has no key that signs with ${algorithm}, which TOKEN_ALGORITHM says: "broadsheet keys add" makes one`,
    );
  }
  return new KeyRing(
    algorithm,
    files.map(({ key }) => key),
  );
}

/** Where no key signs yet: the one that an earlier version made, or a new one. */
async function makeFirstKey({ folder, algorithm, legacyFile }: FolderConfig): Promise<void> {
  if (legacyFile !== null) await adoptKey(folder, legacyFile);
  const { files, faults } = await readFolder(folder);
  if (faults.size > 0 || files.some(({ key }) => key.signWith !== null && key.algorithm === algorithm))
    return;
  // Under one name, so that all who make it at the same time get the same.
  await keptText(join(folder, `first-${algorithm}.pem`), () => makeTokenKey(algorithm, new Date()));
}

async function readFolder(folder: string) {
  return readKeyFolder(folder).catch((error: NodeJS.ErrnoException) => {
    throw new ConfigError(`TOKEN_KEYS_DIR: cannot be read (${error.code})`);
  });
}
