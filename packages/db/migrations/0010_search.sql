CREATE INDEX "model_version_updated" ON "model_version" USING btree ("updated_at");--> statement-breakpoint
CREATE INDEX "model_version_tags" ON "model_version" USING gin ("tags" jsonb_path_ops);--> statement-breakpoint
CREATE INDEX "registered_model_bytewise" ON "registered_model" USING btree ("name" collate "C");--> statement-breakpoint
CREATE INDEX "registered_model_tags" ON "registered_model" USING gin ("tags" jsonb_path_ops);