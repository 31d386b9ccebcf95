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
export { findModelVersion, getModel, getModelVersion, resolveAlias, resolveAliasInput, type VersionRow } from "./queries.ts";
export { type ModelVersionDraft, registerModelVersion, type RegisteredVersion } from "./register-model-version.ts";
export { type ModelVersion, type RegisteredModel, requireModel, requireModelVersion, type VersionReference } from "./require-model.ts";
export { moveAlias, removeAlias, removeAliasInput, setAlias, setAliasInput } from "./set-alias.ts";
export { materializeModelVersion, openVersionFile, openVersionFileInput } from "./version-files.ts";
