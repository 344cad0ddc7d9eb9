import type { PostStatus } from '../../db/tables/index.ts';
import { draftSlug } from '../../modules/posts/index.ts';
import { tagSlug } from '../../modules/tags/index.ts';
import type { Role } from '../../shared/viewer.ts';
import { longTail } from './long-tail.ts';
import { firstInstant, lastInstant, type Plan, statusOf } from './plan.ts';
import { bioBy, type PostText, type Prose, titleBy } from './prose.ts';
import type { Dice } from './random.ts';
import { tagNames, words } from './words.ts';

/** Rows as the seed writes them. Identifiers are UUIDs, times RFC 3339; an empty text stands for none. */
export interface SeedUser {
  readonly id: string;
  readonly username: string;
  readonly name: string;
  readonly bio: string;
  readonly role: Role;
  readonly email: string;
  readonly createdAt: string;
}

export interface SeedTag {
  readonly id: string;
  readonly slug: string;
  readonly name: string;
  readonly createdAt: string;
}

export interface SeedPost extends PostText {
  readonly id: string;
  readonly authorId: string;
  readonly slug: string;
  readonly title: string;
  readonly status: PostStatus;
  readonly version: number;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly publishedAt: string;
  /** The slugs of its tags. */
  readonly tags: readonly string[];
}

export function userRow(plan: Plan, user: number): SeedUser {
  const dice = plan.dice('profile', user);
  const id = plan.userId(user);
  const name = `${dice.pick(words.given)} ${dice.pick(words.family)}`;
  const username = `${slugOf(name)}-${suffixOf(id)}`;
  return {
    id,
    username,
    name,
    bio: dice.unit() < 0.6 ? bioBy(dice) : '',
    role: plan.roleOf(user),
    email: `${username}@${dice.pick(words.domain)}`,
    createdAt: timeAt(plan.joinedAt(user)),
  };
}

export function tagRows(plan: Plan): SeedTag[] {
  return tagNames.map((name, index) => ({
    id: plan.dice('tag', index).uuidAt(firstInstant),
    slug: tagSlug(name),
    name,
    createdAt: timeAt(firstInstant),
  }));
}

/** @param tagSlugs The slugs of all tags, the most used ones first. */
export function postRow(plan: Plan, prose: Prose, tagSlugs: readonly string[], post: number): SeedPost {
  const dice = plan.dice('text', post);
  const id = plan.postId(post);
  const status = statusOf(post);
  const created = plan.createdAt(post);
  const published = plan.publishedAt(post);
  const archived = published + Math.floor((lastInstant - published) * dice.unit());
  const title = titleBy(dice);
  return {
    ...prose.post(dice),
    id,
    authorId: plan.userId(plan.writerAt(created, dice)),
    slug: status === 'DRAFT' ? draftSlug(id) : `${slugOf(title)}-${suffixOf(id)}`,
    title,
    status,
    version: status === 'ARCHIVED' ? 2 : 1,
    createdAt: timeAt(created),
    updatedAt: timeAt({ DRAFT: created, PUBLISHED: published, ARCHIVED: archived }[status]),
    publishedAt: status === 'DRAFT' ? '' : timeAt(published),
    tags: someTags(tagSlugs, dice),
  };
}

/** None to four. */
function someTags(slugs: readonly string[], dice: Dice): string[] {
  const count = dice.pick([0, 1, 1, 2, 2, 2, 3, 3, 4]);
  const chosen = Array.from({ length: count }, () => slugs[longTail(slugs.length, dice.unit())] as string);
  return [...new Set(chosen)];
}

/** What `slugOfTitle` makes of a text of ASCII, which needs none of its tables. */
function slugOf(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/-$/, '');
}

/** Seven letters and digits that stand for an identifier, so that names and titles may come up again. */
function suffixOf(id: string): string {
  return Number.parseInt(id.slice(-9), 16).toString(36).padStart(7, '0');
}

/** A time, in milliseconds since 1970, as RFC 3339. */
export function timeAt(time: number): string {
  return new Date(time).toISOString();
}
