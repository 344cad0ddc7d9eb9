-- What PostGraphile serves: views of what anonymous readers see, with the columns of the workloads. The status is in
-- the view, so that the plans can have the partial indexes whatever the parameters are.
create schema peer;

create view peer.users as select id, name, username, created_at from public.users;
comment on view peer.users is '@primaryKey id';

create view peer.posts as
  select id, author_id, title, slug, created_at, listed_at from public.posts where status = 'PUBLISHED';
comment on view peer.posts is E'@primaryKey id\n@foreignKey (author_id) references peer.users (id)';

create view peer.comments as select id, post_id, author_id, body, created_at from public.comments;
comment on view peer.comments is
  E'@primaryKey id\n@foreignKey (author_id) references peer.users (id)\n@foreignKey (post_id) references peer.posts (id)';

-- Counting stops where the project's does, while the count of a connection would go on.
create function peer.counted_posts() returns integer language sql stable as
  $$ select least(count(*), 10000)::integer from (select from peer.posts limit 10001) as counted $$;
