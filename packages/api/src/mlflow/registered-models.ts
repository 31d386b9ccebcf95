import {
  createRegisteredModel,
  deleteRegisteredModel,
  deleteRegisteredModelAlias,
  deleteRegisteredModelTag,
  describeRegisteredModel,
  getLatestVersions,
  getRegisteredModel,
  getVersionByAlias,
  renameRegisteredModel,
  searchRegisteredModels,
  setRegisteredModelAlias,
  setRegisteredModelTag,
} from "@trellis/core/registry/index.ts";
import { keyValue, versionNumber } from "./protocol/common-fields.ts";
import { type Endpoint, endpoint } from "./protocol/endpoint.ts";
import { integer, list, optional, orElse, pageToken, required, text } from "./protocol/fields.ts";
import { wireList } from "./protocol/wire-json.ts";
import { wireModel, wireVersion } from "./protocol/wire-registry.ts";

const NAMED = { name: required(text) };

/** Registered models: names that versions, tags and aliases belong to. */
export const REGISTERED_MODEL_ENDPOINTS: Endpoint[] = [
  endpoint({
    at: "POST /mlflow/registered-models/create",
    access: "project.write",
    fields: { ...NAMED, tags: orElse(list(keyValue), []), description: optional(text) },
    run: async ({ ctx, scope }, input) => ({ registered_model: wireModel(await createRegisteredModel(ctx, { scope, ...input })) }),
  }),
  endpoint({
    at: "GET /mlflow/registered-models/get",
    access: "project.read",
    fields: NAMED,
    run: async ({ ctx }, input) => ({ registered_model: wireModel(await getRegisteredModel(ctx, input)) }),
  }),
  endpoint({
    at: "POST /mlflow/registered-models/rename",
    access: "project.write",
    fields: { ...NAMED, newName: required(text) },
    run: async ({ ctx }, input) => ({ registered_model: wireModel(await renameRegisteredModel(ctx, input)) }),
  }),
  endpoint({
    at: "PATCH /mlflow/registered-models/update",
    access: "project.write",
    fields: { ...NAMED, description: optional(text) },
    run: async ({ ctx }, input) => ({ registered_model: wireModel(await describeRegisteredModel(ctx, input)) }),
  }),
  endpoint({
    at: "DELETE /mlflow/registered-models/delete",
    access: "project.write",
    fields: NAMED,
    run: async ({ ctx }, input) => {
      await deleteRegisteredModel(ctx, input);
      return {};
    },
  }),
  endpoint({
    at: "GET /mlflow/registered-models/search",
    access: "project.read",
    fields: { filter: optional(text), maxResults: optional(integer), orderBy: orElse(list(text), []), pageToken: orElse(pageToken, null) },
    run: async ({ ctx, scope }, input) => {
      const found = await searchRegisteredModels(ctx, { scope, ...input });
      return { registered_models: wireList(found.models, wireModel), next_page_token: found.nextPageToken ?? undefined };
    },
  }),
  // The Python client posts, the Java client gets.
  ...(["POST", "GET"] as const).map((method) =>
    endpoint({
      at: `${method} /mlflow/registered-models/get-latest-versions`,
      access: "project.read",
      fields: { ...NAMED, stages: orElse(list(text), []) },
      run: async ({ ctx }, input) => ({ model_versions: wireList(await getLatestVersions(ctx, input), wireVersion) }),
    }),
  ),
  endpoint({
    at: "POST /mlflow/registered-models/set-tag",
    access: "project.write",
    fields: { ...NAMED, key: required(text), value: orElse(text, "") },
    run: async ({ ctx }, input) => {
      await setRegisteredModelTag(ctx, input);
      return {};
    },
  }),
  endpoint({
    at: "DELETE /mlflow/registered-models/delete-tag",
    access: "project.write",
    fields: { ...NAMED, key: required(text) },
    run: async ({ ctx }, input) => {
      await deleteRegisteredModelTag(ctx, input);
      return {};
    },
  }),
  endpoint({
    at: "POST /mlflow/registered-models/alias",
    access: "project.write",
    fields: { ...NAMED, alias: required(text), version: required(versionNumber) },
    run: async ({ ctx }, input) => {
      await setRegisteredModelAlias(ctx, input);
      return {};
    },
  }),
  endpoint({
    at: "DELETE /mlflow/registered-models/alias",
    access: "project.write",
    fields: { ...NAMED, alias: required(text) },
    run: async ({ ctx }, input) => {
      await deleteRegisteredModelAlias(ctx, input);
      return {};
    },
  }),
  endpoint({
    at: "GET /mlflow/registered-models/alias",
    access: "project.read",
    fields: { ...NAMED, alias: required(text) },
    run: async ({ ctx }, input) => ({ model_version: wireVersion(await getVersionByAlias(ctx, input)) }),
  }),
];
