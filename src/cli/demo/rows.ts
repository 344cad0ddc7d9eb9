import { randomBytes } from 'node:crypto';
import { UUID } from 'uuidv7';
import { hashPassword } from '../../modules/accounts/index.ts';
import { draftSlug, excerptFrom, renderPost, slugOfTitle } from '../../modules/posts/index.ts';
import { tagSlug } from '../../modules/tags/index.ts';
import { rendererVersion, renderMarkdown } from '../../shared/markdown/index.ts';
import type { DemoComment, DemoPerson, DemoPost } from './content.ts';
import type { DemoRows } from './repository.ts';

const hour = 3_600_000;
const day = 24 * hour;

/** The part of an e-mail address that all demo accounts share. The domain is reserved, by RFC 2606. */
const mailDomain = 'lantern.example';

export function emailOf({ username }: Pick<DemoPerson, 'username'>): string {
  const [firstName = username] = username.split('-');
  return `${firstName}@${mailDomain}`;
}

/** The rows of the demo publication, as if it had been written up to `now` (in milliseconds since 1970). */
export async function demoRows(
  people: readonly DemoPerson[],
  posts: readonly DemoPost[],
  password: string,
  now: number,
): Promise<DemoRows> {
  const members = new Map(
    people.map(({ username, joinedDaysAgo }) => {
      const joined = now - joinedDaysAgo * day;
      return [username, { id: idAt(joined), joined }];
    }),
  );
  const member = (username: string): Member => {
    const found = members.get(username);
    if (found === undefined) throw new Error(`The demo publication has nobody called ${username}.`);
    return found;
  };
  const rows: DemoRows = {
    users: people.map((person) => userRow(person, member(person.username))),
    credentials: await Promise.all(
      people.map(async ({ username }) => ({
        userId: member(username).id,
        passwordHash: await hashPassword(password),
      })),
    ),
    follows: people.flatMap(({ username, follows }) =>
      follows.map((followee, position) => ({
        followerId: member(username).id,
        followeeId: member(followee).id,
        createdAt: timeAt(between(Math.max(member(username).joined, member(followee).joined), now, position)),
      })),
    ),
    tags: [],
    posts: [],
    postTags: [],
    postContributors: [],
    comments: [],
    likes: [],
  };
  const tagIds = new Map<string, string>();
  for (const post of posts) await addPost(rows, post, { now, member, tagIds });
  return rows;
}

interface Member {
  /** A UUID. */
  readonly id: string;
  readonly joined: number;
}

interface Setting {
  readonly now: number;
  readonly member: (username: string) => Member;
  /** The identifiers of the tags so far, by slug. */
  readonly tagIds: Map<string, string>;
}

async function addPost(rows: DemoRows, post: DemoPost, setting: Setting): Promise<void> {
  const { now, member } = setting;
  const { title, body, status = 'PUBLISHED', contributors = [], likes = [], comments = [] } = post;
  const listed = now - post.daysAgo * day;
  const begun = status === 'DRAFT' ? listed : listed - day;
  const id = idAt(begun);
  const text = await renderPost(body, null);
  rows.posts.push({
    id,
    authorId: member(post.author).id,
    slug: status === 'DRAFT' ? draftSlug(id) : slugOfTitle(title, id),
    title,
    ...text,
    ...excerptFrom(text, null),
    rendererVersion,
    status,
    version: status === 'ARCHIVED' ? 2 : 1,
    createdAt: timeAt(begun),
    updatedAt: timeAt(listed),
    publishedAt: status === 'DRAFT' ? null : timeAt(listed),
  });
  for (const name of post.tags) {
    rows.postTags.push({
      postId: id,
      authorId: member(post.author).id,
      tagId: tagId(rows, name, begun, setting),
      status,
      listedAt: timeAt(listed),
    });
  }
  for (const [position, username] of contributors.entries()) {
    rows.postContributors.push({ postId: id, userId: member(username).id, position: position + 1 });
  }
  for (const [position, username] of likes.entries()) {
    const { id: userId, joined } = member(username);
    rows.likes.push({
      postId: id,
      userId,
      createdAt: timeAt(between(Math.max(listed, joined), now, position)),
    });
  }
  for (const comment of comments)
    await addComment(rows, comment, { postId: id, parentId: null, after: listed }, setting);
}

async function addComment(
  rows: DemoRows,
  { author, hours, body, replies = [] }: DemoComment,
  { postId, parentId, after }: { postId: string; parentId: string | null; after: number },
  setting: Setting,
): Promise<void> {
  const written = after + hours * hour;
  if (written > setting.now)
    throw new Error(`A comment of ${author} in the demo publication is in the future.`);
  const id = idAt(written);
  const { html } = await renderMarkdown(body, null);
  const createdAt = timeAt(written);
  rows.comments.push({
    id,
    postId,
    authorId: setting.member(author).id,
    parentId,
    body,
    html,
    rendererVersion,
    createdAt,
    updatedAt: createdAt,
  });
  for (const reply of replies) {
    await addComment(rows, reply, { postId, parentId: id, after: written }, setting);
  }
}

/** The identifier of a tag, which is made when it is first used. */
function tagId(rows: DemoRows, name: string, time: number, { tagIds }: Setting): string {
  const slug = tagSlug(name);
  const known = tagIds.get(slug);
  if (known !== undefined) return known;
  const id = idAt(time);
  tagIds.set(slug, id);
  rows.tags.push({ id, slug, name, createdAt: timeAt(time) });
  return id;
}

function userRow(person: DemoPerson, { id, joined }: Member): DemoRows['users'][number] {
  const { username, name, role, bio } = person;
  const time = timeAt(joined);
  return {
    id,
    username,
    name,
    bio,
    role,
    email: emailOf(person),
    roleDecidedAt: time,
    createdAt: time,
    updatedAt: time,
  };
}

/** A time between two others; later for each position, from 0 on, and never the end. */
function between(start: number, end: number, position: number): number {
  return start + ((end - start) * (position + 1)) / (position + 12);
}

/** A UUIDv7 of a time in the past, so that identifiers sort as the things do that they stand for. */
function idAt(time: number): string {
  const random = randomBytes(10);
  const fields = [
    random.readUInt16BE(0) & 0xfff,
    random.readUInt32BE(2) & 0x3fffffff,
    random.readUInt32BE(6),
  ] as const;
  return UUID.fromFieldsV7(Math.floor(time), ...fields).toString();
}

function timeAt(time: number): string {
  return new Date(time).toISOString();
}
