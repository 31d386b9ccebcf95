export { type ColumnUser, columnUse, columnUseInput } from "./column-use.ts";
export { compareVersions, compareVersionsInput } from "./compare-versions.ts";
export { aliasProblem } from "./domain/alias.ts";
export { type AliasInterval } from "./domain/alias-history.ts";
export { CARD_SECTION_COUNT, cardProblems, cardTemplate } from "./domain/model-card.ts";
export {
  DESCRIPTOR_FILE,
  FIELD_TYPES,
  type ModelDescriptor,
  parseModelDescriptor,
  type Signature,
  type SignatureField,
  signatureOf,
} from "./domain/model-descriptor.ts";
export {
  archiveVersion,
  archiveVersionInput,
  setModelTags,
  setModelTagsInput,
  setVersionTags,
  setVersionTagsInput,
  updateCard,
  updateCardInput,
  updateModel,
  updateModelInput,
} from "./edit-version.ts";
export { type Facet, listModels, listModelsInput, type ModelFacets, type ModelRow } from "./list-models.ts";
export { listVersionFiles, type VersionEntry } from "./list-version-files.ts";
export { findModelVersion, getModel, getModelVersion, resolveAlias, resolveAliasInput, type VersionRow } from "./queries.ts";
export { type ModelVersionDraft, registerModelVersion, type RegisteredVersion } from "./register-model-version.ts";
export { type ModelVersion, type RegisteredModel, requireModel, requireModelVersion, type VersionReference } from "./require-model.ts";
export { moveAlias, removeAlias, removeAliasInput, setAlias, setAliasInput } from "./set-alias.ts";
export { materializeModelVersion, openVersionFile, openVersionFileInput } from "./version-files.ts";
export { deleteRegisteredModelAlias, getVersionByAlias, setRegisteredModelAlias } from "./protocol/alias-verbs.ts";
export { createModelVersion, type NewModelVersion } from "./protocol/create-version.ts";
export { getDownloadUri } from "./protocol/download-uri.ts";
export {
  createRegisteredModel,
  deleteRegisteredModel,
  describeRegisteredModel,
  getRegisteredModel,
  moveModel,
  type RegistryScope,
  renameRegisteredModel,
  restoreModel,
} from "./protocol/model-verbs.ts";
export { loadProtocolModels, loadProtocolVersions, type ProtocolModel, type ProtocolVersion } from "./protocol/records.ts";
export { type NamedVersion } from "./protocol/require-named.ts";
export { deleteModelVersionTag, deleteRegisteredModelTag, setModelVersionTag, setRegisteredModelTag } from "./protocol/tag-verbs.ts";
export {
  deleteModelVersion,
  describeModelVersion,
  getLatestVersions,
  getProtocolVersion,
  restoreModelVersion,
  transitionModelVersion,
} from "./protocol/version-verbs.ts";
export { searchModelVersions } from "./search/search-model-versions.ts";
export { searchRegisteredModels } from "./search/search-registered-models.ts";
export { WEBHOOK_EVENTS, type WebhookEvent } from "./domain/webhook-events.ts";
export { deliverWebhookJob } from "./jobs.ts";
export { createWebhook, deleteWebhook, getWebhook, listWebhooks, type NewWebhook, updateWebhook, type WebhookChange } from "./webhooks/manage-webhooks.ts";
export { deliverWebhook, listWebhookDeliveries, testWebhook, type WebhookDelivery, webhookSignature, type WebhookTest } from "./webhooks/send-webhook.ts";
export { type Webhook } from "./webhooks/webhook.ts";
export { compareRepeated, DEFAULT_TOLERANCE } from "./domain/compare-repeated.ts";
export { closeReproduction, openReproduction, type Reproduction, reproductionsOf } from "./reproductions.ts";
export { purgeDeletedModels } from "./purge-deleted.ts";
export { verifyVersion, verifyVersionInput } from "./verify-version.ts";
export { findVersionFile, previewVersionFile } from "./version-file.ts";
