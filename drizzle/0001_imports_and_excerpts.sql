CREATE TABLE "imported_authors" (
	"key" text collate "C" PRIMARY KEY NOT NULL,
	"user_id" uuid NOT NULL
);
--> statement-breakpoint
CREATE TABLE "imported_files" (
	"source" text collate "C" NOT NULL,
	"path" text collate "C" NOT NULL,
	"post_id" uuid,
	"content_hash" text NOT NULL,
	"post_version" integer NOT NULL,
	CONSTRAINT "imported_files_pkey" PRIMARY KEY("source","path")
);
--> statement-breakpoint
ALTER TABLE "posts" ADD COLUMN "has_own_excerpt" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "imported_authors" ADD CONSTRAINT "imported_authors_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "imported_files" ADD CONSTRAINT "imported_files_post_id_posts_id_fk" FOREIGN KEY ("post_id") REFERENCES "public"."posts"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "imported_authors_user_id_index" ON "imported_authors" USING btree ("user_id");--> statement-breakpoint
CREATE INDEX "imported_files_post_id_index" ON "imported_files" USING btree ("post_id");