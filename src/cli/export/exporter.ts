import { appendFile, mkdir, readdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { stringify } from 'yaml';
import type { Queryable } from '../../db/index.ts';
import { CommandError } from '../failure.ts';
import { profilesFile } from '../import/profiles.ts';
import type { Progress } from '../progress.ts';
import { countPosts, type ExportedPost, listAuthorsAfter, listPostsAfter } from './repository.ts';

/** How many posts are held at a time; each may have a megabyte. */
const batch = 10;

/**
 * Writes all posts as Markdown files with front matter, drafts and archived ones too, and a list of their authors:
 * what `importFolder` reads. Neither addresses nor rights of people are in it.
 *
 * @returns How many posts were written.
 * @throws {CommandError} when the folder has something in it, unless `force` says to write over it.
 */
export async function exportFolder(
  db: Queryable,
  folder: string,
  { force }: { readonly force: boolean },
  start: (step: string, posts: number) => Progress,
): Promise<number> {
  await prepareFolder(folder, force);
  await writeAuthors(db, join(folder, profilesFile));
  const progress = start('Exporting', await countPosts(db));
  let written = 0;
  try {
    let posts = await listPostsAfter(db, null, batch);
    while (posts.length > 0) {
      for (const post of posts) {
        const file = join(folder, pathOf(post));
        await mkdir(dirname(file), { recursive: true });
        await writeFile(file, postFile(post));
      }
      written += posts.length;
      progress.advance(posts.length);
      posts = await listPostsAfter(db, posts.at(-1)?.id ?? null, batch);
    }
  } finally {
    progress.stop();
  }
  return written;
}

async function prepareFolder(folder: string, force: boolean): Promise<void> {
  const found = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw new CommandError(`${folder} cannot be used: ${error.message}`);
  });
  if (found.length > 0 && !force) {
    throw new CommandError(
      `${folder} is not empty. Name another folder, or write over its files with --force.`,
    );
  }
}

async function writeAuthors(db: Queryable, file: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, '');
  let authors = await listAuthorsAfter(db, '', 500);
  while (authors.length > 0) {
    const profiles = authors.map(
      ({ username, name, bio, avatarUrl }) =>
        [
          username,
          { name, ...(bio !== null && { bio }), ...(avatarUrl !== null && { avatar: avatarUrl }) },
        ] as const,
    );
    await appendFile(file, toYaml(new Map(profiles)));
    authors = await listAuthorsAfter(db, authors.at(-1)?.username ?? '', 500);
  }
}

/** Drafts have a folder of their own, other posts that of their year. */
function pathOf({ slug, status, publishedAt }: ExportedPost): string {
  return `${status === 'DRAFT' ? 'drafts' : publishedAt?.slice(0, 4)}/${slug}.md`;
}

function postFile(post: ExportedPost): string {
  const isDraft = post.status === 'DRAFT';
  const fields = {
    title: post.title,
    // That of a draft which was never published is provisional.
    ...(post.publishedAt !== null && { slug: post.slug }),
    date: isDraft ? post.createdAt : post.publishedAt,
    ...(isDraft && { draft: true, ...(post.publishedAt !== null && { first_published: post.publishedAt }) }),
    ...(post.status === 'ARCHIVED' && { archived: true }),
    updated: post.updatedAt,
    authors: [post.author, ...post.contributors],
    ...(post.tags.length > 0 && { tags: post.tags }),
    ...(post.hasOwnExcerpt && { description: post.excerpt }),
    links: 'final',
  };
  return `---\n${toYaml(fields)}---\n\n${post.body}\n`;
}

function toYaml(value: object): string {
  return stringify(value, { lineWidth: 0 });
}
