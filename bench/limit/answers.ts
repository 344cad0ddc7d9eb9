import type { Row, Send } from './connections.ts';
import type { Claims } from './tokens.ts';

/** What of a request an answer depends on. */
export interface Asked {
  readonly variables: Readonly<Record<string, unknown>>;
  /** Verifies the token of the request. */
  readonly claims: () => Promise<Claims>;
}

/** Answers one workload: the text of the whole body. */
export type Answer = (send: Send, asked: Asked) => Promise<string>;

/** The answers by the name of the workload. */
export type Answers = Readonly<Record<string, Answer>>;

/** What no statement is needed for. */
export const typeName: Answer = async () => '{"data":{"__typename":"Query"}}';

const newestFirst = 'order by listed_at desc, id desc';

/** Parts of the statements that both kinds of answers have. */
export const parts = {
  newestUsers: 'select id, name from users order by created_at desc, id desc limit 20',
  newestPosts: (columns: string, limit: number) =>
    `select ${columns} from posts where status = 'PUBLISHED' ${newestFirst} limit ${limit}`,
  /** Those after the place of the parameters 1 and 2: when it was listed, and its identifier. */
  postsAfter: (columns: string, limit: number) =>
    `select ${columns} from posts where status = 'PUBLISHED' and (listed_at, id) < ($1, $2)
     ${newestFirst} limit ${limit}`,
  postsOf: (user: string, columns: string, limit: number) =>
    `select ${columns} from posts where author_id = ${user} and status = 'PUBLISHED' ${newestFirst} limit ${limit}`,
  commentsOf: (post: string, columns: string, limit: number) =>
    `select ${columns} from comments where post_id = ${post} order by created_at desc, id desc limit ${limit}`,
  /** Counting stops where the project's does. */
  countedPosts: `select least(count(*), 10000) from (select from posts where status = 'PUBLISHED' limit 10001) as counted`,
  /** Who acts in the session of the parameters 1 and 2; nobody when it has ended. */
  viewer: `select u.id from sessions as s join users as u on u.id = s.user_id
    where s.id = $1 and s.user_id = $2 and s.revoked_at is null and s.expires_at > now() and u.suspended_at is null`,
  /** What the viewer `v` is shown. */
  feed: `select listed.id, listed.listed_at from follows as f cross join lateral (
      select id, listed_at from posts where author_id = f.followee_id and status = 'PUBLISHED' ${newestFirst} limit 20
    ) as listed where f.follower_id = v.id ${newestFirst} limit 20`,
};

/** The first row of what a statement about the viewer answers. @throws {Error} when there is none: the session has ended. */
export function firstOf([row]: readonly Row[]): Row {
  if (row === undefined) throw new Error('The session has ended.');
  return row;
}
