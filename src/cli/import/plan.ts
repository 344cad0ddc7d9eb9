import { join } from 'node:path';
import type { Database } from '../../db/index.ts';
import type { Progress } from '../progress.ts';
import { type FileNote, reasonOf } from './file-error.ts';
import { listFolder, readText } from './files.ts';
import type { Links } from './links.ts';
import type { People } from './people.ts';
import { type PostFile, readPostFile } from './post-file.ts';
import { type ImportedFile, listImportedFiles } from './repository.ts';
import { chooseSlugs, type SlugWish } from './slugs.ts';

/** A file that will be imported. What it holds is read again when it is its turn, and not kept until then. */
export interface PlannedFile {
  readonly path: string;
  /** The slug that its post has or gets; null for that of a draft. */
  readonly slug: string | null;
  /** What an earlier import made of it. */
  readonly imported: ImportedFile | null;
}

export interface Plan {
  /** Sorted by path. */
  readonly files: readonly PlannedFile[];
  readonly refused: readonly FileNote[];
}

/** What is kept of a file that was read. */
interface Candidate extends SlugWish {
  readonly addresses: readonly string[];
  /** Whether it gets a slug for good. */
  readonly isPublic: boolean;
  readonly imported: ImportedFile | null;
}

/**
 * Reads all files of a folder once: which of them can be imported, who is named in them, which slugs they get, and where
 * links between them lead. What it answers follows from the folder, from what was imported from it, and from the other
 * posts alone, so that an import that was interrupted goes on as if it had not been.
 *
 * @param people Gets everybody who is named.
 * @param links Gets every file that leads to a post.
 * @param start Shows how far the step over so many files has come.
 */
export async function planImport(
  db: Database,
  { folder, source, now }: { readonly folder: string; readonly source: string; readonly now: Date },
  people: People,
  links: Links,
  start: (step: string, files: number) => Progress,
): Promise<Plan> {
  const { files, refused: unfit } = await listFolder(folder);
  const refused = [...unfit];
  const imported = new Map((await listImportedFiles(db, source)).map((file) => [file.path, file]));
  const candidates: Candidate[] = [];
  const progress = start('Reading', files.length);
  for (const path of files) {
    try {
      const text = await readText(join(folder, path));
      // Parts of a string keep all of it: what is kept of a file must be copies, or all files would be held.
      const file = withoutBody(readPostFile(path, text, now));
      for (const mention of file.authors) people.add(mention);
      const known = imported.get(path) ?? null;
      candidates.push({
        path,
        final: known?.post?.publishedAt == null ? null : known.post.slug,
        chosen: file.slug,
        base: file.slugBase,
        addresses: file.addresses,
        isPublic: file.status !== 'DRAFT' || file.publishedAt !== null,
        imported: known,
      });
    } catch (error) {
      refused.push({ path, reason: reasonOf(error) });
    }
    progress.advance(1);
  }
  progress.stop();
  const slugs = await chooseSlugs(
    db,
    source,
    candidates.filter(({ isPublic, final }) => isPublic || final !== null),
  );
  const clashing = new Set(slugs.refused.map(({ path }) => path));
  const accepted = candidates.filter(({ path }) => !clashing.has(path));
  for (const { path, addresses, isPublic } of accepted) {
    const slug = slugs.byPath.get(path);
    if (isPublic && slug !== undefined) links.add(path, addresses, slug);
  }
  return {
    files: accepted.map(({ path, imported: known }) => ({
      path,
      slug: slugs.byPath.get(path) ?? null,
      imported: known,
    })),
    refused: [...refused, ...slugs.refused].toSorted((a, b) => (a.path < b.path ? -1 : 1)),
  };
}

function withoutBody({ body: _, ...rest }: PostFile): Omit<PostFile, 'body'> {
  return structuredClone(rest);
}
