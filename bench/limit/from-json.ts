import { type NodeKind, toGlobalId, uuidOf } from '../../src/shared/ids.ts';
import { decodePostCursor } from '../cursors.ts';
import { type Answer, type Answers, firstOf, parts } from './answers.ts';
import type { Prepared } from './connections.ts';

/** What PostgreSQL writes in the place of an identifier, whose base 32 it would take long for. */
const bareId = /"(user|post|comment)_([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})"/g;

const withIds = (json: string) =>
  json.replace(bareId, (_, kind: NodeKind, uuid: string) => `"${toGlobalId(kind, uuid)}"`);

/** Selects a JSON list of the rows of a select, in their order. */
const list = (select: string) => `(select coalesce(json_agg(row_to_json(l)), '[]') from (${select}) as l)`;
const id = (kind: NodeKind, column: string) => `'${kind}_' || ${column} as id`;
const instant = (column: string) => `to_char(${column}, 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;

const author = (columns: string, of: string) =>
  `(select row_to_json(w) from (select ${columns} from users as u where u.id = ${of}) as w)`;

/** Answers with what a statement makes: the field's value, as text. */
function answerWith(field: string, name: string, select: string): Answer {
  const statement: Prepared = { name, text: `select ${select}::text` };
  return async (send) => {
    const [row] = await send(statement);
    return `{"data":{"${field}":${withIds(row?.[0] ?? 'null')}}}`;
  };
}

const userById: Prepared = {
  name: 'user',
  text: 'select row_to_json(u)::text from (select $2 as id, name, username from users where id = $1) as u',
};

const oneUser: Answer = async (send, { variables }) => {
  const [row] = await send(userById, [uuidOf('user', String(variables['id'])), variables['id']]);
  return `{"data":{"user":${row?.[0] ?? 'null'}}}`;
};

const cursor = (key: string, id: string) =>
  `translate(encode(convert_to('["posts PUBLISHED_AT_DESC","' || ${instant(key)} || '","' || ${id} || '"]', 'UTF8'), 'base64'), E'+/=\\n', '-_')`;

/** The 21st post says only that there is one. */
const connectionColumns = `
  (select json_agg(json_build_object('cursor', cursor, 'node', json_build_object('id', 'post_' || id, 'title', title)))
    from page where place <= 20) as edges,
  (select json_build_object('hasNextPage', count(*) > 20, 'endCursor', max(cursor) filter (where place = 20)) from page) as "pageInfo"`;

const connectionWith = (columns: string) => `(
  with page as materialized (
    select id, title, ${cursor('listed_at', 'id')} as cursor, row_number() over () as place
    from (${parts.newestPosts('id, title, listed_at', 21)}) as listed
  ) select row_to_json(o) from (select ${columns}) as o)`;

const pageAfter: Prepared = {
  name: 'page_after',
  text: `with page as materialized (
    select id, title, listed_at, row_number() over () as place
    from (${parts.postsAfter('id, title, listed_at', 21)}) as listed
  ) select json_build_object(
    'nodes', ${list(`select ${id('post', 'id')}, title from page where place <= 20 order by place`)},
    'pageInfo', json_build_object(
      'hasNextPage', exists (select from page where place > 20),
      'endCursor', (select ${cursor('listed_at', 'id')} from (select * from page where place <= 20 order by place desc limit 1) as last)))::text`,
};

const laterPage: Answer = async (send, { variables }) => {
  const { key, id } = decodePostCursor(String(variables['after']));
  const [row] = await send(pageAfter, [key, id]);
  return `{"data":{"postsConnection":${withIds(row?.[0] ?? 'null')}}}`;
};

const users = (ofUser: string, ofPost: string) =>
  list(
    `select ${id('user', 'u.id')}, u.name,
       ${list(parts.postsOf('u.id', `${id('post', 'id')}, title${ofPost}`, 10))} as posts${ofUser}
     from (${parts.newestUsers}) as u`,
  );

const commentsOfPost = list(
  `select ${id('comment', 'c.id')}, c.body, ${author(`${id('user', 'u.id')}, u.name`, 'c.author_id')} as author
   from (${parts.commentsOf('p.id', 'id, body, author_id', 5)}) as c`,
);

/** Answers with the user of a variable and posts, which a part of the select list makes of the user `o`. */
function oneUserWith(name: string, ofPosts: string): Answer {
  const statement: Prepared = {
    name,
    text: `select row_to_json(a)::text from (
      select $2 as id, o.name, ${ofPosts} as posts from users as o where o.id = $1) as a`,
  };
  return async (send, { variables }) => {
    const [row] = await send(statement, [uuidOf('user', String(variables['id'])), variables['id']]);
    return `{"data":{"user":${withIds(row?.[0] ?? 'null')}}}`;
  };
}

const postsOfUser = list(parts.postsOf('o.id', `${id('post', 'id')}, title`, 10));

const postsOfUserWithComments = list(
  `select ${id('post', 'p.id')}, p.title, ${commentsOfPost} as comments
   from (${parts.postsOf('o.id', 'id, title', 10)}) as p`,
);

const posts = list(
  `select ${id('post', 'p.id')}, p.title, ${author(`${id('user', 'u.id')}, u.name`, 'p.author_id')} as author,
     ${commentsOfPost} as comments
   from (${parts.newestPosts('id, title, author_id', 20)}) as p`,
);

const manyPosts = (ofPost: string, ofUser: string) =>
  list(
    `select ${id('post', 'p.id')}, p.title, p.slug, ${instant('p.created_at')} as "createdAt",
       ${author(`u.name${ofUser}`, 'p.author_id')} as author${ofPost}
     from (${parts.newestPosts('id, title, slug, created_at, author_id', 100)}) as p`,
  );

const feedOfViewer: Prepared = {
  name: 'feed',
  text: `select json_build_object('nodes', ${list(
    `select ${id('post', 'p.id')}, p.title, ${author(`${id('user', 'u.id')}, u.name`, 'p.author_id')} as author,
       exists (select from likes as l where l.post_id = p.id and l.user_id = v.id) as "viewerHasLiked"
     from (${parts.feed}) as listed join posts as p on p.id = listed.id
     order by listed.listed_at desc, listed.id desc`,
  )})::text from (${parts.viewer}) as v`,
};

const feed: Answer = async (send, { claims }) => {
  const { sessionId, userId } = await claims();
  const [nodes] = firstOf(await send(feedOfViewer, [sessionId, userId]));
  return `{"data":{"feed":${withIds(nodes)}}}`;
};

const typedPost = `, 'Post' as __typename`;
const typedUser = `, 'User' as __typename`;

/** PostgreSQL makes the JSON, and nothing is left to do here but to write identifiers as the API has them. */
export const fromJson: Answers = {
  W2: oneUser,
  W3: answerWith('users', 'users', users('', '')),
  W4: answerWith('posts', 'posts_with_comments', posts),
  W5: answerWith('posts', 'hundred_posts', manyPosts('', '')),
  W6a: answerWith('postsConnection', 'connection', connectionWith(connectionColumns)),
  W6b: answerWith(
    'postsConnection',
    'counted_connection',
    connectionWith(`${connectionColumns}, (${parts.countedPosts}) as "totalCount"`),
  ),
  W7: feed,
  W10a: answerWith('users', 'typed_users', users(typedUser, typedPost)),
  W10b: answerWith('posts', 'typed_posts', manyPosts(typedPost, typedUser)),
  D3: oneUserWith('user_with_posts', postsOfUser),
  D4: oneUserWith('user_with_comments', postsOfUserWithComments),
  D6: laterPage,
};
