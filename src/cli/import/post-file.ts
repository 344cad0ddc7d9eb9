import { createHash } from 'node:crypto';
import slugify from '@sindresorhus/slugify';
import { newPost, ownExcerpt, postSlug, slugOfTitle } from '../../modules/posts/index.ts';
import { tagSlug } from '../../modules/tags/index.ts';
import { userName } from '../../modules/users/index.ts';
import { parseDate } from './dates.ts';
import { FileError, quote } from './file-error.ts';
import { Fields } from './fields.ts';
import { parseMarkdownFile } from './front-matter.ts';
import { type Mention, mentionsOf } from './mentions.ts';
import { isFlag, type PostState, publicationDates, stateOf } from './state.ts';

/** What a file says of a post. Times are RFC 3339 in UTC. */
export interface PostFile {
  readonly title: string;
  readonly body: string;
  readonly excerpt: string | null;
  /** Names, each tag once. */
  readonly tags: readonly string[];
  /** The author first. */
  readonly authors: readonly Mention[];
  readonly status: PostState['status'];
  /** Why it is a draft although the file does not call it one; null elsewhere. */
  readonly draftReason: string | null;
  /** When it was published, or, of a draft, begun; null where a draft does not say. */
  readonly date: string | null;
  /** When a draft was published before; null where it was not. */
  readonly publishedAt: string | null;
  readonly updatedAt: string | null;
  /** The slug that it shall have; null where it has one made of the file's name. */
  readonly slug: string | null;
  /** What a slug is made from where none is given. */
  readonly slugBase: string;
  /** Other addresses that it says it has. */
  readonly addresses: readonly string[];
  /** Whether its links are to stay as they are. */
  readonly hasFinalLinks: boolean;
}

/**
 * Reads a post from a Markdown file, in the spellings of Hugo, Jekyll, Zola and Next.
 *
 * @param path The file's path in its folder: it says the date and the slug where the front matter does not.
 * @param now A post with a later date is a draft until then.
 * @throws {FileError} saying all that is missing or wrong.
 */
export function readPostFile(path: string, text: string, now: Date): PostFile {
  const { fields: written, body } = parseMarkdownFile(text);
  const fields = new Fields(written);
  const faults: string[] = [];
  const attempt = <T>(read: () => T): T | null => {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      faults.push(error.message);
      return null;
    }
  };
  const name = nameOf(path);
  const date = attempt(() => dateOf(fields, name.date));
  const updatedAt = attempt(() =>
    fields.date('updated', 'updatedat', 'lastmod', 'lastmodified', 'lastmodifiedat', 'modified'),
  );
  const publishedAt = attempt(() => fields.date('firstpublished'));
  const { status, draftReason } = stateOf(fields, path, date, now);
  if (date === null && status !== 'DRAFT' && faults.length === 0) faults.push('It has no date.');
  const slug = attempt(() => slugOf(fields));
  const authors = attempt(() => authorsOf(fields)) ?? [];
  const title = fields.text('title') ?? /^ {0,3}# +(.+?)[ #]*$/m.exec(body.slice(0, 2_000))?.[1] ?? null;
  if (title === null) faults.push('It has no title.');
  const content = contents.safeParse({
    title: title ?? 'none',
    body,
    tags: tagsOf(fields, path),
    excerpt: fields.text('description', 'summary', 'excerpt'),
  });
  faults.push(...(content.error?.issues ?? []).map(({ message }) => message));
  if (faults.length > 0 || content.data === undefined) throw new FileError([...new Set(faults)].join(' '));
  return {
    ...content.data,
    authors,
    status,
    draftReason,
    date,
    publishedAt,
    updatedAt,
    slug,
    slugBase: slugOfTitle(name.stem, createHash('sha256').update(path).digest('hex')),
    hasFinalLinks: fields.is('links', /^final$/i),
    addresses: ['permalink', 'url', 'path', 'aliases', 'redirectfrom'].flatMap((name) => fields.list(name)),
  };
}

const contents = newPost
  .pick({ title: true, body: true, tags: true })
  .extend({ excerpt: ownExcerpt.nullable() });

function dateOf(fields: Fields, dateOfName: string | null): string | null {
  const published = fields.text('published');
  const more = published === null || isFlag(published) ? [] : ['published'];
  return fields.date(...publicationDates, ...more) ?? (dateOfName === null ? null : parseDate(dateOfName));
}

/** What `permalink` may say instead of an address. */
const permalinkStyle = /^(?:date|pretty|ordinal|weekdate|none|true|false)$/i;

/** @throws {FileError} when nothing of it can be in a slug. */
function slugOf(fields: Fields): string | null {
  const address = fields.text('permalink', 'url');
  const isOwn = address !== null && !/[:{]/.test(address) && !permalinkStyle.test(address);
  const written = fields.text('slug') ?? (isOwn ? address : null);
  if (written === null) return null;
  const steps = written.split('/').filter((step) => step !== '');
  const last = (steps.at(-1) ?? '').replace(/\.html?$/, '');
  const slug = slugify(last, { decamelize: false });
  if (!postSlug.safeParse(slug).success) throw new FileError(`This is no slug: ${quote(written)}.`);
  return slug;
}

/** Names of tags and categories; texts are split at commas, and as Jekyll does it where there are none. */
function tagsOf(fields: Fields, path: string): string[] {
  const isJekyll = /(?:^|\/)_(?:posts|drafts)\//.test(path);
  const atCommas = (text: string) => text.split(',');
  const split = (text: string) => (isJekyll && !text.includes(',') ? text.split(/\s/) : atCommas(text));
  const names = [
    ...fields.list('categories', split),
    ...fields.list('category', atCommas),
    ...fields.list('tags', split),
    ...fields.list('tag', atCommas),
  ]
    .map((name) => name.trim())
    .filter((name) => name !== '');
  const bySlug = new Map<string, string>();
  for (const name of names) if (!bySlug.has(tagSlug(name))) bySlug.set(tagSlug(name), name);
  return [...bySlug.values()];
}

/** @throws {FileError} when a name is none, or there are more than 21. */
function authorsOf(fields: Fields): Mention[] {
  const mentions = mentionsOf(fields.value('authors', 'author', 'by', 'byline'));
  for (const { name, handle } of mentions) {
    if (!userName.safeParse(name ?? handle).success) {
      throw new FileError(`This is no name of an author: ${quote(name ?? handle ?? '')}.`);
    }
  }
  if (mentions.length > 21) throw new FileError('It has more than 21 authors.');
  return mentions;
}

/** The name of a file without its extension, that of the folder for an `index`; and the date before it. */
function nameOf(path: string): { stem: string; date: string | null } {
  const steps = path.replace(/\.[^./]+$/, '').split('/');
  const last = steps.at(-1) ?? '';
  const name = /^_?index$/i.test(last) ? (steps.at(-2) ?? last) : last;
  const [, date = null, rest] = /^(\d{4}-\d\d-\d\d)[-_ ](.+)$/.exec(name) ?? [];
  return { stem: rest ?? name, date };
}
