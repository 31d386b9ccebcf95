import fc from "fast-check";
import { stringify } from "yaml";
import { describe, expect, it } from "vitest";
import { isCoreError } from "../../kernel/errors.ts";
import { projectFileJsonSchema } from "./file-schema.ts";
import { parseProjectFile } from "./pipeline-file.ts";

const GOOD = `version: 1
project: flight-delays
pipelines:
  train:
    description: Train and register the delay model
    parameters:
      until: { type: string, default: "2001-01-31", description: Last day }
      max_depth: { type: integer, default: 6, min: 1, max: 32 }
    steps:
      prepare:
        stage: data
        run: python -m flight_delays.prepare
        inputs: [data/]
        outputs: [work/train.csv, work/test.csv]
      train:    { stage: train, run: python -m flight_delays.train, needs: [prepare], outputs: [work/model], timeout: 30m, retries: { limit: 1, backoff: 10s } }
      package:  { stage: package, run: python -m flight_delays.package, needs: [train, prepare], outputs: [model] }
    register: { model: flight-delays, from: package, path: model }
    deploy: { environment: production }
    triggers:
      - drift: { monitor: production, parameters: { until: $window_end } }
monitors:
  production: { environment: production, window: 7d, min_rows: 200, alert_after: 2, of_last: 3 }
`;

/** The issues of a bad file as `line:column path message`. */
function faultsOf(text: string): string[] {
  try {
    parseProjectFile(text);
  } catch (error) {
    if (isCoreError(error)) return error.issues.map((issue) => `${issue.line}:${issue.column} ${issue.message}`);
    throw error;
  }
  return [];
}

describe("parseProjectFile", () => {
  it("reads a good file into a spec with units and defaults", () => {
    const spec = parseProjectFile(GOOD);
    const train = spec.pipelines.train;
    expect(train?.steps.map((step) => step.key)).toEqual(["prepare", "train", "package"]);
    expect(train?.steps[0]).toEqual({
      key: "prepare",
      stage: "data",
      run: "python -m flight_delays.prepare",
      needs: [],
      inputs: ["data"],
      outputs: ["work/train.csv", "work/test.csv"],
      parameters: null,
      environment: {},
      timeoutSeconds: null,
      retries: { limit: 0, backoffSeconds: 10, factor: 2, maxBackoffSeconds: 3_600, on: null },
      cache: true,
      condition: null,
      resources: { cpu: 1, memoryBytes: 0 },
    });
    expect(train?.steps[1]).toMatchObject({ timeoutSeconds: 1_800, retries: { limit: 1, backoffSeconds: 10 } });
    expect(train?.parameters.max_depth).toEqual({ type: "integer", description: "", default: 6, min: 1, max: 32, choices: null });
    expect(train?.triggers).toEqual([{ kind: "drift", monitor: "production", parameters: { until: "$window_end" } }]);
    expect(spec.monitors.production).toEqual({ environment: "production", windowSeconds: 604_800, minRows: 200, alertAfter: 2, ofLast: 3 });
  });

  it("reads every kind of trigger", () => {
    const triggers = `triggers:
      - schedule: { cron: "0 6 * * 1-5", timezone: Europe/Berlin, catch_up: all, parameters: { until: $date } }
      - push: {}
      - data: { dataset: data }
      - webhook: { name: upstream, parameters: { max_depth: 3 } }`;
    expect(parseProjectFile(GOOD.replace("triggers:", triggers)).pipelines.train?.triggers.slice(0, -1)).toEqual([
      { kind: "schedule", cron: "0 6 * * 1-5", timezone: "Europe/Berlin", catchUp: "all", parameters: { until: "$date" } },
      { kind: "push", branch: "main", parameters: {} },
      { kind: "data", dataset: "data", parameters: {} },
      { kind: "webhook", name: "upstream", parameters: { max_depth: 3 } },
    ]);
  });

  it("reads how a step is cached, tried again, placed and skipped", () => {
    const spec = parseProjectFile(
      GOOD.replace(
        "needs: [prepare], outputs: [work/model], timeout: 30m, retries: { limit: 1, backoff: 10s }",
        "needs: [prepare], parameters: [max_depth], env: { OMP_NUM_THREADS: 2 }, resources: { cpu: 2, memory: 1.5G }, retries: { limit: 3, factor: 1.5, max_backoff: 2m, on: [75, timeout] }, if: { all: [{ metric: rows, above: 10 }, { not: { output: work/train.csv, field: a.b, equals: x } }] }",
      ).replace("    deploy:", "    concurrency: 1\n    priority: -5\n    deploy:"),
    );
    expect(spec.pipelines.train).toMatchObject({ concurrency: 1, priority: -5 });
    expect(spec.pipelines.train?.steps[1]).toMatchObject({
      parameters: ["max_depth"],
      environment: { OMP_NUM_THREADS: "2" },
      resources: { cpu: 2, memoryBytes: 1.5 * 1_024 ** 3 },
      retries: { limit: 3, backoffSeconds: 10, factor: 1.5, maxBackoffSeconds: 120, on: [75, "timeout"] },
      cache: false,
      condition: {
        kind: "all",
        of: [
          { kind: "metric", name: "rows", operator: "above", value: 10 },
          { kind: "not", of: { kind: "output", path: "work/train.csv", field: "a.b", operator: "equals", value: "x" } },
        ],
      },
    });
  });

  it.each<[string, string, boolean]>([
    ["has outputs and inputs", "stage: data, run: a, inputs: [data], outputs: [out]", true],
    ["has outputs and needs", "stage: train, run: a, needs: [first], outputs: [out]", true],
    ["leaves nothing", "stage: test, run: a, needs: [first]", false],
    ["reads nothing that is declared", "stage: data, run: a, outputs: [out]", false],
    ["deploys", "stage: deploy, run: a, needs: [first], outputs: [out]", false],
    ["says no", "stage: train, run: a, needs: [first], outputs: [out], cache: false", false],
    ["says yes", "stage: data, run: a, cache: true", true],
  ])("a step that %s is cached or not by default", (_, step, cached) => {
    const file = `version: 1\nproject: p\npipelines:\n  p:\n    steps:\n      first: { stage: data, run: a }\n      a: { ${step} }\n`;
    expect(parseProjectFile(file).pipelines.p?.steps[1]?.cache).toBe(cached);
  });

  it.each<[string, [string, string], string, string]>([
    [
      "a retry on something unknown",
      ["backoff: 10s }", "backoff: 10s, on: [oom] }"],
      "oom",
      "pipelines.train.steps.train.retries.on.0: expected timeout, infrastructure or an exit code from 1 to 255",
    ],
    [
      "two kinds in one trigger",
      ["- drift: {", "- push: {}\n        drift: {"],
      "push: {}",
      "pipelines.train.triggers.0: name exactly one of drift, schedule, push, data, pipeline, webhook",
    ],
    [
      "a schedule that never comes",
      ["- drift: {", '- schedule: { cron: "0 0 31 2 *" }\n      - drift: {'],
      '"0 0 31',
      "pipelines.train.triggers.0.schedule.cron: 0 0 31 2 * never comes",
    ],
    [
      "a time zone that is none",
      ["- drift: {", '- schedule: { cron: "@daily", timezone: Mars }\n      - drift: {'],
      "Mars",
      "pipelines.train.triggers.0.schedule.timezone: there is no time zone Mars; write one like Europe/Berlin or UTC",
    ],
    [
      "a pipeline that would start itself",
      ["- drift: {", "- pipeline: { name: train }\n      - drift: {"],
      "train }\n      - drift",
      "pipelines.train.triggers.0.pipeline.name: train would start itself again and again through train",
    ],
    [
      "the same trigger twice",
      ["- drift: {", "- push: {}\n      - push: { branch: main }\n      - drift: {"],
      "push: { branch",
      "pipelines.train.triggers.1.push: the same trigger is listed twice: push main",
    ],
    [
      "an amount of memory without a unit",
      ["timeout: 30m", "resources: { memory: 4 }"],
      "4 }",
      "pipelines.train.steps.train.resources.memory: expected string",
    ],
    [
      "a variable of the step contract",
      ["timeout: 30m", "env: { TRELLIS_RUN_ID: x }"],
      "x }",
      "pipelines.train.steps.train.env.TRELLIS_RUN_ID: Trellis sets TRELLIS_RUN_ID itself; choose another name",
    ],
    [
      "a step's parameter that is not there",
      ["timeout: 30m", "parameters: [depth]"],
      "depth]",
      "pipelines.train.steps.train.parameters.0: there is no parameter depth; parameters are until, max_depth",
    ],
    [
      "a condition with two comparisons",
      ["timeout: 30m", "if: { metric: auc, above: 1, below: 2 }"],
      "if:",
      "pipelines.train.steps.train.if: give exactly one comparison: equals, not_equals, above, at_least, below, at_most",
    ],
    [
      "a condition on nothing",
      ["timeout: 30m", "if: { all: [{ above: 1 }] }"],
      "{ above",
      "pipelines.train.steps.train.if.all.0: name exactly one of metric, parameter, output, all, any and not",
    ],
    [
      "a condition on an output that no needed step leaves",
      ["timeout: 30m", "if: { output: model/x.json, field: a, equals: 1 }"],
      "if:",
      "pipelines.train.steps.train.if: model/x.json is not an output of a step that train needs",
    ],
    [
      "a misspelt key of a condition",
      ["timeout: 30m", "if: { metrc: auc, above: 1 }"],
      "metrc",
      "unknown key pipelines.train.steps.train.if.metrc; did you mean metric?",
    ],
    [
      "an unknown key, with a suggestion",
      ["timeout: 30m", "timeuot: 30m"],
      "timeuot",
      "unknown key pipelines.train.steps.train.timeuot; did you mean timeout?",
    ],
    ["an unknown key at the top", ["version: 1\n", "version: 1\nextra: 1\n"], "extra", "unknown key extra"],
    ["a missing run", ["run: python -m flight_delays.train, ", ""], "train:    {", "pipelines.train.steps.train.run: is missing"],
    ["a bad stage", ["stage: data", "stage: dta"], "dta", "pipelines.train.steps.prepare.stage: expected one of data, train, test, package, deploy, monitor"],
    [
      "a bad duration",
      ["timeout: 30m", "timeout: 30 minutes"],
      "30 minutes",
      "pipelines.train.steps.train.timeout: write a duration as a whole number and s, m, h or d, e.g. 30s, 10m, 2h, 7d",
    ],
    [
      "an unknown step",
      ["needs: [prepare]", "needs: [prepar]"],
      "prepar]",
      "pipelines.train.steps.train.needs.0: there is no step prepar; steps are prepare, train, package",
    ],
    ["a default out of range", ["default: 6", "default: 60"], "60", "pipelines.train.parameters.max_depth.default: the default must be at most 32, not 60"],
    [
      "a default of another type",
      ["default: 6", "default: six"],
      "six",
      'pipelines.train.parameters.max_depth.default: the default must be a whole number, not "six"',
    ],
    [
      "a register path that no step leaves",
      ["path: model", "path: modle"],
      "modle",
      "pipelines.train.register.path: modle is not an output of step package; add it to its outputs",
    ],
    [
      "a register step that is not there",
      ["from: package", "from: pck"],
      "pck",
      "pipelines.train.register.from: there is no step pck; steps are prepare, train, package",
    ],
    [
      "a monitor that is not there",
      ["monitor: production", "monitor: staging"],
      "staging",
      "pipelines.train.triggers.0.drift.monitor: there is no monitor staging; monitors are production",
    ],
    [
      "a trigger parameter that is not there",
      ["until: $window_end", "til: $window_end"],
      "$window_end",
      "pipelines.train.triggers.0.drift.parameters.til: there is no parameter til",
    ],
    [
      "a path out of the repository",
      ["outputs: [model]", "outputs: [../model]"],
      "../model",
      'pipelines.train.steps.package.outputs.0: the path has a part ".."; give a path inside the repository, e.g. work/model',
    ],
    [
      "outputs that overlap",
      ["outputs: [model]", "outputs: [work/model/x]"],
      "work/model/x",
      "pipelines.train.steps.package.outputs.0: work/model/x overlaps work/model, an output of step train; each output belongs to one step",
    ],
    [
      "the reserved step name",
      ["      package:  {", "      environment:  {"],
      "environment:  {",
      "pipelines.train.steps.environment: the name environment is kept for the step that makes the Python environment; choose another",
    ],
    [
      "a step name in capitals",
      ["      package:  {", "      Package:  {"],
      "Package:",
      'the name "Package" cannot be used: use lower case letters, digits, hyphens and underscores, beginning with a letter, at most 63',
    ],
    [
      "an alert rule that cannot fire",
      ["alert_after: 2", "alert_after: 4"],
      "4, of_last",
      "monitors.production.alert_after: alert_after is 4 but only the last 3 windows count (of_last)",
    ],
    ["another version", ["version: 1", "version: 2"], "2\n", "version: expected 1"],
    ["a duplicate key", ["project: flight-delays\n", "project: flight-delays\nproject: other\n"], "project: other", "not valid YAML: Map keys must be unique"],
    ["broken YAML", ["version: 1", "version: [1"], "project:", "not valid YAML:"],
  ])("names file, line and column of %s", (_, [from, to], at, message) => {
    expect(GOOD).toContain(from);
    const text = GOOD.replace(from, () => to);
    const before = text.slice(0, text.indexOf(at)).split("\n");
    expect(faultsOf(text).join("\n")).toContain(`${before.length}:${(before.at(-1)?.length ?? 0) + 1} ${message}`);
  });

  it("names the steps of a circle", () => {
    const [fault] = faultsOf(GOOD.replace("inputs: [data/]", "needs: [package]"));
    expect(fault).toMatch(/^13:9 pipelines.train.steps.prepare.needs: /);
    expect(fault).toContain("prepare needs package needs train needs prepare");
  });

  it("refuses what is not a mapping, and aliases that multiply", () => {
    expect(faultsOf("")[0]).toContain("1:1");
    expect(faultsOf("- 1")[0]).toContain("expected a mapping");
    const bomb = `a: &a [x,x,x,x,x,x,x,x,x]\n${"bcdefgh"
      .split("")
      .map((name, index) => `${name}: &${name} [${Array(9).fill(`*${"abcdefg"[index]}`).join(",")}]`)
      .join("\n")}\n`;
    expect(faultsOf(bomb)[0]).toContain("not usable YAML");
  });

  it("never throws anything but an INVALID with places, whatever the file says", () => {
    const anything = fc.oneof(
      fc.string(),
      fc.jsonValue().map((value) => stringify(value)),
      fc.constantFrom(...GOOD.split("\n")).map((line) => GOOD.replace(line, `${line}: {`)),
    );
    fc.assert(
      fc.property(anything, (text) => {
        for (const fault of faultsOf(text)) expect(fault).toMatch(/^\d+:\d+ ./);
      }),
      { numRuns: 500 },
    );
  });

  it("offers a JSON schema for editors", () => {
    expect(projectFileJsonSchema()).toMatchObject({ type: "object", required: expect.arrayContaining(["version", "project"]), additionalProperties: false });
  });
});
