import { testDatabase } from "@trellis/db/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CLIENTS, type Findings, namesOfChecks, runChecks } from "./testing/mlflow-client.ts";
import { type OpenPortal, openPortal } from "./testing/open-portal.ts";

const SCRIPTS = ["tracking_checks.py", "model_checks.py"];
const TIMEOUT_MS = 300_000;

describe.each(CLIENTS)("an unmodified MLflow client %s", (version) => {
  const database = testDatabase();
  let portal: OpenPortal;
  let token: string;
  beforeAll(async () => {
    portal = await openPortal(database.handle);
    ({ token } = await portal.person("Grace", "data_scientist"));
  }, TIMEOUT_MS);
  afterAll(() => portal.close());

  describe.each(SCRIPTS)("%s", (script) => {
    let findings: Findings;
    beforeAll(async () => {
      findings = await runChecks(script, { version, uri: portal.url, token });
    }, TIMEOUT_MS);

    it.each(namesOfChecks(script, version))("%s", (name) => {
      expect(findings[name] ?? findings["script"]).toBe("ok");
    });
  });

  it("met no fault of the portal", () => {
    expect(portal.faults).toEqual([]);
  });
});
