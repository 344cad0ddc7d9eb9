import { newUuid, type NodeKind, toGlobalId } from '../../src/shared/ids.ts';
import type { Role } from '../../src/shared/viewer.ts';
import type { TestServer } from './server.ts';

/** A row that a test put into the database by itself, past the services: with a time of its own choice. */
export interface Row {
  readonly uuid: string;
  /** The global identifier. */
  readonly id: string;
  /** The time that lists are ordered by, as RFC 3339. */
  readonly at: string;
}

/** Times with ties: the rows at the places 0 to 2 share one, those at 3 to 5 the next one, and so on. */
export function tiedTime(place: number): string {
  return new Date(Date.UTC(2026, 0, 1) + Math.floor(place / 3)).toISOString();
}

/** The identifiers of rows in the order of a list: the latest first, and where times are equal the greatest id first. */
export function newestFirst(rows: readonly Row[]): string[] {
  const key = ({ at, uuid }: Row) => `${at} ${uuid}`;
  return rows.toSorted((a, b) => (key(a) < key(b) ? 1 : -1)).map(({ id }) => id);
}

type Server = Pick<TestServer, 'driver'>;

const run = (server: Server, text: string, values: unknown[]) =>
  server.driver.query({ name: null, text, values });

/** New rows for these times. The order of the identifiers is the reverse of theirs, so that neither stands for the other. */
function rowsAt(kind: NodeKind, times: readonly string[]): Row[] {
  const uuids = times.map(() => newUuid()).toReversed();
  return uuids.map((uuid, place) => ({ uuid, id: toGlobalId(kind, uuid), at: times[place] as string }));
}

export interface UserSpec {
  readonly name: string;
  readonly at: string;
  readonly username?: string;
  readonly bio?: string;
  readonly role?: Role;
}

export async function insertUsers(server: Server, specs: readonly UserSpec[]): Promise<Row[]> {
  const rows = rowsAt(
    'user',
    specs.map(({ at }) => at),
  );
  for (const [place, { uuid, at }] of rows.entries()) {
    const { name, username = `user-${uuid}`, bio = null, role = 'AUTHOR' } = specs[place] as UserSpec;
    const text = `insert into users (id, username, name, bio, role, created_at) values ($1, $2, $3, $4, $5, $6)`;
    await run(server, text, [uuid, username, name, bio, role, at]);
  }
  return rows;
}

export interface TagSpec {
  readonly name: string;
  readonly at: string;
  readonly slug?: string;
}

/** Adds tags, which nobody sees until a post carries them. */
export async function insertTags(server: Server, specs: readonly TagSpec[]): Promise<Row[]> {
  const rows = rowsAt(
    'tag',
    specs.map(({ at }) => at),
  );
  for (const [place, { uuid, at }] of rows.entries()) {
    const { name, slug = `tag-${uuid}` } = specs[place] as TagSpec;
    const text = `insert into tags (id, slug, name, created_at) values ($1, $2, $3, $4)`;
    await run(server, text, [uuid, slug, name, at]);
  }
  return rows;
}

/** What a test says of a post; the rest comes by itself. */
export interface PostSpec {
  readonly status?: 'DRAFT' | 'PUBLISHED' | 'ARCHIVED';
  readonly title?: string;
  readonly text?: string;
  readonly createdAt?: string;
  /** When it was first published; the time of creation where it is left out. */
  readonly publishedAt?: string;
  /** The UUIDs of its tags. */
  readonly tags?: readonly string[];
}

/** Adds posts of an author (a UUID). */
export async function insertPosts(
  server: Server,
  author: string,
  specs: readonly PostSpec[],
): Promise<Row[]> {
  const full = specs.map((spec) => ({ status: 'PUBLISHED', createdAt: tiedTime(0), ...spec }));
  const rows = rowsAt(
    'post',
    full.map(({ status, createdAt, publishedAt }) =>
      status === 'DRAFT' ? createdAt : (publishedAt ?? createdAt),
    ),
  );
  for (const [place, { uuid, at }] of rows.entries()) {
    const spec = full[place] as (typeof full)[number];
    const { status, createdAt, title = 'A post', text = 'A text.', tags = [] } = spec;
    const publishedAt = status === 'DRAFT' ? null : at;
    await run(
      server,
      `insert into posts (id, author_id, slug, title, body, html, excerpt, search_text, reading_time_minutes,
        renderer_version, status, created_at, updated_at, published_at)
      values ($1, $2, $3, $4, $5, $5, $5, $5, 1, 1, $6, $7, $7, $8)`,
      [uuid, author, `post-${uuid}`, title, text, status, createdAt, publishedAt],
    );
    await run(
      server,
      `insert into post_tags (post_id, tag_id, status, listed_at)
      select posts.id, tag.id, posts.status, posts.listed_at from posts, unnest($2::uuid[]) as tag(id)
      where posts.id = $1`,
      [uuid, tags],
    );
  }
  return rows;
}

/** How many rows of a table fulfil a condition, such as `author_id = $1`. */
export async function countRows(
  server: Server,
  table: string,
  condition = 'true',
  ...values: unknown[]
): Promise<number> {
  const text = `select count(*)::integer from ${table} where ${condition}`;
  const [row] = await run(server, text, values);
  return Number(row?.[0]);
}
