export { Markdown } from "./markdown";
export { PageFrame } from "./page-frame";
export { PortalShell } from "./portal-shell";
export { usePerson } from "./person";
export { useCrumbs } from "./crumbs";
export { useOrigin } from "./use-origin";
