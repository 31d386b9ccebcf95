import {
  archiveVersion,
  archiveVersionInput,
  compareVersions,
  compareVersionsInput,
  getModel,
  getModelVersion,
  listModels,
  listModelsInput,
  removeAlias,
  removeAliasInput,
  setAlias,
  setAliasInput,
  setModelTags,
  setModelTagsInput,
  setVersionTags,
  setVersionTagsInput,
  updateCard,
  updateCardInput,
  updateModel,
  updateModelInput,
} from "@trellis/core/registry/index.ts";
import { modelReference, toVersionReference, versionReference } from "../references.ts";
import { procedure, router } from "../trpc.ts";

export const registryRouter = router({
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
});
