CREATE TABLE "backfill" (
	"id" uuid PRIMARY KEY NOT NULL,
	"project_id" uuid NOT NULL,
	"pipeline_name" text NOT NULL,
	"parameter" text NOT NULL,
	"dates" jsonb NOT NULL,
	"parameters" jsonb NOT NULL,
	"concurrency" integer NOT NULL,
	"problem" text DEFAULT '' NOT NULL,
	"requested_by" text,
	"requested_by_name" text NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"cancelled_at" timestamp with time zone,
	"cancelled_by_name" text
);
--> statement-breakpoint
CREATE TABLE "pipeline_trigger" (
	"id" uuid PRIMARY KEY NOT NULL,
	"project_id" uuid NOT NULL,
	"pipeline_id" uuid NOT NULL,
	"name" text NOT NULL,
	"kind" text NOT NULL,
	"spec" jsonb NOT NULL,
	"paused_at" timestamp with time zone,
	"paused_by_name" text,
	"next_fire_at" timestamp with time zone,
	"secret_number" integer DEFAULT 0 NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"removed_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "trigger_fire" (
	"seq" bigserial PRIMARY KEY NOT NULL,
	"trigger_id" uuid NOT NULL,
	"key" text NOT NULL,
	"run_id" uuid,
	"message" text DEFAULT '' NOT NULL,
	"at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
ALTER TABLE "run" ADD COLUMN "backfill_id" uuid;--> statement-breakpoint
ALTER TABLE "backfill" ADD CONSTRAINT "backfill_project_id_project_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."project"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "pipeline_trigger" ADD CONSTRAINT "pipeline_trigger_project_id_project_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."project"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "pipeline_trigger" ADD CONSTRAINT "pipeline_trigger_pipeline_id_pipeline_id_fk" FOREIGN KEY ("pipeline_id") REFERENCES "public"."pipeline"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "trigger_fire" ADD CONSTRAINT "trigger_fire_trigger_id_pipeline_trigger_id_fk" FOREIGN KEY ("trigger_id") REFERENCES "public"."pipeline_trigger"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "backfill_project" ON "backfill" USING btree ("project_id","created_at");--> statement-breakpoint
CREATE UNIQUE INDEX "pipeline_trigger_name" ON "pipeline_trigger" USING btree ("pipeline_id","name");--> statement-breakpoint
CREATE INDEX "pipeline_trigger_project" ON "pipeline_trigger" USING btree ("project_id","kind");--> statement-breakpoint
CREATE INDEX "pipeline_trigger_next" ON "pipeline_trigger" USING btree ("next_fire_at") WHERE next_fire_at is not null;--> statement-breakpoint
CREATE UNIQUE INDEX "trigger_fire_key" ON "trigger_fire" USING btree ("trigger_id","key");--> statement-breakpoint
CREATE INDEX "trigger_fire_latest" ON "trigger_fire" USING btree ("trigger_id","seq" DESC NULLS LAST);--> statement-breakpoint
CREATE INDEX "run_backfill" ON "run" USING btree ("backfill_id") WHERE backfill_id is not null;