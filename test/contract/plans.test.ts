import { readdirSync, readFileSync } from 'node:fs';
import { getNamedType, type GraphQLEnumType, type GraphQLField, type GraphQLObjectType } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DriverQuery } from '../../src/db/driver.ts';
import { readSettings } from '../../src/db/drivers/session-settings.ts';
import { createSchema } from '../../src/graphql/schema.ts';
import { hasSignedInFrom } from '../../src/modules/accounts/repository.ts';
import { findUserOfIdentity } from '../../src/modules/accounts/repository-identities.ts';
import { findAuditEvents } from '../../src/modules/audit/index.ts';
import { encodeCursor } from '../../src/shared/pagination/index.ts';
import { openTestDatabase } from '../helpers/database.ts';
import { explain, indexesOf, needlessSorts, planModes, sequentialScans } from '../helpers/plans.ts';
import { fillPublication, rowId, rowUuid, signInUser } from '../helpers/publication.ts';
import { type Person, startServer, type TestServer } from '../helpers/server.ts';

/** Rows that much hangs on, and rows like most. */
const [busy, usual] = [5, 6];

const schema = createSchema();
const modules = new URL('../../src/modules/', import.meta.url);

/** The filters of a type of list: each condition by itself, and all together. */
const filters: Record<string, readonly string[]> = {
  UserFilter: ['role: EDITOR', 'text: "rareword"', 'role: EDITOR, text: "rareword"'],
  TagFilter: ['text: "rareword"'],
  PostFilter: [
    `author: "${rowId('user', busy)}"`,
    `tag: "tag-${busy}"`,
    `tag: "tag-${usual}", author: "${rowId('user', usual)}"`,
    'status: [DRAFT]',
    'status: [DRAFT, PUBLISHED, ARCHIVED]',
    'from: "2026-01-02T00:00:00Z"',
    'until: "2026-01-02T00:00:00Z"',
    'from: "2026-01-02T00:00:00Z", until: "2026-01-02T01:00:00Z"',
    'text: "rareword"',
    `text: "rareword", author: "${rowId('user', busy)}", tag: "tag-${busy}", status: [DRAFT, PUBLISHED]`,
  ],
  CommentFilter: [
    `author: "${rowId('user', busy)}"`,
    'topLevel: true',
    'topLevel: false',
    `topLevel: true, author: "${rowId('user', usual)}"`,
  ],
};

/** What lists of a type are called in their cursors. */
const cursorNames: Record<string, string> = {
  UserConnection: 'users',
  TagConnection: 'tags',
  PostConnection: 'posts',
  CommentConnection: 'comments',
  SessionConnection: 'sessions',
};

/** How an object of a type is reached: a busy one and a usual one. */
const parents: Record<string, readonly string[]> = {
  Query: [''],
  User: [busy, usual].map((number) => `user(id: "${rowId('user', number)}")`),
  Tag: [busy, usual].map((number) => `tagBySlug(slug: "tag-${number}")`),
  Post: [busy, usual].map((number) => `post(id: "${rowId('post', number)}")`),
  Comment: [busy, usual].map((number) => `node(id: "${rowId('comment', number)}")`),
};

type Field = GraphQLField<unknown, unknown>;

const connections = Object.values(schema.getTypeMap())
  .filter((type): type is GraphQLObjectType => type.name in parents)
  .flatMap((type) => Object.values(type.getFields()).map((field) => ({ type, field })))
  .filter(({ field }) => field.args.some(({ name }) => name === 'first'));

/** A cursor in the middle of a list. */
function middleOf({ type, field }: { type: GraphQLObjectType; field: Field }, order: string): string {
  const id = rowUuid('post', 40);
  if (field.name === 'search') return encodeCursor('SCORE_DESC', { key: '300000003', id });
  const key = /^(USERNAME|SLUG)/.test(order) ? 'm' : '2026-01-02T00:00:00.000Z';
  const list = cursorNames[getNamedType(field.type).name];
  const isFollow = type.name === 'User' && /^follow(ers|ing)$/.test(field.name);
  return encodeCursor(isFollow ? 'FOLLOWED_AT_DESC' : `${list} ${order}`, { key, id });
}

/** What reads a connection in each order, from both ends and from the middle, with each filter. */
function selectionsOf(connection: { type: GraphQLObjectType; field: Field }): string[] {
  const { type, field } = connection;
  const orderBy = field.args.find(({ name }) => name === 'orderBy');
  const filter = field.args.find(({ name }) => name === 'filter');
  const only =
    field.name === 'replies'
      ? 'CREATED_AT_ASC'
      : getNamedType(field.type).name === 'PostConnection'
        ? 'PUBLISHED_AT_DESC'
        : 'CREATED_AT_DESC';
  const orders =
    orderBy === undefined
      ? [only]
      : (getNamedType(orderBy.type) as GraphQLEnumType).getValues().map(({ name }) => name);
  const conditions = ['', ...(filter === undefined ? [] : (filters[getNamedType(filter.type).name] ?? []))];
  const own = field.name === 'search' ? 'query: "rareword", ' : '';
  const calls = conditions.flatMap((condition) => {
    const filtered = condition === '' ? '' : `, filter: { ${condition} }`;
    const pages = orders.flatMap((order) => {
      const ordered = orderBy === undefined ? '' : `, orderBy: ${order}`;
      const middle = middleOf(connection, order);
      return [`first: 20`, `last: 20`, `first: 20, after: "${middle}"`, `last: 20, before: "${middle}"`].map(
        (page) => `(${own}${page}${ordered}${filtered}) { edges { cursor } }`,
      );
    });
    return [...pages, `(${own}first: 1${filtered}) { totalCount }`];
  });
  // So many that no document exceeds a limit.
  const chunks = calls.flatMap((_, place) => (place % 20 === 0 ? [calls.slice(place, place + 20)] : []));
  return (parents[type.name] ?? []).flatMap((parent) =>
    chunks.map((chunk) => {
      const parts = chunk.map((call, number) => `part${number}: ${field.name}${call}`).join(' ');
      return parent === '' ? parts : `parent: ${parent} { ... on ${type.name} { ${parts} } }`;
    }),
  );
}

/** What is read beside connections. */
const others: Record<string, readonly string[]> = {
  'rows by their identifiers and names': [
    'viewer { id }',
    `nodes(ids: ["${rowId('user', 6)}", "${rowId('post', 6)}", "${rowId('comment', 6)}", "${rowId('tag', 6)}",
      "${rowId('session', 6)}"]) {
      id ... on Post { body } ... on Comment { html }
    }`,
    'userByUsername(username: "user-6") { id }',
    'postBySlug(slug: "post-6") { id body }',
    'tagBySlug(slug: "tag-6") { id }',
  ],
  'plain lists': ['users { id }', 'tags { id }', 'posts { id }', 'posts(limit: 100) { body }'],
  'what hangs on a list': [
    'users { posts { id } followerCount followingCount viewerIsFollowing }',
    'tags { posts { id } postCount }',
    `posts { author { id } contributors { id } tags { id } comments { id }
      commentCount likeCount viewerHasLiked }`,
    'posts(limit: 20) { comments { author { id } post { id } parent { id } replies { nodes { id } } } }',
    `${parents['User']?.[0]} { posts { id } followerCount followingCount viewerIsFollowing }`,
    `${parents['Tag']?.[0]} { posts { id } postCount }`,
    `${parents['Post']?.[0]} { comments { id html } commentCount likeCount viewerHasLiked contributors { id } }`,
    'users { posts { author { id } comments { author { id } } tags { posts { id } } } }',
  ],
};

const groups = [
  ...connections.map(({ type, field }) => ({
    what: `${type.name}.${field.name}`,
    selections: selectionsOf({ type, field }),
  })),
  ...Object.entries(others).map(([what, selections]) => ({ what, selections })),
];

describe('over 20,000 posts', () => {
  let server: TestServer;
  let viewers: Readonly<Record<string, Person | undefined>>;
  const sent: DriverQuery[] = [];
  const names = new Set<string>();
  const reads = new Map<string, DriverQuery>();

  beforeAll(async () => {
    server = await startServer();
    await fillPublication(server.driver, { users: 2_000, posts: 20_000, comments: 40_000, tags: 5_000 });
    await server.driver.execute(skew);
    await server.driver.execute(
      `insert into external_identities (issuer, subject, user_id) select 'https://login.example', username, id from users`,
    );
    await server.driver.execute(
      `insert into audit_events (id, at, type, user_id, client_address, details)
       select gen_random_uuid(), now() - place * interval '1 day', 'SIGNED_IN', id, '203.0.113.1', '{}'
       from users cross join generate_series(1, 10) as places(place)`,
    );
    await server.driver.execute('vacuum analyze');
    viewers = {
      nobody: undefined,
      'a busy author': await signInUser(server, busy),
      'an editor': await signInUser(server, usual),
    };
    const query = server.driver.query.bind(server.driver);
    Object.assign(server.driver, {
      query(statement: DriverQuery) {
        sent.push(statement);
        return query(statement);
      },
    });
  }, 240_000);
  afterAll(() => server.close());

  it.each(groups)('$what is read off indexes, in their order', async ({ what, selections }) => {
    const found = new Set<string>();
    for (const [who, as] of Object.entries(viewers)) {
      if (what === 'Query.feed' && as === undefined) continue;
      for (const selection of selections) await server.query(`{ ${selection} }`, { as });
      for (const statement of distinct(sent.splice(0))) {
        const isNew = !names.has(statement.name ?? '');
        names.add(statement.name ?? '');
        if (statement.byIndexes === true) reads.set(statement.name ?? '', statement);
        for (const mode of planModes) {
          // A plan that knows no values is the same for all of them.
          if (mode === 'force_generic_plan' && !isNew) continue;
          const plan = await explain(server.driver, statement, mode);
          const faults = [...sequentialScans(statement, plan), ...needlessSorts(statement, plan)];
          for (const fault of faults) found.add(`${fault} for ${who}, ${mode}: ${statement.text}`);
        }
      }
    }
    expect([...found]).toEqual([]);
  });

  it('finds the few drafts for an editor without a look at all that is published', async () => {
    const page = '(filter: { status: [DRAFT] }) { nodes { id } totalCount }';
    await server.query(`{ postsConnection${page} }`, { as: viewers['an editor'] });
    const statements = sent.splice(0).filter(({ text }) => text.includes('"posts"'));
    expect(statements).toHaveLength(2);
    for (const statement of statements) {
      for (const mode of planModes) {
        const indexes = indexesOf(await explain(server.driver, statement, mode));
        expect(indexes, mode).toEqual(['posts_unpublished_index']);
      }
    }
  });

  it('finds whom another issuer knows by its key', async () => {
    expect(await findUserOfIdentity(server.database(), 'https://login.example', 'user-6')).not.toBeNull();
    const [statement] = sent.splice(0) as [DriverQuery];
    names.add(statement.name ?? '');
    for (const mode of planModes) {
      const indexes = indexesOf(await explain(server.driver, statement, mode));
      expect(indexes, mode).toEqual(['external_identities_issuer_subject_pk', 'users_pkey']);
    }
  });

  it('reads the audit off its indexes', async () => {
    const userId = rowUuid('user', 6);
    const [byTime, byUser] = [['audit_events_at_index'], ['audit_events_user_index']];
    const db = server.database();
    for (const [read, indexes] of [
      [() => hasSignedInFrom(db, 'user-6@example.com', '203.0.113.1'), [...byUser, 'users_email_key']],
      [() => findAuditEvents(db, { userId, type: null }, 20), byUser],
      [() => findAuditEvents(db, { userId, type: 'SIGNED_IN' }, 20), byUser],
      [() => findAuditEvents(db, { userId: null, type: null }, 20), byTime],
      [() => findAuditEvents(db, { userId: null, type: 'SIGNED_IN' }, 20), byTime],
    ] as const) {
      expect(await read()).toBeTruthy();
      const [statement] = sent.splice(0) as [DriverQuery];
      names.add(statement.name ?? '');
      for (const mode of planModes) {
        const plan = await explain(server.driver, statement, mode);
        expect(indexesOf(plan).toSorted(), statement.text).toEqual(indexes);
      }
    }
  });

  it('needs nothing in the tables to find the indexes of reads by indexes', async () => {
    const empty = await openTestDatabase();
    try {
      const scans: string[] = [];
      for (const statement of reads.values()) {
        const plan = await explain(empty, statement, 'force_generic_plan', readSettings);
        scans.push(...sequentialScans(statement, plan).map((scan) => `${scan}: ${statement.text}`));
      }
      expect(reads.size).toBeGreaterThan(25);
      expect(scans).toEqual([]);
    } finally {
      await empty.close();
    }
  });

  it('has sent every statement that reads', () => {
    const files = readdirSync(modules, { recursive: true, encoding: 'utf8' }).filter((file) =>
      /repository(?!-write)[^/]*\.ts$/.test(file),
    );
    const known = files.flatMap((file) =>
      [
        ...readFileSync(new URL(file, modules), 'utf8').matchAll(/statement\(\{\s+name: ['`]([^'`]+)['`]/g),
      ].map(([, name]) => name as string),
    );
    const isSent = (name: string) => {
      const pattern = new RegExp(`^${name.replaceAll(/\$\{[^}]+\}/g, '\\w+')}_[0-9a-f]{12}$`);
      return [...names].some((sentName) => pattern.test(sentName));
    };
    expect(known.length).toBeGreaterThan(25);
    expect(known.filter((name) => !isSent(name) && !isForMutations.test(name))).toEqual([]);
  });
});

/** What mutations read or write, although it stands beside what queries read. */
const isForMutations = /_(insert|delete|upsert|renew)$|^user_for_sign_in$|^password_hash$|^outbox_list$/;

function distinct(statements: readonly DriverQuery[]): DriverQuery[] {
  return [...new Map(statements.map((each) => [JSON.stringify([each.name, each.values]), each])).values()];
}

/** Makes a user, a tag, a post and a comment busy, on which a good part of all rows hang. */
const skew = `
  update posts set author_id = '${rowUuid('user', busy)}' where right(id::text, 1) = '0';
  insert into post_tags (post_id, tag_id, status, listed_at)
  select id, '${rowUuid('tag', busy)}', status, listed_at from posts where right(id::text, 1) in ('0', '1', '2')
  on conflict do nothing;
  update comments set author_id = '${rowUuid('user', busy)}' where right(id::text, 1) = '0';
  update comments set post_id = '${rowUuid('post', busy)}' where right(id::text, 1) = '1';
  update comments set parent_id = '${rowUuid('comment', busy)}' where right(id::text, 1) = '2';
  insert into follows (follower_id, followee_id)
  select id, '${rowUuid('user', busy)}' from users where id <> '${rowUuid('user', busy)}' on conflict do nothing;
  insert into follows (follower_id, followee_id)
  select '${rowUuid('user', busy)}', id from users where id <> '${rowUuid('user', busy)}' and right(id::text, 1) = '8'
  on conflict do nothing;
  insert into likes (post_id, user_id)
  select '${rowUuid('post', busy)}', id from users on conflict do nothing;
  insert into credentials (user_id, password_hash) select id, 'none' from users;
  insert into sessions (id, user_id, expires_at) select id, id, now() from users;
`;
