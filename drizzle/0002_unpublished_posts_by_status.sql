DROP INDEX "posts_unpublished_index";--> statement-breakpoint
CREATE INDEX "posts_unpublished_index" ON "posts" USING btree ("listed_at","id","status") WHERE "posts"."status" <> 'PUBLISHED';