export { ComparePage } from "./compare-page";
export { DatasetPage } from "./dataset-page";
export { DatasetsPage } from "./datasets-page";
