import { describe, expect, it } from 'vitest';
import { describeConnection, readPage } from '../helpers/connections.ts';
import { crowd, movePost, uuidIn, writeComment, writePost } from '../helpers/reactions.ts';
import { countRows, insertPosts, newestFirst, tiedTime } from '../helpers/rows.ts';
import { type Person, useServer } from '../helpers/server.ts';

const server = useServer();

const follow = 'mutation ($id: ID!) { followUser(id: $id) { followerCount viewerIsFollowing } }';
const unfollow = 'mutation ($id: ID!) { unfollowUser(id: $id) { id } }';

const pair = async () => (await crowd(server, 2, 'AUTHOR')) as [Person, Person];

/** An admin's action on a user. */
async function manage(action: 'suspendUser' | 'deleteUser', { id }: Person) {
  const as = await server.person('ADMIN');
  await server.query(`mutation ($id: ID!) { ${action}(id: $id) { id } }`, { variables: { id }, as });
}

describeConnection('feed', server, {
  statementsAround: 1,
  async fill(count) {
    const [reader, ada] = await pair();
    const grace = await server.person();
    for (const { id } of [ada, grace]) await server.query(follow, { variables: { id }, as: reader });
    const specs = Array.from({ length: count }, (_, place) => ({ publishedAt: tiedTime(place) }));
    const half = Math.floor(count / 2);
    const rows = [
      ...(await insertPosts(server, ada.uuid, specs.slice(0, half))),
      ...(await insertPosts(server, grace.uuid, specs.slice(half))),
    ];
    // What is no part of a feed: what is not published, the viewer's own posts, and those of others.
    await insertPosts(server, ada.uuid, [{ status: 'DRAFT' }, { status: 'ARCHIVED' }]);
    await insertPosts(server, reader.uuid, [{}]);
    await insertPosts(server, (await server.person()).uuid, [{}]);
    return { ids: newestFirst(rows), field: 'feed(PAGE)', as: reader };
  },
  async foreignCursors() {
    await writePost(server, await server.person());
    const { users, posts } = await server.query(
      `{ users: usersConnection(first: 1) { pageInfo { endCursor } }
        posts: postsConnection(first: 1, orderBy: PUBLISHED_AT_ASC) { pageInfo { endCursor } } }`,
    );
    return { users: users.pageInfo.endCursor, 'the other order': posts.pageInfo.endCursor };
  },
});

describe('feed', () => {
  const feed = '{ feed { totalCount nodes { id title author { id } } } }';
  const titles = async (as: Person) => {
    const { nodes, totalCount } = (await server.query(feed, { as })).feed;
    expect(totalCount).toBe(nodes.length);
    return nodes.map(({ title }: { title: string }) => title);
  };

  it('refuses an anonymous viewer', async () => {
    const { data, errors, statements } = await server.send(feed);
    expect(data).toEqual({ feed: null });
    expect(errors).toMatchObject([{ path: ['feed'], extensions: { code: 'UNAUTHENTICATED' } }]);
    expect(statements).toBe(0);
  });

  it('takes four statements: the viewer, the page, the count and the authors', async () => {
    const [ada, grace] = await pair();
    expect((await server.send(feed, { as: grace })).statements).toBe(3);
    await server.query(follow, { variables: { id: ada.id }, as: grace });
    const post = await writePost(server, ada, { title: 'Hello' });
    const { data, statements } = await server.send(feed, { as: grace });
    expect(data.feed).toEqual({
      totalCount: 1,
      nodes: [{ id: post, title: 'Hello', author: { id: ada.id } }],
    });
    expect(statements).toBe(4);
  });

  it.each([['AUTHOR'], ['EDITOR'], ['ADMIN']] as const)('shows an %s published posts only', async (role) => {
    const [ada, viewer] = [await server.person(), await server.person(role)];
    await server.query(follow, { variables: { id: ada.id }, as: viewer });
    const post = await writePost(server, ada, { title: 'Once' });
    await writePost(server, ada, { title: 'Draft', publish: false });
    const { feed: page } = await server.query('{ feed { pageInfo { endCursor } } }', { as: viewer });
    expect(await titles(viewer)).toEqual(['Once']);
    for (const action of ['archivePost', 'publishPost', 'unpublishPost', 'publishPost'] as const) {
      await movePost(server, ada, action, post);
      expect(await titles(viewer)).toEqual(action === 'publishPost' ? ['Once'] : []);
    }
    const list = { ids: [], field: 'feed(PAGE)', as: viewer };
    expect((await readPage(server, list, `first: 1, after: "${page.pageInfo.endCursor}"`)).nodes).toEqual([]);
    await movePost(server, ada, 'deletePost', post);
    expect(await titles(viewer)).toEqual([]);
  });

  it('follows whom the viewer follows, and nobody else', async () => {
    const [ada, grace] = await pair();
    const reader = await server.person('READER');
    await writePost(server, ada, { title: 'By Ada' });
    await writePost(server, grace, { title: 'By Grace' });
    expect(await titles(reader)).toEqual([]);
    await server.query(follow, { variables: { id: ada.id }, as: reader });
    expect(await titles(reader)).toEqual(['By Ada']);
    await server.query(follow, { variables: { id: grace.id }, as: reader });
    expect(await titles(reader)).toEqual(['By Grace', 'By Ada']);
    await server.query(unfollow, { variables: { id: ada.id }, as: reader });
    expect(await titles(reader)).toEqual(['By Grace']);
    expect(await titles(ada)).toEqual([]);
    await server.query(follow, { variables: { id: reader.id }, as: ada });
    expect(await titles(ada)).toEqual([]);
  });

  it('keeps what a suspended user published, with their comments and followers', async () => {
    const [ada, grace] = await pair();
    await server.query(follow, { variables: { id: ada.id }, as: grace });
    const post = await writePost(server, ada, { title: 'Still here' });
    const comment = await writeComment(server, ada, { postId: post });
    await manage('suspendUser', ada);
    expect(await titles(grace)).toEqual(['Still here']);
    const document = `{ node(id: "${comment}") { ... on Comment { author { id } } } user(id: "${ada.id}") { comments { totalCount } followerCount viewerIsFollowing } }`;
    expect(await server.query(document, { as: grace })).toEqual({
      node: { author: { id: ada.id } },
      user: { comments: { totalCount: 1 }, followerCount: 1, viewerIsFollowing: true },
    });
    const late = await server.person();
    const { followUser } = await server.query(follow, { variables: { id: ada.id }, as: late });
    expect(followUser).toMatchObject({ followerCount: 2, viewerIsFollowing: true });
    expect(await titles(late)).toEqual(['Still here']);
    await manage('deleteUser', ada);
    expect(await titles(grace)).toEqual([]);
    expect(await countRows(server, 'posts', 'id = $1', uuidIn(post))).toBe(0);
  });
});
