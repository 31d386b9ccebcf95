import path from "node:path";
import { createProject } from "@trellis/core/catalog/index.ts";
import { testDatabase } from "@trellis/db/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CLIENTS, type Findings, namesOfChecks, runChecks } from "./testing/mlflow-client.ts";
import { type OpenPortal, openPortal } from "./testing/open-portal.ts";

const SCRIPTS = ["tracking_checks.py", "model_checks.py", "place_checks.py"];
const TIMEOUT_MS = 300_000;

describe.each(CLIENTS)("an unmodified MLflow client %s", (version) => {
  const database = testDatabase();
  let portal: OpenPortal;
  let token: string;
  let others: Record<string, string>;
  beforeAll(async () => {
    portal = await openPortal(database.handle);
    const grace = await portal.person("Grace", "data_scientist");
    token = grace.token;
    const ownerId = grace.context.actor.kind === "user" ? grace.context.actor.userId : "";
    for (const [slug, visibility] of [["flights", "internal"] as const, ["secret", "private"] as const])
      await createProject(grace.context, { slug, title: slug, visibility, repository: `projects/${slug}`, ownerId });
    others = {
      PORTAL_URL: portal.url,
      VIEWER_TOKEN: (await portal.person("Vera", "viewer")).token,
      STRANGER_TOKEN: (await portal.person("Sam", "data_scientist")).token,
      DOCUMENTATION: path.join(import.meta.dirname, "../../../docs/mlflow.md"),
    };
  }, TIMEOUT_MS);
  afterAll(() => portal.close());

  describe.each(SCRIPTS)("%s", (script) => {
    let findings: Findings;
    beforeAll(async () => {
      const uri = script === "place_checks.py" ? `${portal.url}/projects/flights/mlflow` : portal.url;
      findings = await runChecks(script, { version, uri, token, env: others });
    }, TIMEOUT_MS);

    it.each(namesOfChecks(script, version))("%s", (name) => {
      expect(findings[name] ?? findings["script"]).toBe("ok");
    });
  });

  it("met no fault of the portal", () => {
    // A wrong token is one of the checks, and is noted.
    expect(portal.faults.filter((fault) => !fault.startsWith("sign-in:"))).toEqual([]);
  });
});
