/** Who may import whom. Each rule is proven to bite by a planted fault: packages/tooling/src/dependency-rules.test.ts */

const AREAS = [
  "kernel",
  "audit",
  "identity",
  "jobs",
  "providers",
  "notifications",
  "catalog",
  "lineage",
  "tracking",
  "registry",
  "pipelines",
  "scaffolder",
  "serving",
  "delivery",
  "monitoring",
  "scorecards",
];
const TEST = String.raw`\.(test|spec|contract)\.tsx?$|/testing/`;

/** An area may use the areas below it, never one above: calls go down, facts go up as jobs. */
const areaOrder = AREAS.slice(0, -1).map((area, index) => ({
  name: `core-area-order-${area}`,
  severity: "error",
  from: { path: `^packages/core/src/${area}/`, pathNot: TEST },
  to: { path: `^packages/core/src/(${AREAS.slice(index + 1).join("|")})/` },
}));

module.exports = {
  forbidden: [
    ...areaOrder,
    {
      name: "core-area-door",
      comment: "Other areas are used through index.ts, ports.ts or domain/.",
      severity: "error",
      from: { path: "^packages/core/src/([^/]+)/", pathNot: TEST },
      to: {
        path: "^packages/core/src/(?!kernel/)([^/]+)/",
        pathNot: ["^packages/core/src/$1/", "^packages/core/src/[^/]+/(index|ports|jobs)\\.ts$", "^packages/core/src/[^/]+/domain/"],
      },
    },
    {
      name: "domain-is-pure",
      severity: "error",
      from: { path: "^packages/core/src/[^/]+/domain/", pathNot: TEST },
      to: {
        path: ["^packages/", "^apps/"],
        pathNot: [
          "^packages/core/src/[^/]+/domain/",
          "^packages/core/src/kernel/(errors|ids|state-machine|context|slug|file-path|storable-text)\\.ts$",
          "^packages/db/src/schema/",
        ],
      },
    },
    {
      name: "domain-does-no-io",
      severity: "error",
      from: { path: "^packages/core/src/[^/]+/domain/", pathNot: TEST },
      to: { dependencyTypes: ["core"], pathNot: "^(node:)?(crypto|path)$" },
    },
    {
      name: "core-no-framework",
      severity: "error",
      from: { path: "^packages/core/src/" },
      to: { path: "node_modules/(next|react|react-dom|@trpc|hono|better-auth|@duckdb|minijinja-js|@electric-sql|pg)/" },
    },
    {
      name: "core-no-outward",
      severity: "error",
      from: { path: "^packages/core/src/" },
      to: { path: "^(apps/|packages/(api|auth|gateway|providers|bootstrap|ui)/)" },
    },
    { name: "db-is-leaf", severity: "error", from: { path: "^packages/db/" }, to: { path: "^(apps|packages)/", pathNot: "^packages/db/" } },
    { name: "ui-is-leaf", severity: "error", from: { path: "^packages/ui/" }, to: { path: "^(apps|packages)/", pathNot: "^packages/ui/" } },
    {
      name: "providers-see-ports-only",
      severity: "error",
      from: { path: "^packages/providers/src/", pathNot: TEST },
      to: {
        path: ["^packages/", "^apps/"],
        pathNot: ["^packages/providers/src/", "^packages/core/src/kernel/", "^packages/core/src/[^/]+/(ports\\.ts|domain/)"],
      },
    },
    {
      name: "providers-no-siblings",
      severity: "error",
      from: { path: "^packages/providers/src/([^/]+)/([^/]+)/", pathNot: TEST },
      to: { path: "^packages/providers/src/[^/]+/[^/]+/", pathNot: ["^packages/providers/src/$1/$2/", "^packages/providers/src/local-processes/"] },
    },
    {
      name: "one-composition-root",
      severity: "error",
      from: { pathNot: ["^packages/(bootstrap|providers)/", "^bench/", TEST] },
      to: { path: "^packages/providers/" },
    },
    {
      name: "doors-are-thin",
      severity: "error",
      from: { path: "^packages/(api|gateway)/src/", pathNot: TEST },
      to: { path: ["^packages/db/", "node_modules/drizzle-orm/"] },
    },
    {
      name: "gateway-is-lean",
      severity: "error",
      from: { path: "^packages/gateway/src/", pathNot: TEST },
      to: { path: ["^packages/(api|auth|bootstrap)/", "node_modules/(next|@trpc)/"] },
    },
    {
      name: "next-only-renders",
      comment: "Pages take types and pure domain code; the running server is reached through src/server/host.ts.",
      severity: "error",
      from: { path: "^apps/portal/src/" },
      to: {
        path: "^packages/(core|api|db|auth|bootstrap|providers|gateway)/",
        pathNot: "^packages/core/src/([^/]+/domain/|kernel/(errors|state-machine)\\.ts)",
        dependencyTypesNot: ["type-only"],
      },
    },
    { name: "browser-no-server", severity: "error", from: { path: "^apps/portal/src/(features|live)/" }, to: { path: "^apps/portal/src/server/" } },
    { name: "routes-are-thin", severity: "error", from: { path: "^apps/portal/src/app/" }, to: { path: "^apps/portal/src/features/[^/]+/(?!index\\.ts$)" } },
    {
      name: "feature-door",
      severity: "error",
      from: { path: "^apps/portal/src/features/([^/]+)/" },
      to: { path: "^apps/portal/src/features/[^/]+/(?!index\\.ts$)", pathNot: "^apps/portal/src/features/$1/" },
    },
    { name: "apps-do-not-meet", severity: "error", from: { path: "^apps/([^/]+)/" }, to: { path: "^apps/[^/]+/", pathNot: "^apps/$1/" } },
    { name: "src-not-to-test", severity: "error", from: { path: "^(apps|packages)/", pathNot: TEST }, to: { path: TEST } },
    { name: "no-circular", severity: "error", from: {}, to: { circular: true } },
    {
      name: "no-unresolvable",
      comment: "An import that cannot be followed would make every other rule blind.",
      severity: "error",
      from: {},
      to: { couldNotResolve: true, pathNot: "^(server-only)$" },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "next-env|\\.next/|packages/templates/|packages/ui/gallery/" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "apps/portal/tsconfig.json" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "require", "node", "default", "types"],
      extensions: [".ts", ".tsx", ".mjs", ".js", ".json", ".css"],
    },
  },
};
