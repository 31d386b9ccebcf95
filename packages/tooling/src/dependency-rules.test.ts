import { mkdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { installedProgram, ROOT, runCommand } from "./run-command.ts";

const planted: string[] = [];

async function plant(file: string, code: string): Promise<string> {
  const target = path.join(ROOT, file);
  await mkdir(path.dirname(target), { recursive: true });
  await writeFile(target, code);
  planted.push(target);
  return file;
}

async function violations(file: string): Promise<string> {
  const { output } = await runCommand(installedProgram("depcruise"), ["--config", ".dependency-cruiser.cjs", "--output-type", "err", file], { quiet: true });
  return output;
}

afterEach(async () => {
  for (const file of planted.splice(0)) await rm(file, { force: true });
});

/** One fault a rule: if a rule (or the tool, or its TypeScript) goes blind, the fault planted for it passes and this fails. */
const FAULTS: { rule: string; file: string; code: string }[] = [
  { rule: "core-area-order-catalog", file: "packages/core/src/catalog/canary.ts", code: 'export { ROLE } from "../pipelines/ports.ts";' },
  { rule: "core-area-door", file: "packages/core/src/registry/canary.ts", code: 'export { createProject } from "../catalog/create-project.ts";' },
  { rule: "domain-is-pure", file: "packages/core/src/catalog/domain/canary.ts", code: 'export { requireProject } from "../queries.ts";' },
  { rule: "domain-does-no-io", file: "packages/core/src/catalog/domain/canary.ts", code: 'export { readFile } from "node:fs";' },
  { rule: "core-no-framework", file: "packages/core/src/catalog/canary.ts", code: 'export { Hono } from "hono";' },
  { rule: "core-no-outward", file: "packages/core/src/catalog/canary.ts", code: 'export { createAuth } from "@trellis/auth";' },
  { rule: "db-is-leaf", file: "packages/db/src/canary.ts", code: 'export { CoreError } from "@trellis/core/kernel/errors.ts";' },
  { rule: "ui-is-leaf", file: "packages/ui/src/canary.ts", code: 'export { CoreError } from "../../core/src/kernel/errors.ts";' },
  {
    rule: "providers-see-ports-only",
    file: "packages/providers/src/canary/one/provider.ts",
    code: 'export { requireProject } from "@trellis/core/catalog/index.ts";',
  },
  {
    rule: "providers-no-siblings",
    file: "packages/providers/src/canary/one/provider.ts",
    code: 'export { createFileArtifactStore } from "../../artifact-store/files/provider.ts";',
  },
  {
    rule: "one-composition-root",
    file: "packages/api/src/canary.ts",
    code: 'export { createFileArtifactStore } from "@trellis/providers/artifact-store/files/provider.ts";',
  },
  { rule: "doors-are-thin", file: "packages/api/src/canary.ts", code: 'export { openDatabase } from "@trellis/db";' },
  { rule: "gateway-is-lean", file: "packages/gateway/src/canary.ts", code: 'export { createAuth } from "@trellis/auth";' },
  { rule: "next-only-renders", file: "apps/portal/src/features/shell/canary.ts", code: 'export { requireProject } from "@trellis/core/catalog/index.ts";' },
  { rule: "browser-no-server", file: "apps/portal/src/features/shell/canary.ts", code: 'export { host } from "../../server/host";' },
  { rule: "routes-are-thin", file: "apps/portal/src/app/canary.ts", code: 'export { signIn } from "@/features/identity/sign-in";' },
  { rule: "feature-door", file: "apps/portal/src/features/shell/canary.ts", code: 'export { signIn } from "@/features/identity/sign-in";' },
  { rule: "apps-do-not-meet", file: "apps/cli/src/canary.ts", code: 'export { createHttpServer } from "../../portal/main/http.ts";' },
  { rule: "src-not-to-test", file: "packages/core/src/catalog/canary.ts", code: 'export * from "./source-host.contract.ts";' },
  { rule: "no-circular", file: "packages/core/src/catalog/canary.ts", code: 'export * from "./canary.ts"; import "./canary.ts";' },
  { rule: "no-unresolvable", file: "packages/core/src/catalog/canary.ts", code: 'export * from "@trellis/core/nowhere.ts";' },
];

describe("dependency rules", () => {
  it.each(FAULTS)("$rule catches the fault planted for it", async ({ rule, file, code }) => {
    expect(await violations(await plant(file, code))).toContain(rule);
  });
});
