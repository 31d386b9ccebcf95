CREATE TABLE "unreferenced_blob" (
	"digest" text PRIMARY KEY NOT NULL,
	"since" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE INDEX "artifact_run_path" ON "artifact" USING btree ("run_id",path collate "C");