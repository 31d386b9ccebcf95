CREATE TABLE "account" (
	"id" text PRIMARY KEY NOT NULL,
	"account_id" text NOT NULL,
	"provider_id" text NOT NULL,
	"user_id" text NOT NULL,
	"access_token" text,
	"refresh_token" text,
	"id_token" text,
	"access_token_expires_at" timestamp with time zone,
	"refresh_token_expires_at" timestamp with time zone,
	"scope" text,
	"password" text,
	"created_at" timestamp with time zone NOT NULL,
	"updated_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "apikey" (
	"id" text PRIMARY KEY NOT NULL,
	"config_id" text DEFAULT 'default' NOT NULL,
	"name" text,
	"start" text,
	"prefix" text,
	"key" text NOT NULL,
	"reference_id" text NOT NULL,
	"refill_interval" integer,
	"refill_amount" integer,
	"last_refill_at" timestamp with time zone,
	"enabled" boolean DEFAULT true NOT NULL,
	"rate_limit_enabled" boolean DEFAULT false NOT NULL,
	"rate_limit_time_window" integer,
	"rate_limit_max" integer,
	"request_count" integer DEFAULT 0 NOT NULL,
	"remaining" integer,
	"last_request" timestamp with time zone,
	"expires_at" timestamp with time zone,
	"permissions" text,
	"metadata" text,
	"created_at" timestamp with time zone NOT NULL,
	"updated_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "invitation" (
	"id" uuid PRIMARY KEY NOT NULL,
	"email" text NOT NULL,
	"role" text NOT NULL,
	"token_hash" text NOT NULL,
	"invited_by" text NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	"accepted_at" timestamp with time zone,
	"revoked_at" timestamp with time zone,
	"created_at" timestamp with time zone NOT NULL,
	CONSTRAINT "invitation_token_hash_unique" UNIQUE("token_hash")
);
--> statement-breakpoint
CREATE TABLE "session" (
	"id" text PRIMARY KEY NOT NULL,
	"token" text NOT NULL,
	"user_id" text NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	"ip_address" text,
	"user_agent" text,
	"created_at" timestamp with time zone NOT NULL,
	"updated_at" timestamp with time zone NOT NULL,
	CONSTRAINT "session_token_unique" UNIQUE("token")
);
--> statement-breakpoint
CREATE TABLE "team" (
	"id" uuid PRIMARY KEY NOT NULL,
	"slug" text NOT NULL,
	"name" text NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	CONSTRAINT "team_slug_unique" UNIQUE("slug")
);
--> statement-breakpoint
CREATE TABLE "team_member" (
	"team_id" uuid NOT NULL,
	"user_id" text NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	CONSTRAINT "team_member_team_id_user_id_pk" PRIMARY KEY("team_id","user_id")
);
--> statement-breakpoint
CREATE TABLE "user" (
	"id" text PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"email" text NOT NULL,
	"email_verified" boolean DEFAULT false NOT NULL,
	"image" text,
	"role" text DEFAULT 'viewer' NOT NULL,
	"disabled_at" timestamp with time zone,
	"created_at" timestamp with time zone NOT NULL,
	"updated_at" timestamp with time zone NOT NULL,
	CONSTRAINT "user_email_unique" UNIQUE("email")
);
--> statement-breakpoint
CREATE TABLE "verification" (
	"id" text PRIMARY KEY NOT NULL,
	"identifier" text NOT NULL,
	"value" text NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"updated_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "audit_event" (
	"seq" bigserial PRIMARY KEY NOT NULL,
	"at" timestamp with time zone NOT NULL,
	"actor_id" text,
	"actor_name" text NOT NULL,
	"action" text NOT NULL,
	"subject_kind" text NOT NULL,
	"subject_id" text NOT NULL,
	"subject_name" text NOT NULL,
	"project_id" uuid,
	"data" jsonb DEFAULT '{}'::jsonb NOT NULL
);
--> statement-breakpoint
CREATE TABLE "job_outbox" (
	"seq" bigserial PRIMARY KEY NOT NULL,
	"job_id" uuid DEFAULT gen_random_uuid() NOT NULL,
	"name" text NOT NULL,
	"payload" jsonb NOT NULL,
	"key" text,
	"delay_seconds" integer DEFAULT 0 NOT NULL,
	"created_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "notification" (
	"id" uuid PRIMARY KEY NOT NULL,
	"user_id" text NOT NULL,
	"kind" text NOT NULL,
	"title" text NOT NULL,
	"body" text DEFAULT '' NOT NULL,
	"href" text NOT NULL,
	"read_at" timestamp with time zone,
	"created_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "project" (
	"id" uuid PRIMARY KEY NOT NULL,
	"slug" text NOT NULL,
	"title" text NOT NULL,
	"description" text DEFAULT '' NOT NULL,
	"visibility" text DEFAULT 'internal' NOT NULL,
	"team_id" uuid,
	"repository" text NOT NULL,
	"template" text,
	"template_version" text,
	"template_answers" jsonb,
	"created_by" text NOT NULL,
	"archived_at" timestamp with time zone,
	"created_at" timestamp with time zone NOT NULL,
	CONSTRAINT "project_slug_unique" UNIQUE("slug")
);
--> statement-breakpoint
CREATE TABLE "project_member" (
	"project_id" uuid NOT NULL,
	"user_id" text NOT NULL,
	"role" text NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	CONSTRAINT "project_member_project_id_user_id_pk" PRIMARY KEY("project_id","user_id")
);
--> statement-breakpoint
CREATE TABLE "lineage_edge" (
	"from_kind" text NOT NULL,
	"from_id" uuid NOT NULL,
	"to_kind" text NOT NULL,
	"to_id" uuid NOT NULL,
	"relation" text NOT NULL,
	"project_id" uuid NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	CONSTRAINT "lineage_edge_from_kind_from_id_to_kind_to_id_pk" PRIMARY KEY("from_kind","from_id","to_kind","to_id")
);
--> statement-breakpoint
CREATE TABLE "artifact" (
	"id" uuid PRIMARY KEY NOT NULL,
	"run_id" uuid NOT NULL,
	"step_key" text NOT NULL,
	"attempt_id" uuid NOT NULL,
	"path" text NOT NULL,
	"digest" text NOT NULL,
	"size_bytes" bigint NOT NULL,
	"executable" integer DEFAULT 0 NOT NULL,
	"created_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "dataset" (
	"id" uuid PRIMARY KEY NOT NULL,
	"project_id" uuid NOT NULL,
	"name" text NOT NULL,
	"created_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "dataset_version" (
	"id" uuid PRIMARY KEY NOT NULL,
	"dataset_id" uuid NOT NULL,
	"digest" text NOT NULL,
	"files" jsonb NOT NULL,
	"size_bytes" bigint NOT NULL,
	"commit" text NOT NULL,
	"created_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "metric_latest" (
	"run_id" uuid NOT NULL,
	"key" text NOT NULL,
	"value" double precision NOT NULL,
	"step" bigint NOT NULL,
	"at" timestamp with time zone NOT NULL,
	"step_key" text NOT NULL,
	"points" integer DEFAULT 1 NOT NULL,
	CONSTRAINT "metric_latest_run_id_key_pk" PRIMARY KEY("run_id","key")
);
--> statement-breakpoint
CREATE TABLE "metric_point" (
	"run_id" uuid NOT NULL,
	"key" text NOT NULL,
	"step" bigint NOT NULL,
	"seq" bigint NOT NULL,
	"value" double precision NOT NULL,
	"at" timestamp with time zone NOT NULL,
	"step_key" text NOT NULL,
	CONSTRAINT "metric_point_run_id_key_step_seq_pk" PRIMARY KEY("run_id","key","step","seq")
);
--> statement-breakpoint
CREATE TABLE "run_param" (
	"run_id" uuid NOT NULL,
	"key" text NOT NULL,
	"value" text NOT NULL,
	"step_key" text NOT NULL,
	CONSTRAINT "run_param_run_id_key_pk" PRIMARY KEY("run_id","key")
);
--> statement-breakpoint
CREATE TABLE "model_alias" (
	"model_id" uuid NOT NULL,
	"alias" text NOT NULL,
	"version_id" uuid NOT NULL,
	"updated_at" timestamp with time zone NOT NULL,
	CONSTRAINT "model_alias_model_id_alias_pk" PRIMARY KEY("model_id","alias")
);
--> statement-breakpoint
CREATE TABLE "model_alias_event" (
	"seq" bigserial PRIMARY KEY NOT NULL,
	"model_id" uuid NOT NULL,
	"alias" text NOT NULL,
	"from_version" integer,
	"to_version" integer,
	"actor_name" text NOT NULL,
	"reason" text DEFAULT '' NOT NULL,
	"at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "model_version" (
	"id" uuid PRIMARY KEY NOT NULL,
	"model_id" uuid NOT NULL,
	"version" integer NOT NULL,
	"status" text DEFAULT 'ready' NOT NULL,
	"digest" text NOT NULL,
	"size_bytes" bigint NOT NULL,
	"run_id" uuid NOT NULL,
	"commit" text NOT NULL,
	"data_digest" text,
	"lock_digest" text NOT NULL,
	"signature" jsonb NOT NULL,
	"descriptor" jsonb NOT NULL,
	"metrics" jsonb NOT NULL,
	"params" jsonb NOT NULL,
	"card" text DEFAULT '' NOT NULL,
	"tags" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"created_by" text,
	"created_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "model_version_file" (
	"version_id" uuid NOT NULL,
	"path" text NOT NULL,
	"digest" text NOT NULL,
	"size_bytes" bigint NOT NULL,
	CONSTRAINT "model_version_file_version_id_path_pk" PRIMARY KEY("version_id","path")
);
--> statement-breakpoint
CREATE TABLE "registered_model" (
	"id" uuid PRIMARY KEY NOT NULL,
	"project_id" uuid NOT NULL,
	"name" text NOT NULL,
	"description" text DEFAULT '' NOT NULL,
	"task" text DEFAULT '' NOT NULL,
	"framework" text DEFAULT '' NOT NULL,
	"tags" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"last_version" integer DEFAULT 0 NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"updated_at" timestamp with time zone NOT NULL,
	CONSTRAINT "registered_model_name_unique" UNIQUE("name")
);
--> statement-breakpoint
CREATE TABLE "attempt" (
	"id" uuid PRIMARY KEY NOT NULL,
	"run_id" uuid NOT NULL,
	"step_id" uuid NOT NULL,
	"number" integer NOT NULL,
	"status" text DEFAULT 'launching' NOT NULL,
	"handle" jsonb,
	"exit_code" integer,
	"reason" text DEFAULT '' NOT NULL,
	"cancel_requested" boolean DEFAULT false NOT NULL,
	"timed_out" boolean DEFAULT false NOT NULL,
	"deadline_at" timestamp with time zone,
	"metrics_offset" bigint DEFAULT 0 NOT NULL,
	"log_digest" text,
	"queued_at" timestamp with time zone NOT NULL,
	"launched_at" timestamp with time zone NOT NULL,
	"started_at" timestamp with time zone,
	"ended_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "pipeline" (
	"id" uuid PRIMARY KEY NOT NULL,
	"project_id" uuid NOT NULL,
	"name" text NOT NULL,
	"description" text DEFAULT '' NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"removed_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "pipeline_version" (
	"id" uuid PRIMARY KEY NOT NULL,
	"pipeline_id" uuid NOT NULL,
	"number" integer NOT NULL,
	"commit" text NOT NULL,
	"spec" jsonb NOT NULL,
	"spec_digest" text NOT NULL,
	"created_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "project_spec" (
	"project_id" uuid PRIMARY KEY NOT NULL,
	"commit" text,
	"spec" jsonb,
	"registered_at" timestamp with time zone,
	"problem" jsonb
);
--> statement-breakpoint
CREATE TABLE "run" (
	"id" uuid PRIMARY KEY NOT NULL,
	"project_id" uuid NOT NULL,
	"pipeline_version_id" uuid NOT NULL,
	"pipeline_name" text NOT NULL,
	"number" integer NOT NULL,
	"status" text DEFAULT 'queued' NOT NULL,
	"reason" text DEFAULT '' NOT NULL,
	"trigger_kind" text NOT NULL,
	"trigger_key" text NOT NULL,
	"cause" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"parameters" jsonb NOT NULL,
	"commit" text NOT NULL,
	"lock_digest" text,
	"data_digest" text,
	"requested_by" text,
	"requested_by_name" text NOT NULL,
	"retry_of" uuid,
	"created_at" timestamp with time zone NOT NULL,
	"started_at" timestamp with time zone,
	"ended_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "run_counter" (
	"project_id" uuid PRIMARY KEY NOT NULL,
	"last_number" integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE "run_event" (
	"seq" bigserial PRIMARY KEY NOT NULL,
	"run_id" uuid NOT NULL,
	"step_key" text,
	"attempt" integer,
	"kind" text NOT NULL,
	"message" text DEFAULT '' NOT NULL,
	"at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "step" (
	"id" uuid PRIMARY KEY NOT NULL,
	"run_id" uuid NOT NULL,
	"key" text NOT NULL,
	"position" integer NOT NULL,
	"stage" text NOT NULL,
	"status" text NOT NULL,
	"reason" text DEFAULT '' NOT NULL,
	"needs" jsonb NOT NULL,
	"deps_left" integer NOT NULL,
	"attempts" integer DEFAULT 0 NOT NULL,
	"available_at" timestamp with time zone,
	"queued_at" timestamp with time zone,
	"started_at" timestamp with time zone,
	"ended_at" timestamp with time zone,
	"reused_from" uuid,
	"progress" jsonb,
	"summary" text
);
--> statement-breakpoint
CREATE TABLE "scaffold_step" (
	"task_id" uuid NOT NULL,
	"position" integer NOT NULL,
	"action" text NOT NULL,
	"title" text NOT NULL,
	"status" text DEFAULT 'queued' NOT NULL,
	"checkpoint" jsonb,
	"log" text DEFAULT '' NOT NULL,
	"error" text,
	"started_at" timestamp with time zone,
	"ended_at" timestamp with time zone,
	CONSTRAINT "scaffold_step_task_id_position_pk" PRIMARY KEY("task_id","position")
);
--> statement-breakpoint
CREATE TABLE "scaffold_task" (
	"id" uuid PRIMARY KEY NOT NULL,
	"template" text NOT NULL,
	"template_version" text NOT NULL,
	"slug" text NOT NULL,
	"answers" jsonb NOT NULL,
	"visibility" text DEFAULT 'internal' NOT NULL,
	"team_id" uuid,
	"status" text DEFAULT 'queued' NOT NULL,
	"reason" text DEFAULT '' NOT NULL,
	"project_id" uuid,
	"run_id" uuid,
	"created_by" text NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"ended_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "approval" (
	"id" uuid PRIMARY KEY NOT NULL,
	"change_request_id" uuid NOT NULL,
	"user_id" text NOT NULL,
	"user_name" text NOT NULL,
	"verdict" text NOT NULL,
	"comment" text DEFAULT '' NOT NULL,
	"bound_to" text NOT NULL,
	"at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "change_request" (
	"id" uuid PRIMARY KEY NOT NULL,
	"number" serial NOT NULL,
	"project_id" uuid NOT NULL,
	"environment_id" uuid NOT NULL,
	"deployment_name" text NOT NULL,
	"kind" text NOT NULL,
	"model_id" uuid NOT NULL,
	"version_id" uuid,
	"previous_version_id" uuid,
	"manifest_path" text NOT NULL,
	"manifest_before" text,
	"manifest_after" text,
	"status" text DEFAULT 'open' NOT NULL,
	"reason" text DEFAULT '' NOT NULL,
	"gates" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"gates_at" timestamp with time zone,
	"author_id" text,
	"author_name" text NOT NULL,
	"opened_by_run_id" uuid,
	"approvals_required" integer NOT NULL,
	"commit" text,
	"outcome" text DEFAULT '' NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"decided_at" timestamp with time zone,
	"ended_at" timestamp with time zone,
	CONSTRAINT "change_request_number_unique" UNIQUE("number")
);
--> statement-breakpoint
CREATE TABLE "change_request_event" (
	"seq" bigserial PRIMARY KEY NOT NULL,
	"change_request_id" uuid NOT NULL,
	"kind" text NOT NULL,
	"actor_id" text,
	"actor_name" text NOT NULL,
	"message" text DEFAULT '' NOT NULL,
	"at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "deployment" (
	"id" uuid PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"project_id" uuid NOT NULL,
	"environment_id" uuid NOT NULL,
	"model_id" uuid NOT NULL,
	"lifecycle" text DEFAULT 'active' NOT NULL,
	"sync" text DEFAULT 'unknown' NOT NULL,
	"health" text DEFAULT 'missing' NOT NULL,
	"message" text DEFAULT '' NOT NULL,
	"desired_version_id" uuid,
	"desired_commit" text,
	"live_version_id" uuid,
	"live_since" timestamp with time zone,
	"held" boolean DEFAULT false NOT NULL,
	"failures" integer DEFAULT 0 NOT NULL,
	"retry_at" timestamp with time zone,
	"created_at" timestamp with time zone NOT NULL,
	"updated_at" timestamp with time zone NOT NULL,
	CONSTRAINT "deployment_name_unique" UNIQUE("name")
);
--> statement-breakpoint
CREATE TABLE "deployment_event" (
	"seq" bigserial PRIMARY KEY NOT NULL,
	"deployment_id" uuid NOT NULL,
	"kind" text NOT NULL,
	"message" text NOT NULL,
	"change_request_number" integer,
	"at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "deployment_revision" (
	"id" uuid PRIMARY KEY NOT NULL,
	"deployment_id" uuid NOT NULL,
	"version_id" uuid NOT NULL,
	"change_request_id" uuid NOT NULL,
	"commit" text NOT NULL,
	"live_at" timestamp with time zone,
	"ended_at" timestamp with time zone,
	"created_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "environment" (
	"id" uuid PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"position" integer NOT NULL,
	"approvals_required" integer NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	CONSTRAINT "environment_name_unique" UNIQUE("name")
);
--> statement-breakpoint
CREATE TABLE "endpoint" (
	"deployment_id" uuid PRIMARY KEY NOT NULL,
	"deployment_name" text NOT NULL,
	"version_id" uuid NOT NULL,
	"address" text NOT NULL,
	"updated_at" timestamp with time zone NOT NULL,
	CONSTRAINT "endpoint_deployment_name_unique" UNIQUE("deployment_name")
);
--> statement-breakpoint
CREATE TABLE "inference_segment" (
	"id" uuid PRIMARY KEY NOT NULL,
	"deployment_id" uuid NOT NULL,
	"version_id" uuid NOT NULL,
	"path" text NOT NULL,
	"rows" integer NOT NULL,
	"size_bytes" bigint NOT NULL,
	"from_time" timestamp with time zone NOT NULL,
	"to_time" timestamp with time zone NOT NULL,
	"logged_at" timestamp with time zone NOT NULL,
	CONSTRAINT "inference_segment_path_unique" UNIQUE("path")
);
--> statement-breakpoint
CREATE TABLE "traffic_minute" (
	"deployment_id" uuid NOT NULL,
	"minute" timestamp with time zone NOT NULL,
	"version" integer NOT NULL,
	"requests" integer NOT NULL,
	"rows" integer NOT NULL,
	"client_errors" integer NOT NULL,
	"server_errors" integer NOT NULL,
	"dropped" integer NOT NULL,
	"latency_sum_ms" double precision NOT NULL,
	"latency_p95_ms" double precision NOT NULL,
	CONSTRAINT "traffic_minute_deployment_id_minute_version_pk" PRIMARY KEY("deployment_id","minute","version")
);
--> statement-breakpoint
CREATE TABLE "alert" (
	"id" uuid PRIMARY KEY NOT NULL,
	"monitor_id" uuid NOT NULL,
	"deployment_id" uuid NOT NULL,
	"project_id" uuid NOT NULL,
	"version_id" uuid NOT NULL,
	"status" text DEFAULT 'firing' NOT NULL,
	"summary" text NOT NULL,
	"columns" jsonb NOT NULL,
	"since" timestamp with time zone NOT NULL,
	"window_end" timestamp with time zone NOT NULL,
	"report_id" uuid NOT NULL,
	"run_id" uuid,
	"acknowledged_by" text,
	"opened_at" timestamp with time zone NOT NULL,
	"resolved_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "drift_report" (
	"id" uuid PRIMARY KEY NOT NULL,
	"monitor_id" uuid NOT NULL,
	"deployment_id" uuid NOT NULL,
	"version_id" uuid NOT NULL,
	"window_start" timestamp with time zone NOT NULL,
	"window_end" timestamp with time zone NOT NULL,
	"reference_rows" integer NOT NULL,
	"current_rows" integer NOT NULL,
	"first_row" timestamp with time zone,
	"last_row" timestamp with time zone,
	"verdict" text NOT NULL,
	"drifted_columns" jsonb NOT NULL,
	"columns" jsonb NOT NULL,
	"created_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "monitor" (
	"id" uuid PRIMARY KEY NOT NULL,
	"deployment_id" uuid NOT NULL,
	"name" text NOT NULL,
	"window_seconds" integer NOT NULL,
	"min_rows" integer NOT NULL,
	"alert_after" integer NOT NULL,
	"of_last" integer NOT NULL,
	"evaluated_to" timestamp with time zone,
	"created_at" timestamp with time zone NOT NULL,
	CONSTRAINT "monitor_deployment_id_unique" UNIQUE("deployment_id")
);
--> statement-breakpoint
ALTER TABLE "account" ADD CONSTRAINT "account_user_id_user_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."user"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "invitation" ADD CONSTRAINT "invitation_invited_by_user_id_fk" FOREIGN KEY ("invited_by") REFERENCES "public"."user"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "session" ADD CONSTRAINT "session_user_id_user_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."user"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "team_member" ADD CONSTRAINT "team_member_team_id_team_id_fk" FOREIGN KEY ("team_id") REFERENCES "public"."team"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "team_member" ADD CONSTRAINT "team_member_user_id_user_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."user"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "notification" ADD CONSTRAINT "notification_user_id_user_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."user"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "project" ADD CONSTRAINT "project_team_id_team_id_fk" FOREIGN KEY ("team_id") REFERENCES "public"."team"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "project" ADD CONSTRAINT "project_created_by_user_id_fk" FOREIGN KEY ("created_by") REFERENCES "public"."user"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "project_member" ADD CONSTRAINT "project_member_project_id_project_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."project"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "project_member" ADD CONSTRAINT "project_member_user_id_user_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."user"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "dataset" ADD CONSTRAINT "dataset_project_id_project_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."project"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "dataset_version" ADD CONSTRAINT "dataset_version_dataset_id_dataset_id_fk" FOREIGN KEY ("dataset_id") REFERENCES "public"."dataset"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "model_alias" ADD CONSTRAINT "model_alias_model_id_registered_model_id_fk" FOREIGN KEY ("model_id") REFERENCES "public"."registered_model"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "model_alias" ADD CONSTRAINT "model_alias_version_id_model_version_id_fk" FOREIGN KEY ("version_id") REFERENCES "public"."model_version"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "model_alias_event" ADD CONSTRAINT "model_alias_event_model_id_registered_model_id_fk" FOREIGN KEY ("model_id") REFERENCES "public"."registered_model"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "model_version" ADD CONSTRAINT "model_version_model_id_registered_model_id_fk" FOREIGN KEY ("model_id") REFERENCES "public"."registered_model"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "model_version_file" ADD CONSTRAINT "model_version_file_version_id_model_version_id_fk" FOREIGN KEY ("version_id") REFERENCES "public"."model_version"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "registered_model" ADD CONSTRAINT "registered_model_project_id_project_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."project"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "attempt" ADD CONSTRAINT "attempt_run_id_run_id_fk" FOREIGN KEY ("run_id") REFERENCES "public"."run"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "attempt" ADD CONSTRAINT "attempt_step_id_step_id_fk" FOREIGN KEY ("step_id") REFERENCES "public"."step"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "pipeline" ADD CONSTRAINT "pipeline_project_id_project_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."project"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "pipeline_version" ADD CONSTRAINT "pipeline_version_pipeline_id_pipeline_id_fk" FOREIGN KEY ("pipeline_id") REFERENCES "public"."pipeline"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "project_spec" ADD CONSTRAINT "project_spec_project_id_project_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."project"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "run" ADD CONSTRAINT "run_project_id_project_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."project"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "run" ADD CONSTRAINT "run_pipeline_version_id_pipeline_version_id_fk" FOREIGN KEY ("pipeline_version_id") REFERENCES "public"."pipeline_version"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "run_counter" ADD CONSTRAINT "run_counter_project_id_project_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."project"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "run_event" ADD CONSTRAINT "run_event_run_id_run_id_fk" FOREIGN KEY ("run_id") REFERENCES "public"."run"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "step" ADD CONSTRAINT "step_run_id_run_id_fk" FOREIGN KEY ("run_id") REFERENCES "public"."run"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "scaffold_step" ADD CONSTRAINT "scaffold_step_task_id_scaffold_task_id_fk" FOREIGN KEY ("task_id") REFERENCES "public"."scaffold_task"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "scaffold_task" ADD CONSTRAINT "scaffold_task_created_by_user_id_fk" FOREIGN KEY ("created_by") REFERENCES "public"."user"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "approval" ADD CONSTRAINT "approval_change_request_id_change_request_id_fk" FOREIGN KEY ("change_request_id") REFERENCES "public"."change_request"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "change_request" ADD CONSTRAINT "change_request_project_id_project_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."project"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "change_request" ADD CONSTRAINT "change_request_environment_id_environment_id_fk" FOREIGN KEY ("environment_id") REFERENCES "public"."environment"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "change_request" ADD CONSTRAINT "change_request_model_id_registered_model_id_fk" FOREIGN KEY ("model_id") REFERENCES "public"."registered_model"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "change_request" ADD CONSTRAINT "change_request_version_id_model_version_id_fk" FOREIGN KEY ("version_id") REFERENCES "public"."model_version"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "change_request" ADD CONSTRAINT "change_request_previous_version_id_model_version_id_fk" FOREIGN KEY ("previous_version_id") REFERENCES "public"."model_version"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "change_request_event" ADD CONSTRAINT "change_request_event_change_request_id_change_request_id_fk" FOREIGN KEY ("change_request_id") REFERENCES "public"."change_request"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "deployment" ADD CONSTRAINT "deployment_project_id_project_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."project"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "deployment" ADD CONSTRAINT "deployment_environment_id_environment_id_fk" FOREIGN KEY ("environment_id") REFERENCES "public"."environment"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "deployment" ADD CONSTRAINT "deployment_model_id_registered_model_id_fk" FOREIGN KEY ("model_id") REFERENCES "public"."registered_model"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "deployment" ADD CONSTRAINT "deployment_desired_version_id_model_version_id_fk" FOREIGN KEY ("desired_version_id") REFERENCES "public"."model_version"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "deployment" ADD CONSTRAINT "deployment_live_version_id_model_version_id_fk" FOREIGN KEY ("live_version_id") REFERENCES "public"."model_version"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "deployment_event" ADD CONSTRAINT "deployment_event_deployment_id_deployment_id_fk" FOREIGN KEY ("deployment_id") REFERENCES "public"."deployment"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "deployment_revision" ADD CONSTRAINT "deployment_revision_deployment_id_deployment_id_fk" FOREIGN KEY ("deployment_id") REFERENCES "public"."deployment"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "deployment_revision" ADD CONSTRAINT "deployment_revision_version_id_model_version_id_fk" FOREIGN KEY ("version_id") REFERENCES "public"."model_version"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "deployment_revision" ADD CONSTRAINT "deployment_revision_change_request_id_change_request_id_fk" FOREIGN KEY ("change_request_id") REFERENCES "public"."change_request"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "endpoint" ADD CONSTRAINT "endpoint_deployment_id_deployment_id_fk" FOREIGN KEY ("deployment_id") REFERENCES "public"."deployment"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "inference_segment" ADD CONSTRAINT "inference_segment_deployment_id_deployment_id_fk" FOREIGN KEY ("deployment_id") REFERENCES "public"."deployment"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "traffic_minute" ADD CONSTRAINT "traffic_minute_deployment_id_deployment_id_fk" FOREIGN KEY ("deployment_id") REFERENCES "public"."deployment"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "alert" ADD CONSTRAINT "alert_monitor_id_monitor_id_fk" FOREIGN KEY ("monitor_id") REFERENCES "public"."monitor"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "drift_report" ADD CONSTRAINT "drift_report_monitor_id_monitor_id_fk" FOREIGN KEY ("monitor_id") REFERENCES "public"."monitor"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "monitor" ADD CONSTRAINT "monitor_deployment_id_deployment_id_fk" FOREIGN KEY ("deployment_id") REFERENCES "public"."deployment"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "account_user" ON "account" USING btree ("user_id");--> statement-breakpoint
CREATE INDEX "apikey_key" ON "apikey" USING btree ("key");--> statement-breakpoint
CREATE INDEX "apikey_reference" ON "apikey" USING btree ("reference_id");--> statement-breakpoint
CREATE INDEX "session_user" ON "session" USING btree ("user_id");--> statement-breakpoint
CREATE INDEX "team_member_user" ON "team_member" USING btree ("user_id");--> statement-breakpoint
CREATE INDEX "verification_identifier" ON "verification" USING btree ("identifier");--> statement-breakpoint
CREATE INDEX "audit_event_project" ON "audit_event" USING btree ("project_id","seq");--> statement-breakpoint
CREATE INDEX "audit_event_subject" ON "audit_event" USING btree ("subject_kind","subject_id","seq");--> statement-breakpoint
CREATE INDEX "audit_event_actor" ON "audit_event" USING btree ("actor_id","seq");--> statement-breakpoint
CREATE INDEX "audit_event_action" ON "audit_event" USING btree ("action","seq");--> statement-breakpoint
CREATE INDEX "notification_user" ON "notification" USING btree ("user_id","id");--> statement-breakpoint
CREATE INDEX "project_created" ON "project" USING btree ("created_at");--> statement-breakpoint
CREATE INDEX "project_template" ON "project" USING btree ("template");--> statement-breakpoint
CREATE INDEX "project_member_user" ON "project_member" USING btree ("user_id");--> statement-breakpoint
CREATE INDEX "lineage_edge_to" ON "lineage_edge" USING btree ("to_kind","to_id");--> statement-breakpoint
CREATE UNIQUE INDEX "artifact_run_attempt_path" ON "artifact" USING btree ("run_id","attempt_id","path");--> statement-breakpoint
CREATE INDEX "artifact_run" ON "artifact" USING btree ("run_id","step_key","path");--> statement-breakpoint
CREATE INDEX "artifact_digest" ON "artifact" USING btree ("digest");--> statement-breakpoint
CREATE UNIQUE INDEX "dataset_project_name" ON "dataset" USING btree ("project_id","name");--> statement-breakpoint
CREATE UNIQUE INDEX "dataset_version_digest" ON "dataset_version" USING btree ("dataset_id","digest");--> statement-breakpoint
CREATE INDEX "metric_latest_key" ON "metric_latest" USING btree ("key","value");--> statement-breakpoint
CREATE INDEX "model_alias_version" ON "model_alias" USING btree ("version_id");--> statement-breakpoint
CREATE INDEX "model_alias_event_model" ON "model_alias_event" USING btree ("model_id","seq");--> statement-breakpoint
CREATE UNIQUE INDEX "model_version_number" ON "model_version" USING btree ("model_id","version");--> statement-breakpoint
CREATE UNIQUE INDEX "model_version_run" ON "model_version" USING btree ("model_id","run_id");--> statement-breakpoint
CREATE INDEX "model_version_run_id" ON "model_version" USING btree ("run_id");--> statement-breakpoint
CREATE INDEX "model_version_created" ON "model_version" USING btree ("created_at");--> statement-breakpoint
CREATE INDEX "model_version_file_digest" ON "model_version_file" USING btree ("digest");--> statement-breakpoint
CREATE INDEX "registered_model_project" ON "registered_model" USING btree ("project_id");--> statement-breakpoint
CREATE INDEX "registered_model_updated" ON "registered_model" USING btree ("updated_at");--> statement-breakpoint
CREATE UNIQUE INDEX "attempt_step_number" ON "attempt" USING btree ("step_id","number");--> statement-breakpoint
CREATE INDEX "attempt_run" ON "attempt" USING btree ("run_id");--> statement-breakpoint
CREATE INDEX "attempt_live" ON "attempt" USING btree ("status") WHERE status in ('launching', 'running');--> statement-breakpoint
CREATE UNIQUE INDEX "pipeline_project_name" ON "pipeline" USING btree ("project_id","name");--> statement-breakpoint
CREATE UNIQUE INDEX "pipeline_version_number" ON "pipeline_version" USING btree ("pipeline_id","number");--> statement-breakpoint
CREATE INDEX "pipeline_version_commit" ON "pipeline_version" USING btree ("pipeline_id","commit");--> statement-breakpoint
CREATE UNIQUE INDEX "run_project_number" ON "run" USING btree ("project_id","number");--> statement-breakpoint
CREATE UNIQUE INDEX "run_trigger" ON "run" USING btree ("project_id","pipeline_name","trigger_key");--> statement-breakpoint
CREATE INDEX "run_created" ON "run" USING btree ("created_at","id");--> statement-breakpoint
CREATE INDEX "run_project_created" ON "run" USING btree ("project_id","created_at","id");--> statement-breakpoint
CREATE INDEX "run_status_created" ON "run" USING btree ("status","created_at");--> statement-breakpoint
CREATE INDEX "run_pipeline_created" ON "run" USING btree ("project_id","pipeline_name","created_at");--> statement-breakpoint
CREATE INDEX "run_retry_of" ON "run" USING btree ("retry_of") WHERE retry_of is not null;--> statement-breakpoint
CREATE INDEX "run_live" ON "run" USING btree ("status") WHERE status in ('queued', 'running', 'cancelling');--> statement-breakpoint
CREATE INDEX "run_event_run" ON "run_event" USING btree ("run_id","seq");--> statement-breakpoint
CREATE UNIQUE INDEX "step_run_key" ON "step" USING btree ("run_id","key");--> statement-breakpoint
CREATE INDEX "step_queued" ON "step" USING btree ("queued_at") WHERE status = 'queued';--> statement-breakpoint
CREATE INDEX "scaffold_task_creator" ON "scaffold_task" USING btree ("created_by","created_at");--> statement-breakpoint
CREATE INDEX "scaffold_task_slug" ON "scaffold_task" USING btree ("slug");--> statement-breakpoint
CREATE UNIQUE INDEX "approval_once" ON "approval" USING btree ("change_request_id","user_id");--> statement-breakpoint
CREATE INDEX "change_request_status" ON "change_request" USING btree ("status","created_at");--> statement-breakpoint
CREATE INDEX "change_request_project" ON "change_request" USING btree ("project_id","created_at");--> statement-breakpoint
CREATE INDEX "change_request_deployment" ON "change_request" USING btree ("deployment_name","created_at");--> statement-breakpoint
CREATE INDEX "change_request_version" ON "change_request" USING btree ("version_id");--> statement-breakpoint
CREATE UNIQUE INDEX "change_request_run" ON "change_request" USING btree ("opened_by_run_id");--> statement-breakpoint
CREATE INDEX "change_request_event_request" ON "change_request_event" USING btree ("change_request_id","seq");--> statement-breakpoint
CREATE INDEX "deployment_project" ON "deployment" USING btree ("project_id");--> statement-breakpoint
CREATE INDEX "deployment_model" ON "deployment" USING btree ("model_id");--> statement-breakpoint
CREATE INDEX "deployment_live" ON "deployment" USING btree ("live_version_id");--> statement-breakpoint
CREATE INDEX "deployment_event_deployment" ON "deployment_event" USING btree ("deployment_id","seq");--> statement-breakpoint
CREATE INDEX "deployment_revision_deployment" ON "deployment_revision" USING btree ("deployment_id","created_at");--> statement-breakpoint
CREATE UNIQUE INDEX "deployment_revision_request" ON "deployment_revision" USING btree ("change_request_id");--> statement-breakpoint
CREATE INDEX "inference_segment_window" ON "inference_segment" USING btree ("deployment_id","to_time");--> statement-breakpoint
CREATE UNIQUE INDEX "alert_open" ON "alert" USING btree ("monitor_id","version_id") WHERE status in ('firing', 'acknowledged');--> statement-breakpoint
CREATE INDEX "alert_status" ON "alert" USING btree ("status","opened_at");--> statement-breakpoint
CREATE INDEX "alert_deployment" ON "alert" USING btree ("deployment_id","opened_at");--> statement-breakpoint
CREATE INDEX "alert_project" ON "alert" USING btree ("project_id","opened_at");--> statement-breakpoint
CREATE UNIQUE INDEX "drift_report_window" ON "drift_report" USING btree ("monitor_id","version_id","window_start");--> statement-breakpoint
CREATE INDEX "drift_report_deployment" ON "drift_report" USING btree ("deployment_id","window_start");