import { excerptFrom, renderPost, slugOfTitle } from '../../src/modules/posts/service.ts';
import { newUuid, toGlobalId, uuidOf } from '../../src/shared/ids.ts';
import { rendererVersion } from '../../src/shared/markdown/index.ts';
import { type Answer, firstOf, parts } from './answers.ts';
import type { Prepared, Row } from './connections.ts';

/** One statement, and so a transaction of its own. Two that take the same slug at the same time try again. */
const insertPost: Prepared = {
  name: 'insert_post',
  text: `with viewer as (${parts.viewer}),
    made as (
      insert into posts (id, author_id, slug, title, body, html, excerpt, search_text, reading_time_minutes,
        renderer_version, status, published_at)
      select $3::uuid, viewer.id, free.slug, $5, $6, $7, $8, $9, $10::integer, $11::smallint, 'PUBLISHED', now()
      from viewer cross join (
        select name as slug
        from (select $4::text || case when number = 1 then '' else '-' || number end as name
              from (select generate_series(1, 1000000) as number) as numbers) as names
        where not exists (select from posts where slug = names.name) limit 1) as free
      on conflict (slug) do nothing
      returning slug)
    select viewer.id, made.slug from viewer left join made on true`,
};

/** The text is rendered as the project does it: what is stored must be the same. */
export const createPost: Answer = async (send, { variables, claims }) => {
  const { sessionId, userId } = await claims();
  const { title, body } = variables['input'] as { title: string; body: string };
  const text = await renderPost(body, null);
  const { html, searchText, readingTimeMinutes } = text;
  const id = newUuid();
  const { excerpt } = excerptFrom(text, null);
  const identifiers = [sessionId, userId, id, slugOfTitle(title, id)];
  const stored = [title, body, html, excerpt, searchText, readingTimeMinutes, rendererVersion];
  let made: Row;
  do made = firstOf(await send(insertPost, [...identifiers, ...stored]));
  while (made[1] === null);
  return JSON.stringify({
    data: {
      createPost: {
        id: toGlobalId('post', id),
        slug: made[1],
        title,
        status: 'PUBLISHED',
        readingTimeMinutes,
      },
    },
  });
};

/** The like of this statement is not yet among those that it counts. */
const insertLike: Prepared = {
  name: 'insert_like',
  text: `with viewer as (${parts.viewer}),
    made as (
      insert into likes (post_id, user_id)
      select posts.id, viewer.id from viewer join posts on posts.id = $3 and posts.status = 'PUBLISHED'
      on conflict do nothing
      returning post_id)
    select (select count(*) from likes where post_id = $3) + (select count(*) from made) from viewer`,
};

export const likePost: Answer = async (send, { variables, claims }) => {
  const { sessionId, userId } = await claims();
  const id = String(variables['id']);
  const [count] = firstOf(await send(insertLike, [sessionId, userId, uuidOf('post', id)]));
  return `{"data":{"likePost":{"id":"${id}","viewerHasLiked":true,"likeCount":${count}}}}`;
};
