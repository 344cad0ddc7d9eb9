import { Database, type Driver } from '../../src/db/index.ts';
import { startSession } from '../../src/modules/accounts/index.ts';
import { type GlobalId, type NodeKind, toGlobalId } from '../../src/shared/ids.ts';
import type { Person, TestServer } from './server.ts';

/** How many rows of each kind a made-up publication has. Whole multiples of the users give every user their share. */
export interface PublicationSize {
  /** At least 4. */
  readonly users: number;
  /** Four for each user: two published ones, a draft and an archived one. */
  readonly posts: number;
  /** Four for each post: two answer the first one, and one answers an answer. */
  readonly comments: number;
  /** At least 3. */
  readonly tags: number;
}

/** A publication of so many users in which no relation is empty. */
export function publicationOf(users: number): PublicationSize {
  return { users, posts: users * 4, comments: users * 16, tags: users };
}

const families: Record<NodeKind, number> = { user: 1, post: 2, comment: 3, tag: 4, session: 5 };

/** The UUID of the row with this number, from 1. */
export function rowUuid(kind: NodeKind, number: number): string {
  return `00000000-0000-7000-8000-${families[kind]}${number.toString(16).padStart(11, '0')}`;
}

/** The global identifier of the row with this number, from 1. */
export function rowId(kind: NodeKind, number: number): GlobalId {
  return toGlobalId(kind, rowUuid(kind, number));
}

/** The time that rows begin at; later rows come later, two at each minute. */
export const firstTime = '2026-01-01T00:00:00.000Z';

const uuidSql = (kind: NodeKind, number: string) =>
  `('00000000-0000-7000-8000-${families[kind]}' || lpad(to_hex(${number}), 11, '0'))::uuid`;
const timeSql = (number: string) => `timestamptz '${firstTime}' + ((${number}) / 2) * interval '1 minute'`;
const numbers = (count: number) => `generate_series(1, ${count}) as row(n)`;

/**
 * Fills an empty database with a publication, the same each time. The newest rows are like the oldest ones, so that
 * the first page of a list reaches the same kinds of rows whatever the size.
 */
export async function fillPublication(driver: Driver, size: PublicationSize): Promise<void> {
  const { users, posts, comments, tags } = size;
  const userSql = (number: string) => uuidSql('user', `((${number}) % ${users}) + 1`);
  const tagSql = (number: string) => uuidSql('tag', `((${number}) % ${tags}) + 1`);
  await driver.execute(`
    insert into users (id, username, name, bio, avatar_url, role, email, created_at)
    select ${uuidSql('user', 'n')}, 'user-' || n, 'User ' || n, 'Writes about spring and topic ' || n % 7,
      'https://example.com/' || n || '.png', (array['READER', 'AUTHOR', 'EDITOR', 'ADMIN'])[1 + n % 4],
      'user-' || n || '@example.com', ${timeSql('n')}
    from ${numbers(users)};

    insert into tags (id, slug, name, created_at)
    select ${uuidSql('tag', 'n')}, 'tag-' || n, 'Tag ' || n, ${timeSql('n')} from ${numbers(tags)};

    insert into posts (id, author_id, slug, title, body, html, excerpt, search_text, reading_time_minutes,
      renderer_version, status, created_at, published_at)
    select ${uuidSql('post', 'n')}, ${userSql('n - 1')}, 'post-' || n, 'Post ' || n || ' of spring',
      'Body **' || n || '**', '<p>Body <strong>' || n || '</strong></p>', 'Body ' || n,
      'Body of spring and topic ' || n % 97, 1, 1, status, ${timeSql('n')},
      case when status = 'DRAFT' then null else ${timeSql('n + 2')} end
    from ${numbers(posts)}
    cross join lateral (select (array['PUBLISHED', 'DRAFT', 'ARCHIVED', 'PUBLISHED'])[1 + ((n - 1) / ${users}) % 4]
      as status) as state;

    insert into post_tags (post_id, tag_id, status, listed_at)
    select id, tag_id, status, listed_at from (
      select n, ${tagSql('n')} as tag_id from ${numbers(posts)}
      union all select n, ${tagSql('n + 1')} from ${numbers(posts)}) as carried
    inner join posts on posts.id = ${uuidSql('post', 'n')};

    insert into post_contributors (post_id, user_id, position)
    select ${uuidSql('post', 'n')}, ${userSql('n + place')}, place
    from ${numbers(posts)} cross join generate_series(0, 1) as places(place);

    insert into comments (id, post_id, author_id, parent_id, body, html, renderer_version, created_at)
    select ${uuidSql('comment', 'n')}, ${uuidSql('post', `(n - 1) % ${posts} + 1`)}, ${userSql('n + level')},
      case level % 4 when 0 then null when 3 then ${uuidSql('comment', `n - 3 * ${posts}`)}
        else ${uuidSql('comment', `n - ${posts}`)} end,
      'Comment ' || n, '<p>Comment ' || n || '</p>', 1, ${timeSql('n')}
    from ${numbers(comments)} cross join lateral (select (n - 1) / ${posts} as level) as depth
    order by n;

    insert into likes (post_id, user_id)
    select posts.id, ${userSql('n + place')}
    from ${numbers(posts)} inner join posts on posts.id = ${uuidSql('post', 'n')} and posts.status = 'PUBLISHED'
    cross join generate_series(0, 1) as places(place);

    insert into follows (follower_id, followee_id, created_at)
    select ${uuidSql('user', 'n')}, ${userSql('n + place')}, ${timeSql('n')}
    from ${numbers(users)} cross join generate_series(0, 1) as places(place);
  `);
}

/** Signs the user with this number of a made-up publication in. */
export async function signInUser(
  { accounts, driver }: Pick<TestServer, 'accounts' | 'driver'>,
  number: number,
): Promise<Person> {
  const uuid = rowUuid('user', number);
  const { token } = await startSession(
    { db: new Database(driver), viewer: null, origin: null },
    accounts.tokens,
    uuid,
    3_600,
    3_600,
  );
  const username = `user-${number}`;
  return { id: rowId('user', number), uuid, username, email: `${username}@example.com`, token };
}
