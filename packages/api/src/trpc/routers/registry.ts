import { requireProject } from "@trellis/core/catalog/index.ts";
import { reproduceVersion, reproduceVersionInput } from "@trellis/core/pipelines/index.ts";
import {
  archiveVersion,
  archiveVersionInput,
  compareVersions,
  compareVersionsInput,
  createWebhook,
  deleteModelVersion,
  deleteRegisteredModel,
  deleteWebhook,
  getModel,
  getModelVersion,
  listModels,
  listModelsInput,
  listWebhookDeliveries,
  listWebhooks,
  moveModel,
  removeAlias,
  removeAliasInput,
  restoreModel,
  restoreModelVersion,
  setAlias,
  setAliasInput,
  setModelTags,
  setModelTagsInput,
  setVersionTags,
  setVersionTagsInput,
  testWebhook,
  updateCard,
  updateCardInput,
  updateModel,
  updateModelInput,
  updateWebhook,
  verifyVersion,
  verifyVersionInput,
  WEBHOOK_EVENTS,
} from "@trellis/core/registry/index.ts";
import { z } from "zod";
import { modelReference, toVersionReference, versionReference } from "../references.ts";
import { procedure, router } from "../trpc.ts";
import { versionFilePages } from "./version-file-pages.ts";

const namedVersion = z.object({ model: z.string().max(256), version: z.coerce.number().int().positive() });

const webhookFields = z.object({
  name: z.string().min(1).max(63),
  url: z.string().min(1).max(2_000),
  events: z.array(z.enum(WEBHOOK_EVENTS)).min(1),
  secret: z.string().max(1_000).optional(),
  status: z.enum(["ACTIVE", "DISABLED"]).optional(),
  description: z.string().max(1_000).optional(),
});

export const registryRouter = router({
  ...versionFilePages,
  models: procedure("project.list", "GET /models", "The model catalogue")
    .input(listModelsInput)
    .query(({ ctx, input }) => listModels(ctx.core, input)),
  model: procedure("project.read", "GET /models/{model}", "One model with its versions")
    .input(modelReference)
    .query(({ ctx, input }) => getModel(ctx.core, input)),
  version: procedure("project.read", "GET /model-version", "One version: by versionId, or by model and version")
    .input(versionReference)
    .query(({ ctx, input }) => getModelVersion(ctx.core, toVersionReference(input))),
  compare: procedure("project.list", "GET /models/compare", "Versions side by side")
    .input(compareVersionsInput)
    .query(({ ctx, input }) => compareVersions(ctx.core, input)),
  setAlias: procedure("project.write", "PUT /models/{modelId}/aliases/{alias}", "Point an alias at a version")
    .input(setAliasInput)
    .mutation(({ ctx, input }) => setAlias(ctx.core, input)),
  removeAlias: procedure("project.write", "DELETE /models/{modelId}/aliases/{alias}", "Take an alias away")
    .input(removeAliasInput)
    .mutation(({ ctx, input }) => removeAlias(ctx.core, input)),
  updateCard: procedure("project.write", "PUT /model-versions/{versionId}/card", "Write a version's card")
    .input(updateCardInput)
    .mutation(({ ctx, input }) => updateCard(ctx.core, input)),
  setVersionTags: procedure("project.write", "PUT /model-versions/{versionId}/tags", "Tags of a version")
    .input(setVersionTagsInput)
    .mutation(({ ctx, input }) => setVersionTags(ctx.core, input)),
  setModelTags: procedure("project.write", "PUT /models/{modelId}/tags", "Tags of a model")
    .input(setModelTagsInput)
    .mutation(({ ctx, input }) => setModelTags(ctx.core, input)),
  updateModel: procedure("project.write", "PATCH /models/{modelId}", "Describe a model")
    .input(updateModelInput)
    .mutation(({ ctx, input }) => updateModel(ctx.core, input)),
  archiveVersion: procedure("project.write", "PUT /model-versions/{versionId}/archived", "Archive a version or bring it back")
    .input(archiveVersionInput)
    .mutation(({ ctx, input }) => archiveVersion(ctx.core, input)),
  verifyVersion: procedure("project.write", "POST /model-versions/{versionId}/verification", "Read a version's files again and compare their digests")
    .input(verifyVersionInput)
    .mutation(({ ctx, input }) => verifyVersion(ctx.core, input)),
  reproduceVersion: procedure("project.write", "POST /model-versions/{versionId}/reproductions", "Run again what made a version and compare its metrics")
    .input(reproduceVersionInput)
    .mutation(({ ctx, input }) => reproduceVersion(ctx.core, input)),
  deleteVersion: procedure("project.write", "DELETE /models/{model}/versions/{version}", "Delete a version that is not deployed")
    .input(namedVersion)
    .mutation(({ ctx, input }) => deleteModelVersion(ctx.core, input)),
  restoreVersion: procedure("project.write", "POST /model-versions/{versionId}/restore", "Bring a deleted version back")
    .input(z.object({ versionId: z.uuid() }))
    .mutation(({ ctx, input }) => restoreModelVersion(ctx.core, input)),
  deleteModel: procedure("project.write", "DELETE /models/{name}", "Delete a model of which nothing is deployed")
    .input(z.object({ name: z.string().max(256) }))
    .mutation(({ ctx, input }) => deleteRegisteredModel(ctx.core, input)),
  restoreModel: procedure("project.write", "POST /models/{modelId}/restore", "Bring a deleted model back")
    .input(z.object({ modelId: z.uuid() }))
    .mutation(({ ctx, input }) => restoreModel(ctx.core, input)),
  moveModel: procedure("project.write", "PUT /models/{model}/project", "Move a model to another project")
    .input(z.object({ model: z.string().max(256), project: z.string().max(100) }))
    .mutation(({ ctx, input }) => moveModel(ctx.core, input)),
  webhooks: procedure("project.write", "GET /webhooks", "Webhooks of the registry that you may change")
    .input(z.object({ project: z.string().max(100).optional(), cursor: z.uuid().optional(), limit: z.number().int().min(1).max(200).default(100) }))
    .query(async ({ ctx, input }) => {
      const projectId = input.project ? (await requireProject(ctx.core, input.project, "project.write")).id : null;
      const { webhooks, nextPageToken } = await listWebhooks(ctx.core, { scope: { projectId }, maxResults: input.limit, pageToken: input.cursor ?? null });
      return { items: webhooks, nextCursor: nextPageToken };
    }),
  createWebhook: procedure("project.write", "POST /webhooks", "Be told of what happens in the registry")
    .input(webhookFields.extend({ project: z.string().max(100).optional() }))
    .mutation(async ({ ctx, input: { project, ...fields } }) => {
      const projectId = project ? (await requireProject(ctx.core, project, "project.write")).id : null;
      return createWebhook(ctx.core, { scope: { projectId }, ...fields });
    }),
  updateWebhook: procedure("project.write", "PATCH /webhooks/{id}", "Change a webhook")
    .input(webhookFields.partial().extend({ id: z.uuid() }))
    .mutation(({ ctx, input }) => updateWebhook(ctx.core, input)),
  deleteWebhook: procedure("project.write", "DELETE /webhooks/{id}", "Delete a webhook")
    .input(z.object({ id: z.uuid() }))
    .mutation(({ ctx, input }) => deleteWebhook(ctx.core, input)),
  testWebhook: procedure("project.write", "POST /webhooks/{id}/test", "Send an example to a webhook")
    .input(z.object({ id: z.uuid(), event: z.string().max(100).optional() }))
    .mutation(({ ctx, input }) => testWebhook(ctx.core, input)),
  webhookDeliveries: procedure("project.write", "GET /webhooks/{id}/deliveries", "What a webhook was sent, and how that went")
    .input(z.object({ id: z.uuid(), cursor: z.uuid().optional(), limit: z.number().int().min(1).max(200).default(50) }))
    .query(({ ctx, input }) => listWebhookDeliveries(ctx.core, input)),
});
