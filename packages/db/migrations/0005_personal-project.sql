ALTER TABLE "project" ADD COLUMN "personal_of" text;--> statement-breakpoint
ALTER TABLE "project" ADD CONSTRAINT "project_personal_of_user_id_fk" FOREIGN KEY ("personal_of") REFERENCES "public"."user"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "project" ADD CONSTRAINT "project_personal_of_unique" UNIQUE("personal_of");