import { getNamedType, type GraphQLInterfaceType, type GraphQLOutputType, isRequiredArgument } from 'graphql';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { postProjections } from '../../src/modules/posts/index.ts';
import { enumNames } from '../helpers/publication-arguments.ts';
import { fillPublication, publicationOf, rowId, signInUser } from '../helpers/publication.ts';
import { type Person, startServer, type TestServer } from '../helpers/server.ts';
import { type Position, positionsOf } from './columns/positions.ts';
import {
  argumentsOf,
  choicesOf,
  chunksOf,
  fieldsOf,
  kinds,
  pick,
  readWhole,
  schema,
  selectionsOf,
  typeOf,
} from './columns/selections.ts';

let server: TestServer;
let admin: Person;

beforeAll(async () => {
  server = await startServer();
  await fillPublication(server.driver, publicationOf(4));
  admin = await signInUser(server, 3);
});
afterEach(() => {
  vi.restoreAllMocks();
});
afterAll(() => server.close());

describe('what is selected beside a field makes no difference to it', () => {
  const positions = Object.keys(kinds).flatMap((type) =>
    positionsOf(schema, typeOf(type), argumentsOf).map(
      (position) => [type, position.name, position] as const,
    ),
  );
  const statements = new Set<string>();

  it.each(positions)('%s at %s', async (type, _, position) => {
    const sent = vi.spyOn(server.driver, 'query');
    const names = fieldsOf(type).map(({ name }) => name);
    const all = selectionsOf(type, names);
    const whole = position.objects(await server.query(position.document({ all }), { as: admin }), 'all');
    expect(whole.length).toBeGreaterThan(0);
    for (const choices of chunksOf(choicesOf(type), 25)) {
      const selections = choices.map((choice, place) => [`a${place}`, selectionsOf(type, choice)]);
      const document = position.document(Object.fromEntries(selections));
      const data = await server.query(document, { as: admin });
      for (const [place, choice] of choices.entries()) {
        expect(position.objects(data, `a${place}`)).toEqual(whole.map((object) => pick(object, choice)));
      }
    }
    for (const [{ name }] of sent.mock.calls) statements.add(String(name));
  });

  it('was asked of exact projections', () => {
    const counts = new Map<string, number>();
    for (const name of statements) {
      const query = name.replace(/_[0-9a-f]{12}$/, '');
      counts.set(query, (counts.get(query) ?? 0) + 1);
    }
    expect(Math.max(...counts.values())).toBeGreaterThan(20);
  });

  it('was tried at every kind of position', () => {
    const names = positions.map(([type, name]) => `${type} at ${name}`);
    expect(names).toEqual(
      expect.arrayContaining([
        'Post at Query.post',
        'Post at Query.posts',
        'Post at Query.feed in edges',
        'Post at Query.search in nodes as SearchResult',
        'User at Query.nodes as Node',
        'User at Query.posts Post.author',
        'User at Query.users User.followers in nodes beside cursors',
        'Comment at Query.posts Post.comments Comment.replies in edges',
        'Tag at Query.posts Post.tags',
      ]),
    );
    const entities = schema.getPossibleTypes(schema.getType('Node') as GraphQLInterfaceType);
    expect(entities.map(({ name }) => name).toSorted()).toEqual(
      [...Object.keys(kinds), ...readWhole].toSorted(),
    );
  });
});

/** What connections of objects of a type answer to a selection, wherever the objects are found first. */
async function listsOf(type: string, call: string, selection: string): Promise<Record<string, unknown>[]> {
  const list = `list: ${call} { ${selection} }`;
  if (type === 'Query') return [(await server.query(`{ ${list} }`, { as: admin })).list];
  const [position] = positionsOf(schema, typeOf(type), argumentsOf) as [Position];
  const data = await server.query(position.document({ objects: list }), { as: admin });
  return position.objects(data, 'objects').map((object) => object.list);
}

describe('the cursors of a connection', () => {
  const connections = ['Query', ...Object.keys(kinds)].flatMap((type) =>
    fieldsOf(type)
      .filter((field) => getNamedType(field.type).name.endsWith('Connection'))
      .flatMap(({ name, args }) => {
        const needed = args.some(isRequiredArgument) ? [argumentsOf(`${type}.${name}`, 'Post')] : [];
        const orderBy = args.find((arg) => arg.name === 'orderBy')?.type;
        const orders =
          orderBy === undefined ? [[]] : enumNames(orderBy).map((order) => [`orderBy: ${order}`]);
        return orders.map((order) => [type, `${name}(${['first: 3', ...needed, ...order].join(', ')})`]);
      }),
  ) as [type: string, call: string][];

  it.each(connections)('%s.%s are the same, whatever is selected of it', async (type, call) => {
    const edges = 'edges { cursor }';
    const pageInfo = 'pageInfo { hasNextPage hasPreviousPage startCursor endCursor }';
    const whole = await listsOf(type, call, `${edges} ${pageInfo} nodes { __typename }`);
    expect(whole.length).toBeGreaterThan(0);
    expect(await listsOf(type, call, edges)).toEqual(whole.map((list) => pick(list, ['edges'])));
    expect(await listsOf(type, call, pageInfo)).toEqual(whole.map((list) => pick(list, ['pageInfo'])));
  });

  it('were tried in all orders', () => {
    expect(connections).toEqual(
      expect.arrayContaining([
        ['Query', 'usersConnection(first: 3, orderBy: USERNAME_ASC)'],
        ['Query', 'search(first: 3, query: "spring")'],
        ['Post', 'commentsConnection(first: 3, orderBy: CREATED_AT_DESC)'],
      ]),
    );
  });
});

describe('exactly the columns are read that are needed', () => {
  /** The columns that each statement of a document selects. */
  async function columnsOf(document: string): Promise<string[]> {
    const sent = vi.spyOn(server.driver, 'query');
    await server.query(document);
    return sent.mock.calls.map(([{ text }]) => {
      const [, columns = ''] = /.*select (?!parent\.id)(.*?) from /.exec(text) ?? [];
      return columns.replaceAll(/"(\w+)"(?:\."(\w+)")?/g, (_, one: string, two?: string) => two ?? one);
    });
  }

  it.each<[document: string, ...columns: string[]]>([
    [
      '{ posts(limit: 100) { id title slug createdAt author { name } } }',
      'id, author_id, slug, title, created_at',
      'id, name',
    ],
    ['{ users(limit: 20) { id name posts(limit: 10) { id title } } }', 'id, name', 'id, title'],
    [
      '{ posts(limit: 20) { id title author { id name } comments(limit: 5) { id body author { id name } } } }',
      'id, author_id, title',
      'id, name',
      'id, author_id, body',
      'id, name',
    ],
    [
      '{ posts { publishedAt viewerCanLike tags { name } contributors { username } } }',
      'id, status, published_at',
      'post_id, id, username',
      'post_id, id, name',
    ],
    [
      '{ postsConnection { nodes { title } } usersConnection { edges { cursor } } }',
      'id, title',
      'id, username, created_at',
    ],
    [`{ node(id: "${rowId('post', 1)}") { ... on Post { excerpt } } }`, 'id, excerpt'],
    [
      '{ search(query: "spring", kinds: [USER]) { nodes { ... on User { bio } } } }',
      'id, bio, found.score as score, null as headline',
    ],
  ])('%s', async (document, ...expected) => {
    expect((await columnsOf(document)).toSorted()).toEqual(expected.toSorted());
  });
});

describe('a column that was not read', () => {
  it.each([
    ['{ posts(limit: 1) { slug title } }', 'title'],
    ['{ posts(limit: 1) { slug author { id } } }', 'authorId'],
    [`{ node(id: "${rowId('post', 1)}") { ... on Post { slug title } } }`, 'title'],
    [
      '{ search(query: "spring", kinds: [POST], first: 1) { nodes { ... on Post { slug title } } } }',
      'title',
    ],
  ])('is an error that is logged, and never null: %s', async (document, column) => {
    vi.spyOn(postProjections, 'at').mockReturnValue(postProjections.only('slug'));
    vi.spyOn(postProjections, 'ofNodes').mockReturnValue(postProjections.only('slug'));
    const { errors, requestId } = await server.send(document);
    expect(errors).toMatchObject([{ extensions: { code: 'INTERNAL_SERVER_ERROR' } }]);
    const logged = server.log.filter((line) => line['requestId'] === requestId);
    expect(JSON.stringify(logged)).toContain(`The column ${column} was asked for and not read.`);
  });
});

/** Mutations that can be made again and again, by an administrator. */
const repeatable: Record<string, string> = {
  updateUser: `id: "${rowId('user', 1)}", input: { name: "Changed" }`,
  setUserRole: `id: "${rowId('user', 1)}", role: EDITOR`,
  suspendUser: `id: "${rowId('user', 1)}"`,
  reinstateUser: `id: "${rowId('user', 1)}"`,
  createPost: 'input: { title: "New", body: "Text", publish: true }',
  updatePost: `id: "${rowId('post', 3)}", input: { title: "Changed", body: "Changed" }`,
  publishPost: `id: "${rowId('post', 3)}"`,
  archivePost: `id: "${rowId('post', 4)}"`,
  unpublishPost: `id: "${rowId('post', 5)}"`,
  addComment: `input: { postId: "${rowId('post', 1)}", body: "Text" }`,
  updateComment: `id: "${rowId('comment', 1)}", input: { body: "Changed" }`,
  followUser: `id: "${rowId('user', 1)}"`,
  unfollowUser: `id: "${rowId('user', 1)}"`,
  likePost: `id: "${rowId('post', 1)}"`,
  unlikePost: `id: "${rowId('post', 1)}"`,
};

describe('a mutation answers all that is selected', () => {
  it.each(Object.entries(repeatable))('%s', async (name, args) => {
    const type = getNamedType(schema.getMutationType()?.getFields()[name]?.type as GraphQLOutputType).name;
    const anything: unknown = expect.anything();
    const names = fieldsOf(type).map((field) => field.name);
    const call = (selection: string) => `${name}(${args}) { ${selection} }`;
    const all = call(selectionsOf(type, names));
    const { one, other } = await server.query(`mutation { one: ${all} other: ${all} }`, { as: admin });
    // What is counted, made anew or a time of its own is another each time.
    const same = names.filter((field) => JSON.stringify(one[field]) === JSON.stringify(other[field]));
    expect(same.length).toBeGreaterThan(names.length / 2);
    const alone = names.map((field) => `${field}: ${call(selectionsOf(type, [field]))}`);
    const data = await server.query(`mutation { ${alone.join(' ')} }`, { as: admin });
    for (const field of names) {
      expect(data[field]).toEqual({ [field]: same.includes(field) ? other[field] : anything });
    }
  });
});
