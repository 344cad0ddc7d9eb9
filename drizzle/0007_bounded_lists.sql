CREATE TABLE "author_tags" (
	"author_id" uuid NOT NULL,
	"tag_id" uuid NOT NULL,
	"slug" text collate "C" NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "author_tags_pkey" PRIMARY KEY("author_id","tag_id")
);
--> statement-breakpoint
ALTER TABLE "post_tags" DROP CONSTRAINT "post_tags_post_fkey";
--> statement-breakpoint
ALTER TABLE "posts" DROP CONSTRAINT "posts_listing_key";--> statement-breakpoint
ALTER TABLE "posts" ADD CONSTRAINT "posts_listing_key" UNIQUE("id","author_id","status","listed_at");--> statement-breakpoint
DROP INDEX "post_tags_listed_index";--> statement-breakpoint
DROP INDEX "posts_listed_index";--> statement-breakpoint
DROP INDEX "posts_author_listed_index";--> statement-breakpoint
DROP INDEX "tags_created_at_index";--> statement-breakpoint
DROP INDEX "posts_unpublished_index";--> statement-breakpoint
ALTER TABLE "post_tags" ADD COLUMN "author_id" uuid;--> statement-breakpoint
UPDATE "post_tags" SET "author_id" = "posts"."author_id" FROM "posts" WHERE "posts"."id" = "post_tags"."post_id";--> statement-breakpoint
ALTER TABLE "post_tags" ALTER COLUMN "author_id" SET NOT NULL;--> statement-breakpoint
ALTER TABLE "tags" ADD COLUMN "is_public" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "tags" ADD COLUMN "uncarried_since" timestamp (3) with time zone DEFAULT now();--> statement-breakpoint
UPDATE "tags" SET "uncarried_since" = NULL,
  "is_public" = EXISTS (SELECT FROM "post_tags" WHERE "tag_id" = "tags"."id" AND "status" = 'PUBLISHED')
WHERE "id" IN (SELECT "tag_id" FROM "post_tags");--> statement-breakpoint
INSERT INTO "author_tags" ("author_id", "tag_id", "created_at", "slug")
SELECT DISTINCT "post_tags"."author_id", "tags"."id", "tags"."created_at", "tags"."slug"
FROM "post_tags" INNER JOIN "tags" ON "tags"."id" = "post_tags"."tag_id";--> statement-breakpoint
ALTER TABLE "author_tags" ADD CONSTRAINT "author_tags_author_id_users_id_fk" FOREIGN KEY ("author_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "author_tags" ADD CONSTRAINT "author_tags_tag_id_tags_id_fk" FOREIGN KEY ("tag_id") REFERENCES "public"."tags"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "author_tags_created_at_index" ON "author_tags" USING btree ("author_id","created_at","tag_id");--> statement-breakpoint
CREATE INDEX "author_tags_slug_index" ON "author_tags" USING btree ("author_id","slug","tag_id");--> statement-breakpoint
CREATE INDEX "author_tags_tag_id_index" ON "author_tags" USING btree ("tag_id");--> statement-breakpoint
ALTER TABLE "post_tags" ADD CONSTRAINT "post_tags_post_fkey" FOREIGN KEY ("post_id","author_id","status","listed_at") REFERENCES "public"."posts"("id","author_id","status","listed_at") ON DELETE cascade ON UPDATE cascade;--> statement-breakpoint
CREATE INDEX "comments_top_level_index" ON "comments" USING btree ("post_id","created_at","id") WHERE "comments"."parent_id" is null;--> statement-breakpoint
CREATE INDEX "comments_answers_index" ON "comments" USING btree ("post_id","created_at","id") WHERE "comments"."parent_id" is not null;--> statement-breakpoint
CREATE INDEX "comments_author_top_level_index" ON "comments" USING btree ("post_id","author_id","created_at","id") WHERE "comments"."parent_id" is null;--> statement-breakpoint
CREATE INDEX "comments_author_answers_index" ON "comments" USING btree ("post_id","author_id","created_at","id") WHERE "comments"."parent_id" is not null;--> statement-breakpoint
CREATE INDEX "post_tags_status_index" ON "post_tags" USING btree ("tag_id","status","listed_at","post_id");--> statement-breakpoint
CREATE INDEX "post_tags_author_index" ON "post_tags" USING btree ("tag_id","author_id","status","listed_at","post_id");--> statement-breakpoint
CREATE INDEX "posts_author_status_index" ON "posts" USING btree ("author_id","status","listed_at","id");--> statement-breakpoint
CREATE INDEX "tags_public_created_at_index" ON "tags" USING btree ("created_at","id") WHERE "tags"."is_public";--> statement-breakpoint
CREATE INDEX "tags_public_slug_index" ON "tags" USING btree ("slug","id") WHERE "tags"."is_public";--> statement-breakpoint
CREATE INDEX "tags_carried_created_at_index" ON "tags" USING btree ("created_at","id") WHERE "tags"."uncarried_since" is null;--> statement-breakpoint
CREATE INDEX "tags_carried_slug_index" ON "tags" USING btree ("slug","id") WHERE "tags"."uncarried_since" is null;--> statement-breakpoint
CREATE INDEX "tags_uncarried_index" ON "tags" USING btree ("uncarried_since") WHERE "tags"."uncarried_since" is not null;--> statement-breakpoint
CREATE INDEX "users_role_username_index" ON "users" USING btree ("role","username","id");--> statement-breakpoint
CREATE INDEX "posts_unpublished_index" ON "posts" USING btree ("status","listed_at","id") WHERE "posts"."status" <> 'PUBLISHED';--> statement-breakpoint
CREATE FUNCTION "post_tags_fill_author"() RETURNS trigger LANGUAGE plpgsql AS $$
begin
  new.author_id := coalesce(new.author_id, (select posts.author_id from posts where posts.id = new.post_id));
  return new;
end $$;--> statement-breakpoint
CREATE TRIGGER "post_tags_fill_author" BEFORE INSERT ON "post_tags"
FOR EACH ROW WHEN (new.author_id IS NULL) EXECUTE FUNCTION "post_tags_fill_author"();--> statement-breakpoint
-- These functions keep tags.is_public, tags.uncarried_since and author_tags exact under concurrent writers. A
-- transaction that adds a carrier locks the tag for key share; one that removes the last carrier locks it for update,
-- which waits for the former, and checks again. Each statement of a function must see what was committed before it
-- began, so transactions must run at READ COMMITTED.
CREATE FUNCTION "tags_gain_carriers"(gained post_tags[]) RETURNS void LANGUAGE plpgsql AS $$
declare
  carried uuid[] := array(select distinct tag_id from unnest(gained));
  published uuid[] := array(select distinct tag_id from unnest(gained) where status = 'PUBLISHED');
begin
  if cardinality(gained) = 0 then return; end if;
  perform from tags where id = any(carried) order by id for key share;
  perform from tags where id = any(carried) and (uncarried_since is not null or id = any(published) and not is_public)
  order by id for no key update;
  update tags set uncarried_since = null, is_public = is_public or id = any(published)
  where id = any(carried) and (uncarried_since is not null or id = any(published) and not is_public);
  -- The update changes nothing, but locks the row against a transaction that deletes it.
  insert into author_tags (author_id, tag_id, created_at, slug)
  select owned.author_id, tags.id, tags.created_at, tags.slug
  from (select distinct author_id, tag_id from unnest(gained)) as owned
    cross join lateral (select * from tags where tags.id = owned.tag_id offset 0) as tags
  order by owned.author_id, tags.id
  on conflict (author_id, tag_id) do update set slug = excluded.slug where false;
end $$;--> statement-breakpoint
CREATE FUNCTION "tags_lose_carriers"(lost post_tags[]) RETURNS void LANGUAGE plpgsql AS $$
declare
  carried uuid[] := array(select distinct tag_id from unnest(lost));
  uncarried uuid[];
begin
  if cardinality(lost) = 0 then return; end if;
  -- Two transactions that remove the last two carriers run one after another.
  perform from tags where id = any(carried) order by id for no key update;
  uncarried := array(
    select id from tags
    where id = any(carried) and (
      is_public and not exists (select from post_tags where tag_id = tags.id and status = 'PUBLISHED' offset 0)
      or uncarried_since is null and not exists (select from post_tags where tag_id = tags.id offset 0)));
  if cardinality(uncarried) > 0 then
    perform from tags where id = any(uncarried) order by id for update;
    update tags set
      is_public = exists (select from post_tags where tag_id = tags.id and status = 'PUBLISHED' offset 0),
      uncarried_since = case when not exists (select from post_tags where tag_id = tags.id offset 0) then now() end
    where id = any(uncarried);
  end if;
  perform from (select distinct author_id, tag_id from unnest(lost) order by 1, 2) as owned
    cross join lateral (
      select from author_tags
      where author_tags.author_id = owned.author_id and author_tags.tag_id = owned.tag_id for update) as locked;
  delete from author_tags
  using (select distinct author_id, tag_id from unnest(lost)) as owned
  where author_tags.author_id = owned.author_id and author_tags.tag_id = owned.tag_id and not exists (
    select from post_tags
    where post_tags.tag_id = owned.tag_id and post_tags.author_id = owned.author_id offset 0);
end $$;--> statement-breakpoint
CREATE FUNCTION "post_tags_inserted"() RETURNS trigger LANGUAGE plpgsql AS $$
begin
  perform tags_gain_carriers(array(select row(new_rows.*)::post_tags from new_rows));
  return null;
end $$;--> statement-breakpoint
CREATE FUNCTION "post_tags_updated"() RETURNS trigger LANGUAGE plpgsql AS $$
declare
  gained post_tags[] := array(
    select row(new_rows.*)::post_tags from new_rows inner join old_rows using (post_id, tag_id)
    where new_rows.status = 'PUBLISHED' and old_rows.status <> 'PUBLISHED'
      or new_rows.author_id <> old_rows.author_id);
  lost post_tags[] := array(
    select row(old_rows.*)::post_tags from new_rows inner join old_rows using (post_id, tag_id)
    where new_rows.status <> 'PUBLISHED' and old_rows.status = 'PUBLISHED'
      or new_rows.author_id <> old_rows.author_id);
begin
  perform tags_gain_carriers(gained);
  perform tags_lose_carriers(lost);
  return null;
end $$;--> statement-breakpoint
CREATE FUNCTION "post_tags_deleted"() RETURNS trigger LANGUAGE plpgsql AS $$
begin
  perform tags_lose_carriers(array(select row(old_rows.*)::post_tags from old_rows));
  return null;
end $$;--> statement-breakpoint
CREATE TRIGGER "post_tags_inserted" AFTER INSERT ON "post_tags" REFERENCING NEW TABLE AS new_rows
FOR EACH STATEMENT EXECUTE FUNCTION "post_tags_inserted"();--> statement-breakpoint
CREATE TRIGGER "post_tags_updated" AFTER UPDATE ON "post_tags" REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
FOR EACH STATEMENT EXECUTE FUNCTION "post_tags_updated"();--> statement-breakpoint
CREATE TRIGGER "post_tags_deleted" AFTER DELETE ON "post_tags" REFERENCING OLD TABLE AS old_rows
FOR EACH STATEMENT EXECUTE FUNCTION "post_tags_deleted"();
