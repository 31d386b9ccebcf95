import {
  createModelVersion,
  deleteModelVersion,
  deleteModelVersionTag,
  describeModelVersion,
  getDownloadUri,
  getProtocolVersion,
  searchModelVersions,
  setModelVersionTag,
  transitionModelVersion,
} from "@trellis/core/registry/index.ts";
import { keyValue, modelId, versionNumber } from "./protocol/common-fields.ts";
import { type Endpoint, endpoint } from "./protocol/endpoint.ts";
import { flag, integer, list, optional, orElse, pageToken, required, text } from "./protocol/fields.ts";
import { wireList } from "./protocol/wire-json.ts";
import { wireVersion } from "./protocol/wire-registry.ts";

const NAMED = { name: required(text), version: required(versionNumber) };

/** Core calls the model of a version `model`. */
const named = <Input extends { name: string }>({ name, ...input }: Input) => ({ model: name, ...input });

/** Versions of registered models. */
export const MODEL_VERSION_ENDPOINTS: Endpoint[] = [
  endpoint({
    at: "POST /mlflow/model-versions/create",
    access: "project.write",
    fields: {
      name: required(text),
      source: required(text),
      runId: optional(text),
      runLink: optional(text),
      description: optional(text),
      tags: orElse(list(keyValue), []),
      modelId: optional(modelId),
    },
    run: async ({ ctx }, { runId, modelId: loggedModelId, ...input }) => ({
      model_version: wireVersion(await createModelVersion(ctx, { ...named(input), runRef: runId, loggedModelId })),
    }),
  }),
  endpoint({
    at: "GET /mlflow/model-versions/get",
    access: "project.read",
    fields: NAMED,
    run: async ({ ctx }, input) => ({ model_version: wireVersion(await getProtocolVersion(ctx, named(input))) }),
  }),
  endpoint({
    at: "PATCH /mlflow/model-versions/update",
    access: "project.write",
    fields: { ...NAMED, description: optional(text) },
    run: async ({ ctx }, input) => ({ model_version: wireVersion(await describeModelVersion(ctx, named(input))) }),
  }),
  endpoint({
    at: "DELETE /mlflow/model-versions/delete",
    access: "project.write",
    fields: NAMED,
    run: async ({ ctx }, input) => {
      await deleteModelVersion(ctx, named(input));
      return {};
    },
  }),
  endpoint({
    at: "POST /mlflow/model-versions/transition-stage",
    access: "project.write",
    fields: { ...NAMED, stage: required(text), archiveExistingVersions: orElse(flag, false) },
    run: async ({ ctx }, { archiveExistingVersions, ...input }) => ({
      model_version: wireVersion(await transitionModelVersion(ctx, { ...named(input), archiveOthers: archiveExistingVersions })),
    }),
  }),
  endpoint({
    at: "GET /mlflow/model-versions/search",
    access: "project.read",
    fields: { filter: optional(text), maxResults: optional(integer), orderBy: orElse(list(text), []), pageToken: orElse(pageToken, null) },
    run: async ({ ctx, scope }, input) => {
      const found = await searchModelVersions(ctx, { scope, ...input });
      return { model_versions: wireList(found.versions, wireVersion), next_page_token: found.nextPageToken ?? undefined };
    },
  }),
  endpoint({
    at: "GET /mlflow/model-versions/get-download-uri",
    access: "project.read",
    fields: NAMED,
    run: async ({ ctx }, input) => ({ artifact_uri: await getDownloadUri(ctx, named(input)) }),
  }),
  endpoint({
    at: "POST /mlflow/model-versions/set-tag",
    access: "project.write",
    fields: { ...NAMED, key: required(text), value: orElse(text, "") },
    run: async ({ ctx }, input) => {
      await setModelVersionTag(ctx, named(input));
      return {};
    },
  }),
  endpoint({
    at: "DELETE /mlflow/model-versions/delete-tag",
    access: "project.write",
    fields: { ...NAMED, key: required(text) },
    run: async ({ ctx }, input) => {
      await deleteModelVersionTag(ctx, named(input));
      return {};
    },
  }),
];
