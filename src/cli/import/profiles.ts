import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { avatarUrl, bio, userName } from '../../modules/users/index.ts';
import { FileError, quote, type FileNote } from './file-error.ts';
import { readText } from './files.ts';
import { isMapping, readYaml, type Value } from './front-matter.ts';
import type { Profile } from './people.ts';

/** Where Jekyll keeps what is said of authors, by the keys that posts call them by. */
export const profilesFile = '_data/authors.yml';

const maxBytes = 16_000_000;

/**
 * Reads the publication's own list of authors where it has one. One that is broken is not taken, and neither is a
 * person of whom it says something impossible.
 */
export async function readProfiles(
  folder: string,
): Promise<{ profiles: ReadonlyMap<string, Profile>; refused: readonly FileNote[] }> {
  const profiles = new Map<string, Profile>();
  const refused: FileNote[] = [];
  const file = join(folder, profilesFile);
  const isThere = await access(file).then(
    () => true,
    () => false,
  );
  if (!isThere) return { profiles, refused };
  const attempt = (read: () => void) => {
    try {
      read();
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      refused.push({ path: profilesFile, reason: error.message });
    }
  };
  const text = await readText(file, maxBytes).catch((error: FileError) => error);
  attempt(() => {
    if (text instanceof FileError) throw text;
    for (const [key, value] of readYaml(text)) attempt(() => profiles.set(key, profileOf(key, value)));
  });
  return { profiles, refused };
}

function profileOf(key: string, value: Value): Profile {
  const text = (...names: string[]) =>
    names
      .map((name) => (isMapping(value) ? value.get(name) : undefined))
      .find((item): item is string => typeof item === 'string' && item !== '');
  const picture = text('avatar', 'avatar_url', 'picture', 'image');
  const parsed = {
    name: userName.safeParse(text('name') ?? key),
    bio: bio.nullable().safeParse(text('bio', 'description') ?? null),
    // Sites give the picture as a path of their own as well, which leads nowhere here.
    avatarUrl: avatarUrl.nullable().safeParse(picture?.includes('://') ? picture : null),
  };
  const [fault] = Object.values(parsed).flatMap(({ error }) => error?.issues ?? []);
  if (fault !== undefined) throw new FileError(`The author ${quote(key)}: ${fault.message}`);
  return {
    name: parsed.name.data as string,
    bio: parsed.bio.data ?? null,
    avatarUrl: parsed.avatarUrl.data ?? null,
  };
}
