export { ModelPage } from "./model-page";
export { ModelVersionPage } from "./model-version-page";
export { ModelsPage } from "./models-page";
export { WebhooksPage } from "./webhooks-page";
