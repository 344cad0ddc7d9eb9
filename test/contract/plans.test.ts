import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeCursor } from '../../src/shared/pagination/index.ts';
import type { DriverQuery } from '../../src/db/driver.ts';
import {
  fillPublication,
  firstTime,
  publicationOf,
  rowId,
  rowUuid,
  signInUser,
} from '../helpers/publication.ts';
import { type Person, startServer, type TestServer } from '../helpers/server.ts';

const page = 'nodes { id }';
const postParts = `${page} totalCount`;

/** A cursor of a list in this order, somewhere in its middle. */
function cursor(order: string, key: string, kind: 'user' | 'post' | 'comment' | 'tag'): string {
  return encodeCursor(order, { key, id: rowUuid(kind, 40) });
}

/** The pages of a connection from both ends, and from the middle. */
function pages(field: string, middle: string, args = '', parts = page): string[] {
  return [
    `${field}(first: 20 ${args}) { ${parts} }`,
    `${field}(last: 20 ${args}) { ${parts} }`,
    `${field}(first: 20, after: "${middle}" ${args}) { ${parts} }`,
    `${field}(last: 20, before: "${middle}" ${args}) { ${parts} }`,
  ];
}

const [user, post, comment] = [rowId('user', 7), rowId('post', 7), rowId('comment', 7)];
const time = firstTime.replace('2026-01-01', '2026-01-02');
const middle = {
  post: cursor('posts PUBLISHED_AT_DESC', time, 'post'),
  oldPost: cursor('posts PUBLISHED_AT_ASC', time, 'post'),
  user: cursor('users CREATED_AT_DESC', time, 'user'),
  username: cursor('users USERNAME_ASC', 'user-2', 'user'),
  tag: cursor('tags CREATED_AT_DESC', time, 'tag'),
  slug: cursor('tags SLUG_ASC', 'tag-2', 'tag'),
  comment: cursor('comments CREATED_AT_DESC', time, 'comment'),
  oldComment: cursor('comments CREATED_AT_ASC', time, 'comment'),
};

/** Selections of Query that together send every statement that reads. */
const selections: readonly string[] = [
  `viewer { id }`,
  `nodes(ids: ["${user}", "${post}", "${comment}", "${rowId('tag', 7)}"]) { id }`,
  `userByUsername(username: "user-7") { id }`,
  `postBySlug(slug: "post-7") { id body }`,
  `tagBySlug(slug: "tag-7") { id }`,
  ...pages('usersConnection', middle.user),
  ...pages('usersConnection', middle.username, 'orderBy: USERNAME_ASC'),
  `usersConnection(filter: {role: EDITOR}) { ${page} }`,
  ...pages('tagsConnection', middle.tag),
  ...pages('tagsConnection', middle.slug, 'orderBy: SLUG_ASC'),
  ...pages('postsConnection', middle.post),
  ...pages('postsConnection', middle.oldPost, 'orderBy: PUBLISHED_AT_ASC'),
  `postsConnection(filter: {status: [DRAFT, PUBLISHED, ARCHIVED]}) { ${page} }`,
  `postsConnection(filter: {status: DRAFT}) { ${page} }`,
  `postsConnection(filter: {author: "${user}"}) { ${postParts} }`,
  `postsConnection(filter: {tag: "tag-7"}) { ${postParts} }`,
  `postsConnection(filter: {from: "2026-01-01T00:00:00Z", until: "2026-01-01T01:00:00Z"}) { ${postParts} }`,
  `user(id: "${user}") { ${pages('postsConnection', middle.post, '', postParts).map(aliased).join(' ')} }`,
  `user(id: "${user}") { postsConnection(filter: {status: [DRAFT, ARCHIVED]}) { ${postParts} } }`,
  `user(id: "${user}") { ${pages('comments', middle.comment, '', `${page} totalCount`).map(aliased).join(' ')} }`,
  `user(id: "${user}") { followers(first: 5) { ${page} totalCount } following(first: 5) { ${page} totalCount } }`,
  `user(id: "${user}") { followerCount followingCount viewerIsFollowing }`,
  `tagBySlug(slug: "tag-7") { ${pages('postsConnection', middle.post, '', postParts).map(aliased).join(' ')} postCount }`,
  `post(id: "${post}") { body html author { id } contributors { id } tags { id } commentCount likeCount viewerHasLiked }`,
  `post(id: "${post}") { ${pages('commentsConnection', middle.comment, '', postParts).map(aliased).join(' ')} }`,
  `post(id: "${post}") { commentsConnection(filter: {topLevel: true, author: "${user}"}) { ${postParts} } }`,
  `node(id: "${comment}") { ... on Comment { html author { id } post { id } parent { id }
    ${pages('replies', middle.oldComment, '', postParts).map(aliased).join(' ')} } }`,
  ...pages('feed', middle.post),
  'feed { totalCount }',
  'search(query: "rareword") { edges { rank excerpt } totalCount }',
  'postsConnection(filter: {text: "rareword"}) { totalCount }',
  'usersConnection(filter: {text: "rareword"}) { totalCount }',
  'tagsConnection(filter: {text: "rareword"}) { totalCount }',
  'users { posts { author { id } comments { author { id } } tags { posts { id } } } }',
];

function aliased(selection: string, position: number): string {
  return `page${position}: ${selection}`;
}

interface Plan {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Plan Rows': number;
  readonly Plans?: readonly Plan[];
}

/** The tables that grow with the publication. */
const growing = new Set([
  'users',
  'credentials',
  'sessions',
  'tags',
  'posts',
  'post_tags',
  'post_contributors',
  'comments',
  'likes',
  'follows',
]);

/** What each kind of plan is made from: the values of the request, or nothing. */
const modes = ['force_custom_plan', 'force_generic_plan'] as const;

describe('over 20,000 posts', () => {
  let server: TestServer;
  const viewers: Record<string, Person | undefined> = {};
  const sent: DriverQuery[] = [];

  beforeAll(async () => {
    server = await startServer();
    await fillPublication(server.driver, { ...publicationOf(5_000), comments: 40_000 });
    await server.driver.execute('analyze');
    viewers['anybody'] = undefined;
    viewers['an author'] = await signInUser(server, 1);
    viewers['an editor'] = await signInUser(server, 2);
    const query = server.driver.query.bind(server.driver);
    Object.assign(server.driver, {
      query(statement: DriverQuery) {
        sent.push(statement);
        return query(statement);
      },
    });
  }, 240_000);
  afterAll(() => server.close());

  /** The plan of a statement, on a connection of its own. */
  async function explain({ text, values }: DriverQuery, mode: (typeof modes)[number]): Promise<Plan> {
    const connection = await server.driver.connect();
    const run = (command: string) => connection.query({ name: null, text: command, values: [] });
    try {
      await run(`prepare explained as ${text}`);
      await run(`set plan_cache_mode = ${mode}`);
      const execute =
        values.length === 0 ? 'execute explained' : `execute explained(${values.map(literal).join(', ')})`;
      const [[answer] = []] = await run(`explain (format json) ${execute}`);
      await run('reset plan_cache_mode');
      await run('deallocate explained');
      const plans = (typeof answer === 'string' ? JSON.parse(answer) : answer) as { Plan: Plan }[];
      return (plans[0] as { Plan: Plan }).Plan;
    } finally {
      connection.release(false);
    }
  }

  it.each(selections)('%s is read off indexes', async (selection) => {
    const found: string[] = [];
    for (const [who, as] of Object.entries(viewers)) {
      const { errors } = await server.send(`{ ${selection} }`, { as });
      expect(errors.filter(({ extensions }) => extensions.code !== 'UNAUTHENTICATED')).toEqual([]);
      for (const statement of sent.splice(0)) {
        for (const mode of modes) {
          const plan = await explain(statement, mode);
          found.push(...scansOf(plan).map((table) => `${who}, ${mode}: ${table}: ${statement.text}`));
        }
      }
    }
    expect(found).toEqual([]);
  });

  it('sent every kind of statement', () => {
    expect(selections.length).toBeGreaterThan(40);
  });
});

/** The growing tables that a plan reads from end to end. */
function scansOf(plan: Plan): string[] {
  const table = plan['Relation Name'] ?? '';
  const own = plan['Node Type'] === 'Seq Scan' && growing.has(table) ? [table] : [];
  return [...own, ...(plan.Plans ?? []).flatMap(scansOf)];
}

/** A value as an untyped literal, which takes the type of its parameter. */
function literal(value: unknown): string {
  if (value === null) return 'null';
  const text = Array.isArray(value)
    ? `{${value.map((item) => JSON.stringify(item)).join(',')}}`
    : `${value as string | number}`;
  return `'${text.replaceAll("'", "''")}'`;
}
