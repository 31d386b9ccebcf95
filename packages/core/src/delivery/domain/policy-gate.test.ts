import type { Signature } from "@trellis/db/schema";
import { describe, expect, it } from "vitest";
import { evaluateGates, failingGates, type GateFacts, type GateVersion } from "./policy-gate.ts";

const SIGNATURE: Signature = {
  inputs: [
    { name: "distance", type: "double", required: true },
    { name: "origin", type: "string", required: false },
  ],
  outputs: [{ name: "probability", type: "double" }],
};
const CARD = "# Delays\n## Intended use\nPlan.\n## Training data\nFlights.\n## Evaluation\nGood.\n## Limits\nSnow.\n## Owner\nAda.\n";

const version = (more: Partial<GateVersion> = {}): GateVersion => ({
  id: "v2",
  version: 2,
  digest: "sha256:aaaaaaaaaaaa",
  archived: false,
  metrics: { auc: 0.72, log_loss: 0.4 },
  signature: SIGNATURE,
  card: CARD,
  commit: "0123456789abcdef",
  dataDigest: "sha256:dddddddddddd",
  params: { until: "2001-01-31" },
  lockDigest: "sha256:eeeeeeeeeeee",
  ...more,
});
const live = (more: Partial<GateVersion> = {}) => version({ id: "v1", version: 1, digest: "sha256:bbbb", metrics: { auc: 0.7, log_loss: 0.41 }, ...more });
const facts = (more: Partial<GateFacts> = {}): GateFacts => ({
  modelName: "delays",
  deploymentName: "delays-production",
  candidate: version(),
  live: live(),
  run: { number: 7, status: "succeeded", projectSlug: "flights" },
  files: { count: 4, digest: "sha256:aaaaaaaaaaaa", missing: [] },
  drift: null,
  ...more,
});
function gate(name: string, more: Partial<GateFacts>) {
  return evaluateGates(facts(more)).find((result) => result.gate === name);
}

describe("evaluateGates", () => {
  it("passes a version that is better, whole and known", () => {
    const gates = evaluateGates(facts());
    expect(gates.map(({ gate: name, verdict }) => [name, verdict])).toEqual([
      ["already-live", "pass"],
      ["run", "pass"],
      ["reproducible", "pass"],
      ["files", "pass"],
      ["metrics", "pass"],
      ["signature", "pass"],
      ["card", "pass"],
    ]);
    expect(failingGates(gates)).toEqual([]);
  });

  it("passes a first version, and says that nothing is live", () => {
    const gates = evaluateGates(facts({ live: null }));
    expect(failingGates(gates)).toEqual([]);
    expect(gates.find((result) => result.gate === "metrics")?.evidence).toBe("auc 0.72, log_loss 0.4. Nothing is live to compare with.");
  });

  it.each<[string, string, Partial<GateFacts>, string, RegExp]>([
    ["the version that is live", "already-live", { live: version() }, "fail", /answers already/],
    ["an archived version", "already-live", { candidate: version({ archived: true }) }, "fail", /archived/],
    ["a run that failed", "run", { run: { number: 7, status: "failed", projectSlug: "flights" } }, "fail", /Run 7 failed/],
    ["a run that still ends", "run", { run: { number: 7, status: "running", projectSlug: "flights" } }, "warn", /still running/],
    ["a run that is gone", "run", { run: null }, "unknown", /not known/],
    ["no lock file", "reproducible", { candidate: version({ lockDigest: "" }) }, "fail", /the locked packages/],
    ["no data", "reproducible", { candidate: version({ dataDigest: null }) }, "warn", /the data/],
    ["a lost file", "files", { files: { count: 4, digest: "sha256:aaaaaaaaaaaa", missing: ["model.joblib"] } }, "fail", /1 of 4 files .* model\.joblib/],
    ["files that changed", "files", { files: { count: 4, digest: "sha256:ffff", missing: [] } }, "fail", /ffff; aaaaaaaa was registered/],
    ["no files", "files", { files: { count: 0, digest: "", missing: [] } }, "fail", /no files/],
    ["a worse metric on the same data", "metrics", { candidate: version({ metrics: { auc: 0.6 } }) }, "fail", /auc 0\.6 against 0\.7, worse/],
    ["a slightly worse one", "metrics", { candidate: version({ metrics: { auc: 0.699 } }) }, "warn", /worse/],
    ["a worse one on other data", "metrics", { candidate: version({ metrics: { auc: 0.6 }, dataDigest: "sha256:other" }) }, "warn", /other data/],
    [
      "a worse one with another last day",
      "metrics",
      { candidate: version({ metrics: { auc: 0.6 }, params: { until: "2001-05-24" } }) },
      "warn",
      /other parameters/,
    ],
    ["a far worse one on other data", "metrics", { candidate: version({ metrics: { auc: 0.4 }, dataDigest: "sha256:other" }) }, "fail", /worse/],
    ["a loss that grew", "metrics", { candidate: version({ metrics: { log_loss: 0.8 } }) }, "fail", /log_loss 0\.8 against 0\.41, worse/],
    ["metrics that nobody can compare", "metrics", { candidate: version({ metrics: { rows: 5 } }) }, "unknown", /share no metric/],
    [
      "a training metric that fell",
      "metrics",
      { candidate: version({ metrics: { auc: 0.7, train_auc: 0.1 } }), live: live({ metrics: { auc: 0.7, train_auc: 0.9 } }) },
      "pass",
      /auc 0\.7 against 0\.7, unchanged/,
    ],
    [
      "a new required input",
      "signature",
      { candidate: version({ signature: { ...SIGNATURE, inputs: [...SIGNATURE.inputs, { name: "hour", type: "integer" }] } }) },
      "fail",
      /new required input hour/,
    ],
    [
      "a new optional input",
      "signature",
      { candidate: version({ signature: { ...SIGNATURE, inputs: [...SIGNATURE.inputs, { name: "hour", type: "integer", required: false }] } }) },
      "pass",
      /new optional input hour/,
    ],
    [
      "an input that is gone",
      "signature",
      { candidate: version({ signature: { ...SIGNATURE, inputs: SIGNATURE.inputs.slice(0, 1) } }) },
      "fail",
      /origin is not taken/,
    ],
    [
      "an input of another type",
      "signature",
      {
        candidate: version({
          signature: {
            ...SIGNATURE,
            inputs: [
              { name: "distance", type: "string" },
              { name: "origin", type: "string", required: false },
            ],
          },
        }),
      },
      "fail",
      /from double to string/,
    ],
    [
      "an input that becomes required",
      "signature",
      { candidate: version({ signature: { ...SIGNATURE, inputs: SIGNATURE.inputs.map((field) => ({ ...field, required: true })) } }) },
      "fail",
      /origin becomes required/,
    ],
    ["an output that is gone", "signature", { candidate: version({ signature: { ...SIGNATURE, outputs: [] } }) }, "fail", /output probability is gone/],
    ["no card", "card", { candidate: version({ card: " \n" }) }, "fail", /no card/],
    ["a card without an owner, whom the project names too", "card", { candidate: version({ card: CARD.replace("## Owner\nAda.\n", "") }) }, "warn", /owner\./],
    ["a card without limits", "card", { candidate: version({ card: CARD.replace("## Limits\nSnow.\n", "") }) }, "fail", /Missing or empty: limits\./],
    ["a card with an empty section", "card", { candidate: version({ card: CARD.replace("Snow.", "") }) }, "fail", /limits/],
    ["a drift alert", "drift", { drift: { summary: "distance drifts since 3 March.", href: "/monitoring/alerts/1" } }, "pass", /distance drifts/],
  ])("judges %s", (_, name, more, verdict, evidence) => {
    expect(gate(name, more)).toMatchObject({ verdict, evidence: expect.stringMatching(evidence) });
  });

  it("fails a gate without changing what the others say", () => {
    const bad = evaluateGates(facts({ candidate: version({ card: "" }) }));
    expect(failingGates(bad).map((result) => result.gate)).toEqual(["card"]);
    expect(bad.filter((result) => result.gate !== "card")).toEqual(evaluateGates(facts()).filter((result) => result.gate !== "card"));
  });
});
