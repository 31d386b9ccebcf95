CREATE TABLE "deployment_consumer" (
	"deployment_id" uuid NOT NULL,
	"user_id" text NOT NULL,
	"name" text NOT NULL,
	"requests" bigint NOT NULL,
	"first_called_at" timestamp with time zone NOT NULL,
	"last_called_at" timestamp with time zone NOT NULL,
	CONSTRAINT "deployment_consumer_deployment_id_user_id_pk" PRIMARY KEY("deployment_id","user_id")
);
--> statement-breakpoint
ALTER TABLE "deployment_consumer" ADD CONSTRAINT "deployment_consumer_deployment_id_deployment_id_fk" FOREIGN KEY ("deployment_id") REFERENCES "public"."deployment"("id") ON DELETE cascade ON UPDATE no action;