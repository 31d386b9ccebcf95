import { defineConfig } from "vitest/config";

const SLOW = [
  "packages/{auth,gateway,providers,templates,python-client,bootstrap,tooling}/**/*.test.ts",
  "packages/api/src/{git,live,access}/**/*.test.ts",
  "apps/cli/**/*.test.ts",
];
const IGNORED = ["**/node_modules/**", "**/.next/**", "**/skeleton/**"];

/** `unit`: pure, in seconds. `db`: verbs on a database. `real`: real processes, git, Python, HTTP. `ui`: components. */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "unit",
          include: ["packages/*/src/**/*.test.ts", "bench/src/**/*.test.ts", "packages/ui/src/**/*.test.ts", "apps/portal/{src,main}/**/*.test.ts"],
          exclude: [...IGNORED, ...SLOW, "**/*.db.test.ts"],
        },
      },
      {
        test: {
          name: "db",
          globalSetup: ["packages/db/src/testing/global-setup.ts"],
          include: ["{packages,apps}/**/*.db.test.ts"],
          exclude: IGNORED,
          testTimeout: 60_000,
          hookTimeout: 60_000,
          maxWorkers: 2,
        },
      },
      { test: { name: "real", include: SLOW, exclude: [...IGNORED, "**/*.db.test.ts"], testTimeout: 180_000, hookTimeout: 180_000, maxWorkers: 2 } },
      {
        test: {
          name: "ui",
          environment: "jsdom",
          include: ["packages/ui/src/**/*.test.tsx", "apps/portal/src/**/*.test.tsx"],
          exclude: IGNORED,
          testTimeout: 30_000,
        },
      },
    ],
  },
});
