export { LineagePage } from "./lineage-page";
export { LineageLink } from "./lineage-link";
