import { rfc3339 } from '../../src/db/tables/columns.ts';
import { toGlobalId, uuidOf } from '../../src/shared/ids.ts';
import { decodePostCursor, encodePostCursor } from '../cursors.ts';
import { type Answer, type Answers, firstOf, parts, typeName } from './answers.ts';
import type { Prepared, Row } from './connections.ts';
import { search } from './search.ts';
import { createPost, likePost } from './writes.ts';

const data = (value: unknown) => JSON.stringify({ data: value });

/** Rows in groups of those that follow each other with the same first field. */
function grouped(rows: readonly Row[]): [Row, ...Row[]][] {
  const groups: [Row, ...Row[]][] = [];
  for (const row of rows) {
    const group = groups.at(-1);
    if (group?.[0][0] === row[0]) group.push(row);
    else groups.push([row]);
  }
  return groups;
}

const userById: Prepared = { name: 'user', text: 'select name, username from users where id = $1' };

const oneUser: Answer = async (send, { variables: { id } }) => {
  const [row] = await send(userById, [uuidOf('user', String(id))]);
  return data({ user: row === undefined ? null : { id, name: row[0], username: row[1] } });
};

/** Numbered, since a join keeps no order that it is not asked for. */
const numbered = (select: string) => `(select *, row_number() over () as place from (${select}) as listed)`;

const usersWithPosts: Prepared = {
  name: 'users',
  text: `select u.id, u.name, p.id, p.title from ${numbered(parts.newestUsers)} as u
    left join lateral ${numbered(parts.postsOf('u.id', 'id, title', 10))} as p on true
    order by u.place, p.place`,
};

const users =
  (ofUser: object, ofPost: object): Answer =>
  async (send) => {
    const groups = grouped(await send(usersWithPosts));
    return data({
      users: groups.map((rows) => ({
        id: toGlobalId('user', rows[0][0]),
        name: rows[0][1],
        // Who wrote nothing has one row, without a post.
        posts: rows
          .filter((row) => row[2] !== null)
          .map((row) => ({ id: toGlobalId('post', row[2]), title: row[3], ...ofPost })),
        ...ofUser,
      })),
    });
  };

const postsOfUser: Prepared = {
  name: 'user_with_posts',
  text: `select u.name, p.id, p.title from users as u
    left join lateral ${numbered(parts.postsOf('u.id', 'id, title', 10))} as p on true
    where u.id = $1
    order by p.place`,
};

const oneUserWithPosts: Answer = async (send, { variables: { id } }) => {
  const rows = await send(postsOfUser, [uuidOf('user', String(id))]);
  const [first] = rows;
  if (first === undefined) return data({ user: null });
  const posts = rows
    .filter((row) => row[1] !== null)
    .map((row) => ({ id: toGlobalId('post', row[1]), title: row[2] }));
  return data({ user: { id, name: first[0], posts } });
};

/** Comments of rows that have them after the two columns of their post. */
const commentsIn = (rows: readonly Row[]) =>
  rows
    .filter((row) => row[2] !== null)
    .map((row) => ({
      id: toGlobalId('comment', row[2]),
      body: row[3],
      author: { id: toGlobalId('user', row[4]), name: row[5] },
    }));

const postsWithComments: Prepared = {
  name: 'posts_with_comments',
  text: `select p.id, p.title, c.id, c.body, w.id, w.name, a.id, a.name
    from ${numbered(parts.newestPosts('id, title, author_id', 20))} as p
    join users as a on a.id = p.author_id
    left join lateral ${numbered(parts.commentsOf('p.id', 'id, body, author_id', 5))} as c on true
    left join users as w on w.id = c.author_id
    order by p.place, c.place`,
};

const posts: Answer = async (send) => {
  const groups = grouped(await send(postsWithComments));
  return data({
    posts: groups.map((rows) => ({
      id: toGlobalId('post', rows[0][0]),
      title: rows[0][1],
      author: { id: toGlobalId('user', rows[0][6]), name: rows[0][7] },
      comments: commentsIn(rows),
    })),
  });
};

const commentsOfUser: Prepared = {
  name: 'user_with_comments',
  text: `select p.id, p.title, c.id, c.body, w.id, w.name, u.name
    from users as u
    left join lateral ${numbered(parts.postsOf('u.id', 'id, title', 10))} as p on true
    left join lateral ${numbered(parts.commentsOf('p.id', 'id, body, author_id', 5))} as c on true
    left join users as w on w.id = c.author_id
    where u.id = $1
    order by p.place, c.place`,
};

const oneUserWithComments: Answer = async (send, { variables: { id } }) => {
  const rows = await send(commentsOfUser, [uuidOf('user', String(id))]);
  const [first] = rows;
  if (first === undefined) return data({ user: null });
  const posts = grouped(rows.filter((row) => row[0] !== null)).map((ofPost) => ({
    id: toGlobalId('post', ofPost[0][0]),
    title: ofPost[0][1],
    comments: commentsIn(ofPost),
  }));
  return data({ user: { id, name: first[6], posts } });
};

const hundredPosts: Prepared = {
  name: 'hundred_posts',
  text: `select p.id, p.title, p.slug, p.created_at, a.name
    from ${numbered(parts.newestPosts('id, title, slug, created_at, author_id', 100))} as p
    join users as a on a.id = p.author_id
    order by p.place`,
};

const manyPosts =
  (ofPost: object, ofUser: object): Answer =>
  async (send) => {
    const rows = await send(hundredPosts);
    return data({
      posts: rows.map(([id, title, slug, createdAt, name]) => ({
        id: toGlobalId('post', id),
        title,
        slug,
        createdAt: rfc3339(createdAt),
        author: { name, ...ofUser },
        ...ofPost,
      })),
    });
  };

const pageOfPosts: Prepared = { name: 'page', text: parts.newestPosts('id, title, listed_at', 21) };
const countOfPosts: Prepared = { name: 'count', text: parts.countedPosts };

function connectionOf(rows: readonly Row[]) {
  const edges = rows.slice(0, 20).map(([id, title, listedAt]) => ({
    cursor: encodePostCursor({ key: rfc3339(listedAt), id }),
    node: { id: toGlobalId('post', id), title },
  }));
  return { edges, pageInfo: { hasNextPage: rows.length > 20, endCursor: edges.at(-1)?.cursor ?? null } };
}

const connection: Answer = async (send) => data({ postsConnection: connectionOf(await send(pageOfPosts)) });

const countedConnection: Answer = async (send) => {
  const [rows, [count]] = await Promise.all([send(pageOfPosts), send(countOfPosts)]);
  return data({ postsConnection: { ...connectionOf(rows), totalCount: Number(count?.[0]) } });
};

const pageAfter: Prepared = { name: 'page_after', text: parts.postsAfter('id, title, listed_at', 21) };

const laterPage: Answer = async (send, { variables: { after } }) => {
  const { key, id } = decodePostCursor(String(after));
  const rows = await send(pageAfter, [key, id]);
  const page = rows.slice(0, 20);
  const last = page.at(-1);
  const endCursor = last === undefined ? null : encodePostCursor({ key: rfc3339(last[2]), id: last[0] });
  return data({
    postsConnection: {
      nodes: page.map((row) => ({ id: toGlobalId('post', row[0]), title: row[1] })),
      pageInfo: { hasNextPage: rows.length > 20, endCursor },
    },
  });
};

const feedOfViewer: Prepared = {
  name: 'feed',
  text: `select v.id, p.id, p.title, a.id, a.name,
      exists (select from likes as l where l.post_id = p.id and l.user_id = v.id)
    from (${parts.viewer}) as v
    left join lateral (${parts.feed}) as listed on true
    left join posts as p on p.id = listed.id
    left join users as a on a.id = p.author_id
    order by listed.listed_at desc, listed.id desc`,
};

const feed: Answer = async (send, { claims }) => {
  const { sessionId, userId } = await claims();
  const rows = await send(feedOfViewer, [sessionId, userId]);
  firstOf(rows);
  return data({
    feed: {
      nodes: rows
        .filter((row) => row[1] !== null)
        .map(([, id, title, authorId, name, isLiked]) => ({
          id: toGlobalId('post', id),
          title,
          author: { id: toGlobalId('user', authorId), name },
          viewerHasLiked: isLiked === 't',
        })),
    },
  });
};

const typedPost = { __typename: 'Post' };
const typedUser = { __typename: 'User' };

/** PostgreSQL sends rows, and JSON is made of them here. */
export const fromRows: Answers = {
  W1: typeName,
  W2: oneUser,
  W3: users({}, {}),
  W4: posts,
  W5: manyPosts({}, {}),
  W6a: connection,
  W6b: countedConnection,
  W7: feed,
  W8: search,
  W9a: createPost,
  W9b: likePost,
  W10a: users(typedUser, typedPost),
  W10b: manyPosts(typedPost, typedUser),
  D3: oneUserWithPosts,
  D4: oneUserWithComments,
  D6: laterPage,
};
