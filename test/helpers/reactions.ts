import { newUuid, parseGlobalId, toGlobalId } from '../../src/shared/ids.ts';
import type { Role } from '../../src/shared/viewer.ts';
import type { Row } from './rows.ts';
import type { Answer, Person, TestServer } from './server.ts';

type Server = Pick<TestServer, 'driver'>;

const run = (server: Server, text: string, values: unknown[]) =>
  server.driver.query({ name: null, text, values });

/** The UUID in a global identifier. */
export function uuidIn(id: string): string {
  const parsed = parseGlobalId(id);
  if (parsed === null) throw new TypeError(`Not a global identifier: ${id}`);
  return parsed.uuid;
}

export interface CommentSpec {
  /** The time of writing, as RFC 3339. */
  readonly at: string;
  readonly body?: string;
  /** The UUID of the comment that it answers. */
  readonly parent?: string;
}

/** Adds comments of an author under a post (both UUIDs), past the services. Identifiers are in the reverse order. */
export async function insertComments(
  server: Server,
  post: string,
  author: string,
  specs: readonly CommentSpec[],
): Promise<Row[]> {
  const uuids = specs.map(() => newUuid()).toReversed();
  await run(
    server,
    `insert into comments (id, post_id, author_id, parent_id, body, html, renderer_version, created_at, updated_at)
    select id, $1, $2, parent_id, body, '<p>' || body || '</p>', 1, at, at
    from unnest($3::uuid[], $4::uuid[], $5::text[], $6::timestamptz[]) as row(id, parent_id, body, at)`,
    [
      post,
      author,
      uuids,
      specs.map(({ parent = null }) => parent),
      specs.map(({ body = 'A comment.' }) => body),
      specs.map(({ at }) => at),
    ],
  );
  return specs.map(({ at }, place) => {
    const uuid = uuids[place] as string;
    return { uuid, id: toGlobalId('comment', uuid), at };
  });
}

export interface FollowSpec {
  /** The UUID of who follows. */
  readonly follower: string;
  /** The UUID of who is followed. */
  readonly followee: string;
  readonly at: string;
}

export async function insertFollows(server: Server, specs: readonly FollowSpec[]): Promise<void> {
  await run(
    server,
    `insert into follows (follower_id, followee_id, created_at)
    select * from unnest($1::uuid[], $2::uuid[], $3::timestamptz[])`,
    [specs.map(({ follower }) => follower), specs.map(({ followee }) => followee), specs.map(({ at }) => at)],
  );
}

/** So many people, signed in. */
export function crowd(server: TestServer, count: number, role: Role = 'READER'): Promise<Person[]> {
  return Promise.all(Array.from({ length: count }, () => server.person(role)));
}

export interface NewPost {
  readonly title?: string;
  readonly body?: string;
  readonly tags?: readonly string[];
  /** Published by itself. */
  readonly publish?: boolean;
}

/** Writes a post through the API and answers its global identifier. */
export async function writePost(server: TestServer, as: Person, post: NewPost = {}): Promise<string> {
  const input = { title: 'A post', body: 'A text.', publish: true, ...post };
  const document = 'mutation ($input: CreatePostInput!) { createPost(input: $input) { id } }';
  return (await server.query(document, { variables: { input }, as })).createPost.id;
}

/** Publishes, unpublishes, archives or deletes a post through the API. */
export async function movePost(
  server: TestServer,
  as: Person,
  action: 'publishPost' | 'unpublishPost' | 'archivePost' | 'deletePost',
  id: string,
): Promise<void> {
  await server.query(`mutation ($id: ID!) { ${action}(id: $id) { id } }`, { variables: { id }, as });
}

/** Writes a comment through the API and answers its global identifier. */
export async function writeComment(
  server: TestServer,
  as: Person,
  input: { postId: string; parentId?: string; body?: string },
): Promise<string> {
  const document = 'mutation ($input: AddCommentInput!) { addComment(input: $input) { id } }';
  const variables = { input: { body: 'A comment.', ...input } };
  return (await server.query(document, { variables, as })).addComment.id;
}

/** What an answer tells, without what differs between any two answers. */
export function told({ status, text }: Answer<unknown>): string {
  return `${status} ${text}`;
}

/**
 * Sends a request that has to wait for another transaction, which runs a statement and commits only once the request
 * waits. It takes a real PostgreSQL: the embedded one has a single connection.
 */
export async function overtaken<T>(
  server: Server,
  statement: { text: string; values: unknown[] },
  request: () => Promise<T>,
): Promise<T> {
  const other = await server.driver.connect();
  try {
    await other.query({ name: null, text: 'begin', values: [] });
    await other.query({ name: null, ...statement });
    const answer = request();
    await untilSomebodyWaits(server);
    await other.query({ name: null, text: 'commit', values: [] });
    return await answer;
  } finally {
    other.release(false);
  }
}

async function untilSomebodyWaits(server: Server): Promise<void> {
  const waiting = `select count(*)::integer from pg_stat_activity
    where datname = current_database() and wait_event_type = 'Lock'`;
  for (let attempt = 0; attempt < 500; attempt += 1) {
    const [row] = await run(server, waiting, []);
    if (Number(row?.[0]) > 0) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error('The request did not wait for the other transaction.');
}
