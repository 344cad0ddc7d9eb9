import { describe, expect, it } from 'vitest';
import { describeConnection } from '../helpers/connections.ts';
import { onServer } from '../helpers/database.ts';
import { crowd, insertFollows, overtaken, writePost } from '../helpers/reactions.ts';
import { countRows, insertUsers, newestFirst, type Row, tiedTime } from '../helpers/rows.ts';
import { type Person, useServer } from '../helpers/server.ts';

const server = useServer();

const unknown = 'user_01jd000000e00000000000000r';

const follow = 'mutation ($id: ID!) { followUser(id: $id) { id followerCount viewerIsFollowing } }';
const unfollow = 'mutation ($id: ID!) { unfollowUser(id: $id) { id followerCount viewerIsFollowing } }';
const read = `query ($id: ID!) { user(id: $id) {
  followerCount followingCount viewerIsFollowing followers { totalCount } following { totalCount } } }`;

const pair = async () => (await crowd(server, 2, 'AUTHOR')) as [Person, Person];
const followersOf = ({ uuid }: Person) => countRows(server, 'follows', 'followee_id = $1', uuid);

async function shown({ id }: Person, as?: Person) {
  const { followers, following, ...user } = (await server.query(read, { variables: { id }, as })).user;
  expect([followers.totalCount, following.totalCount]).toEqual([user.followerCount, user.followingCount]);
  return user;
}

/** An admin's action on a user. */
async function manage(action: 'suspendUser' | 'deleteUser', { id }: Person) {
  const as = await server.person('ADMIN');
  await server.query(`mutation ($id: ID!) { ${action}(id: $id) { id } }`, { variables: { id }, as });
}

describe('followUser', () => {
  it('follows a user, as anybody who is signed in', async () => {
    const ada = await server.person();
    for (const [place, role] of (['READER', 'AUTHOR', 'ADMIN'] as const).entries()) {
      const as = await server.person(role);
      const mark = server.changes.length;
      const { data, statements } = await server.send(follow, { variables: { id: ada.id }, as });
      expect(data).toEqual({ followUser: { id: ada.id, followerCount: place + 1, viewerIsFollowing: true } });
      // The viewer, begin, the user, the follow, commit, and the two fields.
      expect(statements).toBe(7);
      expect(server.changes.slice(mark)).toEqual([
        { type: 'follow', action: 'created', followerId: as.uuid, followeeId: ada.uuid },
      ]);
      expect(await shown(as, ada)).toEqual({ followerCount: 0, followingCount: 1, viewerIsFollowing: false });
    }
    expect(await shown(ada)).toEqual({ followerCount: 3, followingCount: 0, viewerIsFollowing: false });
  });

  it('changes nothing when it is sent again, with as many statements', async () => {
    const [ada, grace] = await pair();
    await server.query(follow, { variables: { id: ada.id }, as: grace });
    const mark = server.changes.length;
    const { data, statements } = await server.send(follow, { variables: { id: ada.id }, as: grace });
    expect(data.followUser).toMatchObject({ followerCount: 1, viewerIsFollowing: true });
    expect(statements).toBe(7);
    expect(server.changes.slice(mark)).toEqual([]);
    expect(await followersOf(ada)).toBe(1);
  });

  it('refuses to follow oneself', async () => {
    const ada = await server.person();
    const mark = server.changes.length;
    const { path, extensions } = await server.refusal(follow, { variables: { id: ada.id }, as: ada });
    expect(path).toEqual(['followUser']);
    expect(extensions).toMatchObject({ code: 'BAD_USER_INPUT', issues: [{ path: ['id'], code: 'self' }] });
    expect(await followersOf(ada)).toBe(0);
    expect(server.changes.slice(mark)).toEqual([]);
  });

  it.runIf(onServer)('answers not found for a user who is being erased (takes two connections)', async () => {
    const [ada, grace] = await pair();
    const erase = { text: 'delete from users where id = $1', values: [ada.uuid] };
    const { extensions } = await overtaken(server, erase, () =>
      server.refusal(follow, { variables: { id: ada.id }, as: grace }),
    );
    expect(extensions.code).toBe('NOT_FOUND');
    expect(await followersOf(ada)).toBe(0);
  });
});

describe('unfollowUser', () => {
  it('ends following', async () => {
    const [ada, grace] = await pair();
    await server.query(follow, { variables: { id: ada.id }, as: grace });
    const mark = server.changes.length;
    const { data, statements } = await server.send(unfollow, { variables: { id: ada.id }, as: grace });
    expect(data).toEqual({ unfollowUser: { id: ada.id, followerCount: 0, viewerIsFollowing: false } });
    expect(statements).toBe(7);
    expect(server.changes.slice(mark)).toEqual([
      { type: 'follow', action: 'deleted', followerId: grace.uuid, followeeId: ada.uuid },
    ]);
    expect(await followersOf(ada)).toBe(0);
  });

  it('changes nothing when it is sent again, and nothing of the other direction', async () => {
    const [ada, grace] = await pair();
    await server.query(follow, { variables: { id: ada.id }, as: grace });
    const mark = server.changes.length;
    const { data, statements } = await server.send(unfollow, { variables: { id: grace.id }, as: ada });
    expect(data.unfollowUser).toMatchObject({ followerCount: 0, viewerIsFollowing: false });
    expect(statements).toBe(7);
    expect(server.changes.slice(mark)).toEqual([]);
    expect(await shown(ada, grace)).toEqual({ followerCount: 1, followingCount: 0, viewerIsFollowing: true });
  });

  it('changes nothing for oneself', async () => {
    const ada = await server.person();
    const { unfollowUser } = await server.query(unfollow, { variables: { id: ada.id }, as: ada });
    expect(unfollowUser).toEqual({ id: ada.id, followerCount: 0, viewerIsFollowing: false });
  });
});

describe.each([
  ['followUser', follow],
  ['unfollowUser', unfollow],
])('%s', (name, document) => {
  const send = (id: string, as?: Person) => server.send(document, { variables: { id }, as });

  it.each([['nonsense'], [''], ['user_\0'], ["user_' or true --"], ['post_01jd000000e00000000000000r']])(
    'refuses %j as an identifier, and names the place',
    async (id) => {
      const { data, errors } = await send(id, await server.person());
      expect(data).toEqual({ [name]: null });
      expect(errors).toMatchObject([
        {
          path: [name],
          extensions: { code: 'BAD_USER_INPUT', issues: [{ path: ['id'], code: 'invalid_id' }] },
        },
      ]);
    },
  );

  it('answers not found for a user who does not exist', async () => {
    const mark = server.changes.length;
    const { data, errors } = await send(unknown, await server.person());
    expect(data).toEqual({ [name]: null });
    expect(errors).toMatchObject([{ path: [name], extensions: { code: 'NOT_FOUND' } }]);
    expect(server.changes.slice(mark)).toEqual([]);
  });

  it('refuses an anonymous viewer, and one who is suspended', async () => {
    const [ada, grace] = await pair();
    await server.query(follow, { variables: { id: ada.id }, as: grace });
    const anonymous = await send(ada.id);
    expect(anonymous.data).toEqual({ [name]: null });
    expect(anonymous.errors).toMatchObject([{ path: [name], extensions: { code: 'UNAUTHENTICATED' } }]);
    expect(anonymous.statements).toBe(0);
    await manage('suspendUser', grace);
    const suspended = await send(ada.id, grace);
    expect(suspended.status).toBe(401);
    expect(suspended.errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
    expect(await followersOf(ada)).toBe(1);
  });
});

describe('followerCount', () => {
  it('is exact after 50 people followed and some of them stopped at the same time', async () => {
    const people = await crowd(server, 50);
    const ada = await server.person();
    const mark = server.changes.length;
    const answers = await Promise.all(
      people.map((as) => server.send(follow, { variables: { id: ada.id }, as })),
    );
    expect(answers.flatMap(({ errors }) => errors)).toEqual([]);
    expect(await shown(ada)).toMatchObject({ followerCount: 50, followingCount: 0 });
    await Promise.all(
      people.map((as, place) =>
        server.query(place % 2 === 0 ? follow : unfollow, { variables: { id: ada.id }, as }),
      ),
    );
    expect(await shown(ada)).toMatchObject({ followerCount: 25, followingCount: 0 });
    expect(server.changes.slice(mark)).toHaveLength(75);
  });

  it('is exact after one person followed 50 times at once', async () => {
    const [ada, grace] = await pair();
    const mark = server.changes.length;
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => server.send(follow, { variables: { id: ada.id }, as: grace })),
    );
    expect(answers.flatMap(({ errors }) => errors)).toEqual([]);
    expect(await shown(ada, grace)).toMatchObject({ followerCount: 1, viewerIsFollowing: true });
    expect(await shown(grace)).toMatchObject({ followingCount: 1 });
    expect(server.changes.slice(mark)).toHaveLength(1);
  });

  it('is exact after people followed each other at the same time', async () => {
    const people = await crowd(server, 6);
    await Promise.all(
      people.flatMap((as) =>
        people
          .filter((other) => other !== as)
          .map(({ id }) => server.query(follow, { variables: { id }, as })),
      ),
    );
    for (const person of people) {
      expect(await shown(person)).toMatchObject({ followerCount: 5, followingCount: 5 });
    }
  });

  it('shrinks when a follower is erased, and not when one is suspended', async () => {
    const [ada, grace] = await pair();
    const erased = await server.person();
    for (const as of [grace, erased]) await server.query(follow, { variables: { id: ada.id }, as });
    await manage('suspendUser', grace);
    await manage('deleteUser', erased);
    const document = `{ user(id: "${ada.id}") { followerCount followers { nodes { id } } } }`;
    expect((await server.query(document)).user).toEqual({
      followerCount: 1,
      followers: { nodes: [{ id: grace.id }] },
    });
  });
});

/** So many users, each with the time of a follow; the identifiers are in no relation to it. */
async function others(count: number): Promise<Row[]> {
  const times = Array.from({ length: count }, (_, place) => ({ name: 'Somebody', at: tiedTime(place) }));
  return insertUsers(server, times);
}

async function foreignCursors() {
  await writePost(server, await server.person());
  const data = await server.query(
    '{ users: usersConnection(first: 1) { pageInfo { endCursor } } posts: postsConnection(first: 1) { pageInfo { endCursor } } }',
  );
  return { users: data.users.pageInfo.endCursor, posts: data.posts.pageInfo.endCursor };
}

describe.each([['followers'], ['following']] as const)('%s', (side) => {
  describeConnection(`User.${side}`, server, {
    statementsAround: 1,
    async fill(count) {
      const ada = await server.person();
      const rows = await others(count);
      const as = side === 'followers' ? ['follower', 'followee'] : ['followee', 'follower'];
      await insertFollows(
        server,
        rows.map(({ uuid, at }) => {
          const sides = { [as[0] as string]: uuid, [as[1] as string]: ada.uuid };
          return { ...(sides as { follower: string; followee: string }), at };
        }),
      );
      return {
        ids: newestFirst(rows),
        field: `${side}(PAGE)`,
        around: `{ user(id: "${ada.id}") { FIELD } }`,
      };
    },
    foreignCursors,
  });
});
