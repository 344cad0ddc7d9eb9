import { basename, join, resolve } from 'node:path';
import type { Database } from '../../db/index.ts';
import type { Progress } from '../progress.ts';
import { type FileNote, reasonOf } from './file-error.ts';
import { readText } from './files.ts';
import { Links } from './links.ts';
import { People } from './people.ts';
import { planImport } from './plan.ts';
import { readPostFile } from './post-file.ts';
import { readProfiles } from './profiles.ts';
import { checkUnedited, contentHashOf, type FilePost, isUnchanged, writeFilePost } from './write.ts';

export interface ImportOptions {
  readonly folder: string;
  /** Tells publications apart whose files have the same paths. */
  readonly source: string;
  /** Who wrote the posts that name nobody. */
  readonly author: string;
  /** The address of a post, with `{slug}` where its slug goes. */
  readonly postUrl: string;
  /** Where the files were published, without a slash at the end; null where that is not known. */
  readonly site: string | null;
  /** Whether to write over what was changed in the publication. */
  readonly force: boolean;
  /** Whether to write nothing, and only say what would be done. */
  readonly dryRun: boolean;
}

/** What became of the files of a folder. */
export interface ImportReport {
  readonly created: number;
  readonly updated: number;
  readonly unchanged: number;
  /** How many accounts were made. */
  readonly authors: number;
  /** How many posts name no author. */
  readonly anonymous: number;
  /** Files whose posts are drafts although they do not call them so, sorted by path. */
  readonly drafts: readonly FileNote[];
  /** Files that were not taken, sorted by path. */
  readonly refused: readonly FileNote[];
}

/**
 * Makes posts of the Markdown files in a folder, each in a transaction of its own. What was imported before and did not
 * change since is left alone; a file that cannot be imported keeps no other from it.
 *
 * @param start Shows how far a step over so many files has come.
 * @throws {CommandError} when the folder cannot be read.
 */
export async function importFolder(
  db: Database,
  options: ImportOptions,
  start: (step: string, files: number) => Progress,
): Promise<ImportReport> {
  const { folder, source, author, force, dryRun } = options;
  const now = new Date();
  const { profiles, refused: unfitProfiles } = await readProfiles(folder);
  const people = new People(profiles);
  const byline = { name: author, handle: null };
  people.add(byline);
  const links = new Links({ ...options, folderName: basename(resolve(folder)) });
  const plan = await planImport(db, { folder, source, now }, people, links, start);
  const counts = { created: 0, updated: 0, unchanged: 0, authors: 0, anonymous: 0 };
  const refused: FileNote[] = [];
  const drafts: FileNote[] = [];

  const importOne = async (file: (typeof plan.files)[number]) => {
    const written = readPostFile(file.path, await readText(join(folder, file.path)), now);
    const { draftReason } = written;
    const isAnonymous = written.authors.length === 0;
    const post: FilePost = {
      ...written,
      body: written.hasFinalLinks ? written.body : links.rewrite(file.path, written.body),
      people: people.getAll(isAnonymous ? [byline] : written.authors),
    };
    const contentHash = contentHashOf(post);
    if (!force) checkUnedited(file.imported);
    const facts = { isAnonymous, draftReason };
    if (isUnchanged(file.imported, contentHash))
      return { ...facts, outcome: 'unchanged' as const, authors: 0 };
    if (dryRun) {
      const outcome = file.imported === null ? ('created' as const) : ('updated' as const);
      return { ...facts, outcome, authors: 0 };
    }
    const target = { source, path: file.path, slug: file.slug, contentHash, force };
    return { ...facts, ...(await writeFilePost(db, target, post)) };
  };

  const progress = start('Importing', plan.files.length);
  try {
    for (const file of plan.files) {
      try {
        const { outcome, authors, isAnonymous, draftReason } = await importOne(file);
        counts[outcome] += 1;
        counts.authors += authors;
        counts.anonymous += isAnonymous ? 1 : 0;
        if (draftReason !== null) drafts.push({ path: file.path, reason: draftReason });
      } catch (error) {
        refused.push({ path: file.path, reason: reasonOf(error) });
      }
      progress.advance(1);
    }
  } finally {
    progress.stop();
  }
  const all = [...unfitProfiles, ...plan.refused, ...refused];
  return { ...counts, drafts, refused: all.toSorted((a, b) => (a.path < b.path ? -1 : 1)) };
}
