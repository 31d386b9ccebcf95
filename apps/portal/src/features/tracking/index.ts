export { ClientLinkForward } from "./client-link-forward";
export { ComparePage } from "./compare-page";
export { DatasetPage } from "./dataset-page";
export { DatasetsPage } from "./datasets-page";
export { ExperimentPage } from "./experiment-page";
export { ExperimentsPage } from "./experiments-page";
export { LoggedModelPage } from "./logged-model-page";
export { TrackedRunPage } from "./tracked-run-page";
