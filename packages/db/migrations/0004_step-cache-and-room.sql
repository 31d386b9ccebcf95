ALTER TABLE "run" ADD COLUMN "priority" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "run" ADD COLUMN "concurrency" integer;--> statement-breakpoint
ALTER TABLE "run" ADD COLUMN "code_digest" text;--> statement-breakpoint
ALTER TABLE "step" ADD COLUMN "use_cache" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "step" ADD COLUMN "cache_key" text;--> statement-breakpoint
ALTER TABLE "step" ADD COLUMN "cache_note" jsonb;--> statement-breakpoint
ALTER TABLE "step" ADD COLUMN "cpu" integer DEFAULT 1 NOT NULL;--> statement-breakpoint
ALTER TABLE "step" ADD COLUMN "memory_bytes" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
CREATE INDEX "step_cache_key" ON "step" USING btree ("cache_key","ended_at") WHERE cache_key is not null and status in ('succeeded', 'cached');