import { rowUuid } from '../../helpers/publication.ts';
import { busy } from './lists.ts';

/** A user who owns nothing but 10,000 hidden tags. */
export const stranger = 9;

/** Makes a user, a tag, a post and a comment busy, on which a good part of all rows hang. */
export const skew = `
  update posts set author_id = '${rowUuid('user', busy)}' where right(id::text, 1) = '0';
  insert into post_tags (post_id, tag_id, author_id, status, listed_at)
  select id, '${rowUuid('tag', busy)}', author_id, status, listed_at from posts where right(id::text, 1) in ('0', '1', '2')
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

const far = `timestamptz '2030-01-01'`;

/**
 * Rows that a list has to pass by, in front of and behind all others: tags that no post carries, and tags of drafts only;
 * posts of the busy author and tag that are not published; answers in front of comments; readers in front of editors.
 */
export const hurt = `
  insert into tags (id, slug, name, created_at)
  select gen_random_uuid(), (array['aa-', 'zz-'])[1 + n % 2] || n, 'Nobody ' || n,
    ${far} + (n % 2 * 2 - 1) * (interval '10 years' + n * interval '1 second')
  from generate_series(1, 20000) as row(n);

  insert into tags (id, slug, name, created_at)
  select ('00000000-0000-7000-9000-0' || lpad(n::text, 11, '0'))::uuid, (array['ab-', 'zy-'])[1 + n % 2] || n, 'Draft ' || n,
    ${far} + (n % 2 * 2 - 1) * (interval '9 years' + n * interval '1 second')
  from generate_series(1, 10000) as row(n);
  insert into posts (id, author_id, slug, title, body, html, excerpt, search_text, reading_time_minutes, renderer_version,
    status, created_at)
  select ('00000000-0000-7000-9000-1' || lpad(n::text, 11, '0'))::uuid, '${rowUuid('user', stranger)}', 'draft-of-stranger-' || n,
    'Draft', 'b', 'h', 'e', 's', 1, 1, 'DRAFT', ${far} + n * interval '1 second'
  from generate_series(1, 1000) as row(n);
  insert into post_tags (post_id, tag_id, author_id, status, listed_at)
  select posts.id, ('00000000-0000-7000-9000-0' || lpad((10 * n + place)::text, 11, '0'))::uuid, author_id, status, listed_at
  from generate_series(1, 1000) as row(n)
    inner join posts on posts.id = ('00000000-0000-7000-9000-1' || lpad(n::text, 11, '0'))::uuid
    cross join generate_series(-9, 0) as places(place);

  insert into posts (id, author_id, slug, title, body, html, excerpt, search_text, reading_time_minutes, renderer_version,
    status, created_at, published_at)
  select ('00000000-0000-7000-9000-2' || lpad(n::text, 11, '0'))::uuid, '${rowUuid('user', busy)}', 'hidden-' || n,
    'Hidden', 'b', 'h', 'e', 's', 1, 1, (array['DRAFT', 'ARCHIVED'])[1 + n % 2], at, at
  from generate_series(1, 10000) as row(n)
    cross join lateral (select ${far} + (n % 4 / 2 * 2 - 1) * (interval '9 years' + n * interval '1 second') as at) as times;
  insert into post_tags (post_id, tag_id, author_id, status, listed_at)
  select id, '${rowUuid('tag', busy)}', author_id, status, listed_at from posts where slug like 'hidden-%';

  insert into comments (id, post_id, author_id, parent_id, body, html, renderer_version, created_at)
  select gen_random_uuid(), '${rowUuid('post', busy)}', '${rowUuid('user', busy)}', '${rowUuid('comment', busy)}', 'b', 'h', 1,
    ${far} + (n % 2 * 2 - 1) * (interval '9 years' + n * interval '1 second')
  from generate_series(1, 10000) as row(n);

  insert into users (id, username, name, role, created_at)
  select gen_random_uuid(), (array['aa-', 'zz-'])[1 + n % 2] || n, 'Reader ' || n, 'READER',
    ${far} + (n % 2 * 2 - 1) * (interval '9 years' + n * interval '1 second')
  from generate_series(1, 10000) as row(n);
`;
