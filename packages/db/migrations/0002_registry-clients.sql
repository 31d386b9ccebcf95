CREATE TABLE "model_reproduction" (
	"id" uuid PRIMARY KEY NOT NULL,
	"version_id" uuid NOT NULL,
	"run_id" uuid NOT NULL,
	"status" text DEFAULT 'running' NOT NULL,
	"tolerance" double precision NOT NULL,
	"metrics" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"reason" text DEFAULT '' NOT NULL,
	"requested_by" text NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"ended_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "registry_webhook" (
	"id" uuid PRIMARY KEY NOT NULL,
	"project_id" uuid,
	"owner_id" text NOT NULL,
	"name" text NOT NULL,
	"description" text,
	"url" text NOT NULL,
	"events" jsonb NOT NULL,
	"sealed_secret" text,
	"status" text DEFAULT 'ACTIVE' NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"updated_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "webhook_delivery" (
	"id" uuid PRIMARY KEY NOT NULL,
	"webhook_id" uuid NOT NULL,
	"event" text NOT NULL,
	"body" text NOT NULL,
	"status" text DEFAULT 'waiting' NOT NULL,
	"attempts" integer DEFAULT 0 NOT NULL,
	"response_status" integer,
	"error" text DEFAULT '' NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"last_attempt_at" timestamp with time zone
);
--> statement-breakpoint
ALTER TABLE "registered_model" DROP CONSTRAINT "registered_model_name_unique";--> statement-breakpoint
DROP INDEX "model_version_run";--> statement-breakpoint
ALTER TABLE "model_version" ALTER COLUMN "run_id" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "model_version" ALTER COLUMN "commit" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "model_version" ALTER COLUMN "lock_digest" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "model_version" ADD COLUMN "origin" text DEFAULT 'pipeline' NOT NULL;--> statement-breakpoint
ALTER TABLE "model_version" ADD COLUMN "run_ref" text DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE "model_version" ADD COLUMN "run_link" text DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE "model_version" ADD COLUMN "source" text DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE "model_version" ADD COLUMN "logged_model_id" uuid;--> statement-breakpoint
ALTER TABLE "model_version" ADD COLUMN "stage" text DEFAULT 'None' NOT NULL;--> statement-breakpoint
ALTER TABLE "model_version" ADD COLUMN "user_name" text DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE "model_version" ADD COLUMN "verification" jsonb;--> statement-breakpoint
ALTER TABLE "model_version" ADD COLUMN "updated_at" timestamp with time zone DEFAULT now() NOT NULL;--> statement-breakpoint
UPDATE "model_version" SET "updated_at" = "created_at", "run_ref" = replace("run_id"::text, '-', ''), "source" = 'mlflow-artifacts:/model-versions/' || "id";--> statement-breakpoint
ALTER TABLE "model_version" ADD COLUMN "deleted_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "registered_model" ADD COLUMN "created_by" text;--> statement-breakpoint
ALTER TABLE "registered_model" ADD COLUMN "deleted_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "model_reproduction" ADD CONSTRAINT "model_reproduction_version_id_model_version_id_fk" FOREIGN KEY ("version_id") REFERENCES "public"."model_version"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "registry_webhook" ADD CONSTRAINT "registry_webhook_project_id_project_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."project"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "registry_webhook" ADD CONSTRAINT "registry_webhook_owner_id_user_id_fk" FOREIGN KEY ("owner_id") REFERENCES "public"."user"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "webhook_delivery" ADD CONSTRAINT "webhook_delivery_webhook_id_registry_webhook_id_fk" FOREIGN KEY ("webhook_id") REFERENCES "public"."registry_webhook"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "model_reproduction_run" ON "model_reproduction" USING btree ("run_id");--> statement-breakpoint
CREATE INDEX "model_reproduction_version" ON "model_reproduction" USING btree ("version_id","id");--> statement-breakpoint
CREATE INDEX "registry_webhook_owner" ON "registry_webhook" USING btree ("owner_id");--> statement-breakpoint
CREATE INDEX "registry_webhook_project" ON "registry_webhook" USING btree ("project_id");--> statement-breakpoint
CREATE INDEX "webhook_delivery_webhook" ON "webhook_delivery" USING btree ("webhook_id","id");--> statement-breakpoint
CREATE INDEX "model_version_run_ref" ON "model_version" USING btree ("run_ref");--> statement-breakpoint
CREATE INDEX "model_version_logged_model" ON "model_version" USING btree ("logged_model_id");--> statement-breakpoint
CREATE UNIQUE INDEX "registered_model_name" ON "registered_model" USING btree ("name") WHERE deleted_at is null;--> statement-breakpoint
CREATE UNIQUE INDEX "model_version_run" ON "model_version" USING btree ("model_id","run_id") WHERE origin = 'pipeline';