export { BackfillsCard } from "./backfills-card";
export { RunPage } from "./run-page";
export { RunsPage } from "./runs-page";
export { RunsTable } from "./runs-table";
export { StartRunButton } from "./start-run-button";
export { TriggersCard } from "./triggers-card";
export { triggerWords } from "./trigger-words";
