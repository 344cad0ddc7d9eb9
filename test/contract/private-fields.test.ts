import { readFileSync } from 'node:fs';
import {
  buildSchema,
  getNamedType,
  type GraphQLField,
  type GraphQLObjectType,
  isAbstractType,
  isInputObjectType,
  isObjectType,
} from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fillPublication, publicationOf, rowId, signInUser } from '../helpers/publication.ts';
import { type Person, startServer, type TestServer } from '../helpers/server.ts';

const schema = buildSchema(readFileSync(new URL('../../schema.graphql', import.meta.url), 'utf8'));
const userType = schema.getType('User') as GraphQLObjectType;

/** What only the user and administrators see, and the user alone. */
const personal = 'id email emailVerifiedAt suspendedAt sessions { totalCount nodes { id device } }';

const rootArguments: Record<string, string> = {
  node: `(id: "${rowId('user', 1)}")`,
  nodes: `(ids: ["${rowId('user', 1)}", "${rowId('user', 2)}"])`,
  user: `(id: "${rowId('user', 1)}")`,
  userByUsername: '(username: "user-1")',
  post: `(id: "${rowId('post', 1)}")`,
  postBySlug: '(slug: "post-1")',
  tagBySlug: '(slug: "tag-1")',
  search: '(query: "user", kinds: [USER])',
};

type Field = GraphQLField<unknown, unknown>;

/** Whether users come out of a field. */
function answersUsers({ type }: Field): boolean {
  const named = getNamedType(type);
  return named === userType || (isAbstractType(named) && schema.isSubType(named, userType));
}

/** A document that goes to a field by the shortest way and selects what is personal, for each field with users. */
function documents(): [coordinate: string, document: string][] {
  const queryType = schema.getQueryType() as GraphQLObjectType;
  const wrap = new Map<GraphQLObjectType, (selection: string) => string>([[queryType, (s) => `{ ${s} }`]]);
  const found: [string, string][] = [];
  // A map goes on to what is added while it is walked.
  for (const [type, around] of wrap) {
    for (const field of Object.values(type.getFields())) {
      const args = type === queryType ? (rootArguments[field.name] ?? '') : '';
      const below = (selection: string) => around(`${field.name}${args} { ${selection} }`);
      if (answersUsers(field))
        found.push([`${type.name}.${field.name}`, below(`... on User { ${personal} }`)]);
      const named = getNamedType(field.type);
      if (isObjectType(named) && !wrap.has(named)) wrap.set(named, below);
    }
  }
  return found;
}

/** All objects in an answer that are users. */
function usersIn(value: unknown): Record<string, unknown>[] {
  if (typeof value !== 'object' || value === null) return [];
  const own = 'emailVerifiedAt' in value ? [value as Record<string, unknown>] : [];
  return [...own, ...Object.values(value).flatMap(usersIn)];
}

let server: TestServer;
const strangers: [name: string, person: Person | undefined][] = [['nobody', undefined]];

beforeAll(async () => {
  server = await startServer();
  await fillPublication(server.driver, publicationOf(8));
  for (const number of [1, 3, 5, 6, 7, 8]) await signInUser(server, number);
  strangers.push(['a reader', await signInUser(server, 4)], ['an editor', await signInUser(server, 2)]);
  await server.driver.execute(
    `update users set email_verified_at = now(), suspended_at = now() where role <> 'EDITOR' and username <> 'user-4'`,
  );
});
afterAll(() => server.close());

describe('what is personal', () => {
  // The viewer is nobody else.
  const all = documents().filter(([coordinate]) => coordinate !== 'Query.viewer');

  it('is asked for wherever users come out', () => {
    const coordinates = all.map(([coordinate]) => coordinate);
    expect(coordinates).toEqual(
      expect.arrayContaining([
        'Query.node',
        'SearchConnection.nodes',
        'UserConnection.nodes',
        'UserEdge.node',
        'SearchEdge.node',
        'Post.author',
        'Post.contributors',
        'Comment.author',
      ]),
    );
    expect(new Set(coordinates).size).toBe(coordinates.length);
  });

  it.each(all)('is null for others at %s', async (_, document) => {
    for (const [name, as] of strangers) {
      // oxlint-disable-next-line no-await-in-loop -- one viewer after the other
      const users = usersIn(await server.query(document, { as }));
      const others = users.filter(({ id }) => id !== as?.id);
      expect(others.length, name).toBeGreaterThan(0);
      for (const { id: __, ...rest } of others) {
        expect(rest, name).toEqual({
          email: null,
          emailVerifiedAt: null,
          suspendedAt: null,
          sessions: { totalCount: 0, nodes: [] },
        });
      }
    }
  });

  it('is shown to the user, so that it is there to be hidden', async () => {
    const [, [, as]] = strangers as [unknown, [string, Person]];
    const { viewer } = await server.query(`{ viewer { ${personal} } }`, { as });
    expect(viewer).toMatchObject({ email: 'user-4@example.com', sessions: { totalCount: 1 } });
    const admin = await server.person('ADMIN');
    const { user } = await server.query(`{ user(id: "${rowId('user', 1)}") { ${personal} } }`, { as: admin });
    expect(user).toMatchObject({
      email: 'user-1@example.com',
      emailVerifiedAt: expect.any(String),
      suspendedAt: expect.any(String),
      sessions: { totalCount: 0 },
    });
  });

  it('cannot be sorted, filtered or searched by', async () => {
    const names = (type: string) => {
      const found = schema.getType(type);
      return isInputObjectType(found) ? Object.keys(found.getFields()) : [];
    };
    expect(names('UserFilter')).toEqual(['role', 'text']);
    const orders = schema.getType('UserOrder') as unknown as { getValues(): { name: string }[] };
    expect(orders.getValues().map(({ name }) => name)).toEqual([
      'CREATED_AT_DESC',
      'CREATED_AT_ASC',
      'USERNAME_ASC',
      'USERNAME_DESC',
    ]);
    const found = await server.query(`{
      usersConnection(filter: { text: "user-1@example.com" }) { totalCount }
      domain: usersConnection(filter: { text: "example.com" }) { totalCount }
      search(query: "user-1@example.com") { totalCount }
    }`);
    expect(found).toEqual({
      usersConnection: { totalCount: 0 },
      domain: { totalCount: 0 },
      search: { totalCount: 0 },
    });
  });

  it('has no field for passwords, hashes or tokens of others', () => {
    const types = Object.values(schema.getTypeMap()).filter(
      (type): type is GraphQLObjectType => isObjectType(type) && !type.name.startsWith('__'),
    );
    const fields = types.flatMap((type) =>
      Object.keys(type.getFields()).map((name) => `${type.name}.${name}`),
    );
    const secret = fields.filter((field) => /\.\w*(password|hash|secret|token|salt)/i.test(field));
    expect(secret.filter((field) => !field.startsWith('Mutation.'))).toEqual([
      'SignInPayload.accessToken',
      'SignInPayload.accessTokenExpiresAt',
      'SignInPayload.refreshToken',
      'SignInPayload.refreshTokenExpiresAt',
    ]);
  });
});

describe('an input', () => {
  /** What nobody sets from outside. */
  const forbidden = {
    id: '"x"',
    role: 'ADMIN',
    authorId: `"${rowId('user', 1)}"`,
    createdAt: '"2020-01-01T00:00:00Z"',
    published: 'true',
    publishedAt: '"2020-01-01T00:00:00Z"',
    status: 'PUBLISHED',
    suspendedAt: 'null',
    emailVerifiedAt: '"2020-01-01T00:00:00Z"',
    passwordHash: '"x"',
  };
  const mutations = Object.values((schema.getMutationType() as GraphQLObjectType).getFields());
  const inputs = mutations.flatMap(({ name, args }) =>
    args
      .filter(({ type }) => isInputObjectType(getNamedType(type)))
      .map(({ name: arg, type }) => ({ name, arg, type })),
  );

  it('is there for most mutations', () => {
    expect(inputs.length).toBeGreaterThan(5);
  });

  it.each(inputs)('of $name has nothing that only the server sets', async ({ name, arg, type }) => {
    const as = await server.person('ADMIN');
    const selection = isObjectType(getNamedType(mutations.find((each) => each.name === name)?.type as never))
      ? ' { __typename }'
      : '';
    for (const [field, value] of Object.entries(forbidden)) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      const literal = await server.send(`mutation { ${name}(${arg}: { ${field}: ${value} })${selection} }`, {
        as,
      });
      expect(literal.status).toBe(400);
      expect(literal.data).toBeUndefined();
      const messages = literal.errors.map(({ message }) => message).join();
      expect(messages).toContain(`Field "${field}" is not defined by type "${String(getNamedType(type))}"`);
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      const variable = await server.send(
        `mutation ($input: ${String(type)}) { ${name}(${arg}: $input)${selection} }`,
        { variables: { input: { [field]: 'x' } }, as },
      );
      expect(variable.status).toBe(400);
      expect(variable.data).toBeUndefined();
    }
  });
});
