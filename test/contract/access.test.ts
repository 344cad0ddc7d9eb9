import { buildSchema } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { enforceAccess } from '../../src/graphql/access.ts';
import { createSchema } from '../../src/graphql/schema.ts';
import { rowId } from '../helpers/publication.ts';
import { type Person, startServer, type TestServer } from '../helpers/server.ts';

const [user, post, comment] = [rowId('user', 1), rowId('post', 1), rowId('comment', 1)];
const session = rowId('session', 1);

/**
 * Who may call which root field: from the first of anonymous, reader, author, editor and admin on. The documents are
 * the smallest that call the field; the objects in them do not exist, so that whoever may call gets past the access
 * rule and no further.
 */
const rootFields: Record<string, readonly [from: Caller, document: string]> = {
  'Query.node': ['anonymous', `{ node(id: "${user}") { id } }`],
  'Query.nodes': ['anonymous', `{ nodes(ids: ["${user}"]) { id } }`],
  'Query.user': ['anonymous', `{ user(id: "${user}") { id } }`],
  'Query.userByUsername': ['anonymous', '{ userByUsername(username: "nobody") { id } }'],
  'Query.users': ['anonymous', '{ users { id } }'],
  'Query.usersConnection': ['anonymous', '{ usersConnection { totalCount } }'],
  'Query.tagBySlug': ['anonymous', '{ tagBySlug(slug: "none") { id } }'],
  'Query.tags': ['anonymous', '{ tags { id } }'],
  'Query.tagsConnection': ['anonymous', '{ tagsConnection { totalCount } }'],
  'Query.viewer': ['anonymous', '{ viewer { id } }'],
  'Query.post': ['anonymous', `{ post(id: "${post}") { id } }`],
  'Query.postBySlug': ['anonymous', '{ postBySlug(slug: "none") { id } }'],
  'Query.posts': ['anonymous', '{ posts { id } }'],
  'Query.postsConnection': ['anonymous', '{ postsConnection { totalCount } }'],
  'Query.search': ['anonymous', '{ search(query: "nothing") { totalCount } }'],
  'Query.feed': ['reader', '{ feed { totalCount } }'],
  'Mutation.createUser': ['anonymous', 'mutation { createUser(input: {name: "", email: ""}) { id } }'],
  'Mutation.signIn': ['anonymous', 'mutation { signIn(input: {email: "", password: ""}) { accessToken } }'],
  'Mutation.refreshSession': ['anonymous', 'mutation { refreshSession(refreshToken: "") { accessToken } }'],
  'Mutation.signOut': ['reader', 'mutation { signOut { id } }'],
  'Mutation.signOutEverywhere': ['reader', 'mutation { signOutEverywhere { id } }'],
  'Mutation.revokeSession': ['reader', `mutation { revokeSession(id: "${session}") { id } }`],
  'Mutation.changePassword': [
    'reader',
    'mutation { changePassword(input: {currentPassword: "", newPassword: ""}) { id } }',
  ],
  'Mutation.requestEmailVerification': ['reader', 'mutation { requestEmailVerification { id } }'],
  'Mutation.verifyEmail': ['reader', 'mutation { verifyEmail(token: "") { id } }'],
  'Mutation.requestPasswordReset': ['anonymous', 'mutation { requestPasswordReset(email: "") }'],
  'Mutation.resetPassword': [
    'anonymous',
    'mutation { resetPassword(input: {token: "", newPassword: ""}) { id } }',
  ],
  'Mutation.changeEmail': ['reader', 'mutation { changeEmail(input: {newEmail: "", password: ""}) { id } }'],
  'Mutation.confirmEmailChange': ['reader', 'mutation { confirmEmailChange(token: "") { id } }'],
  'Mutation.updateUser': ['reader', `mutation { updateUser(id: "${user}", input: {}) { id } }`],
  'Mutation.deleteUser': ['reader', `mutation { deleteUser(id: "${user}") { id } }`],
  'Mutation.setUserRole': ['admin', `mutation { setUserRole(id: "${user}", role: READER) { id } }`],
  'Mutation.suspendUser': ['admin', `mutation { suspendUser(id: "${user}") { id } }`],
  'Mutation.reinstateUser': ['admin', `mutation { reinstateUser(id: "${user}") { id } }`],
  'Mutation.createPost': ['author', 'mutation { createPost(input: {title: "", body: ""}) { id } }'],
  'Mutation.updatePost': ['author', `mutation { updatePost(id: "${post}", input: {}) { id } }`],
  'Mutation.publishPost': ['author', `mutation { publishPost(id: "${post}") { id } }`],
  'Mutation.unpublishPost': ['author', `mutation { unpublishPost(id: "${post}") { id } }`],
  'Mutation.archivePost': ['author', `mutation { archivePost(id: "${post}") { id } }`],
  'Mutation.deletePost': ['author', `mutation { deletePost(id: "${post}") { id } }`],
  'Mutation.addComment': ['reader', `mutation { addComment(input: {postId: "${post}", body: ""}) { id } }`],
  'Mutation.updateComment': [
    'reader',
    `mutation { updateComment(id: "${comment}", input: {body: "x"}) { id } }`,
  ],
  'Mutation.deleteComment': ['reader', `mutation { deleteComment(id: "${comment}") { id } }`],
  'Mutation.followUser': ['reader', `mutation { followUser(id: "${user}") { id } }`],
  'Mutation.unfollowUser': ['reader', `mutation { unfollowUser(id: "${user}") { id } }`],
  'Mutation.likePost': ['reader', `mutation { likePost(id: "${post}") { id } }`],
  'Mutation.unlikePost': ['reader', `mutation { unlikePost(id: "${post}") { id } }`],
};

const callers = ['anonymous', 'reader', 'author', 'editor', 'admin'] as const;
type Caller = (typeof callers)[number];

describe('the access rules', () => {
  let server: TestServer;
  let people: Record<Caller, Person | undefined>;

  const makePeople = async () => ({
    anonymous: undefined,
    reader: await server.person('READER'),
    author: await server.person('AUTHOR'),
    editor: await server.person('EDITOR'),
    admin: await server.person('ADMIN'),
  });

  beforeAll(async () => {
    server = await startServer();
    people = await makePeople();
  });
  afterAll(() => server.close());

  it.each(Object.entries(rootFields))('%s can be called from %j on', async (name, [from, document]) => {
    const field = name.slice(name.indexOf('.') + 1);
    // Whoever signs out is of no use to other tests.
    const callersOfOne = field.startsWith('signOut') ? await makePeople() : people;
    const call = async (caller: Caller) => {
      const { errors, statements } = await server.send(document, { as: callersOfOne[caller] });
      return {
        caller,
        codes: errors.map((error) => `${error.path?.join('.')} ${error.extensions.code}`),
        statements,
      };
    };
    const border = callers.indexOf(from);
    for (const refused of await Promise.all(callers.slice(0, border).map(call))) {
      // The session alone was read: the field did not run.
      expect(refused).toEqual(
        refused.caller === 'anonymous'
          ? { caller: 'anonymous', codes: [`${field} UNAUTHENTICATED`], statements: 0 }
          : { caller: refused.caller, codes: [`${field} FORBIDDEN`], statements: 1 },
      );
    }
    for (const allowed of await Promise.all(callers.slice(border).map(call))) {
      expect(allowed.codes, allowed.caller).not.toContain(`${field} FORBIDDEN`);
      // A wrong password or token is refused by the field itself.
      expect(['signIn', 'refreshSession'].includes(field) ? [] : allowed.codes, allowed.caller).not.toContain(
        `${field} UNAUTHENTICATED`,
      );
    }
  });

  it('lists every root field', () => {
    const schema = createSchema();
    const names = [schema.getQueryType(), schema.getMutationType()].flatMap((type) =>
      Object.keys(type?.getFields() ?? {}).map((field) => `${type?.name}.${field}`),
    );
    expect(Object.keys(rootFields).toSorted()).toEqual(names.toSorted());
  });

  it('refuses a schema with a root field that has none', () => {
    const schema = buildSchema(`
      directive @access(level: Level!) on FIELD_DEFINITION
      enum Level { PUBLIC }
      type Query { open: Int @access(level: PUBLIC) forgotten: Int }
      type Mutation { also: Int }
    `);
    expect(() => enforceAccess(schema)).toThrow(
      'These root fields have no @access: Query.forgotten, Mutation.also.',
    );
  });
});
