import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isCoreError } from "../../../kernel/errors.ts";
import { type Condition, parseFilter, type Test } from "./filter.ts";
import { printFilter } from "./print-filter.ts";
import { DATASET_KEYS, KEYED_ENTITIES, type SearchTarget, targetOf, TARGETS, type ValueKind } from "./targets.ts";

const targets = Object.keys(TARGETS) as SearchTarget[];

const text = fc
  .oneof(fc.string({ unit: "binary" }), fc.string({ unit: fc.constantFrom(..."'\"`\\%_().;,- \n\tANDORaé🙂\u00a0") }))
  .map((value) => value.replaceAll("\0", "").toWellFormed());
const key = text.filter((value) => value !== "");
const number = fc.oneof(
  fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }).map(String),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
  fc.constantFrom("0.50", ".5", "5.", "+1", "-1e-3", "1E+400"),
);

function testFor(kind: ValueKind, nullable: boolean): fc.Arbitrary<Test> {
  const tests: fc.Arbitrary<Test>[] =
    kind === "number"
      ? [fc.record({ kind: fc.constant("number"), operator: fc.constantFrom("=", "!=", "<", "<=", ">", ">="), number })]
      : [fc.record({ kind: fc.constant("text"), operator: fc.constantFrom("=", "!=", "LIKE", "ILIKE"), text })];
  if (kind === "listed text")
    tests.push(fc.record({ kind: fc.constant("list"), operator: fc.constantFrom("IN", "NOT IN"), texts: fc.array(text, { minLength: 1, maxLength: 4 }) }));
  if (nullable) tests.push(fc.record({ kind: fc.constant("null"), operator: fc.constantFrom("IS NULL", "IS NOT NULL") }));
  return fc.oneof(...tests);
}

function conditionOf(target: SearchTarget): fc.Arbitrary<Condition> {
  const { attributes, keyed, nullable } = targetOf(target);
  const ofAttributes = Object.entries(attributes).map(([name, kind]) =>
    testFor(kind, false).map((test): Condition => ({ subject: { entity: "attribute", key: name }, test })),
  );
  const ofKeyed = KEYED_ENTITIES.flatMap((entity) => {
    const kind = keyed[entity];
    if (!kind) return [];
    const keys = entity === "dataset" ? fc.constantFrom(...DATASET_KEYS) : key;
    return [fc.tuple(keys, testFor(kind, nullable.includes(entity))).map(([name, test]): Condition => ({ subject: { entity, key: name }, test }))];
  });
  return fc.oneof(...ofAttributes, ...ofKeyed);
}

const anyFilter = fc
  .constantFrom(...targets)
  .chain((target) => fc.record({ target: fc.constant(target), filter: fc.array(conditionOf(target), { maxLength: 5 }) }));

describe("a filter", () => {
  it("survives printing and parsing, whatever its keys and values hold", () => {
    fc.assert(
      fc.property(anyFilter, ({ target, filter }) => {
        expect(parseFilter(printFilter(filter), target)).toEqual(filter);
      }),
      { numRuns: 1_000 },
    );
  });

  it("is understood or refused with the place, whatever a person writes", () => {
    const word = fc.constantFrom(
      ...'metrics. metrics.loss params.`a b` tags."x.y" tag.and run_id name status dataset.name > >= != = LIKE ilike IN not is NULL and AND or ( ) , \'a\' "b" `c` 5 -1.5 1e9 x ; \' " `'.split(
        " ",
      ),
    );
    const written = fc.oneof(
      fc.array(word, { maxLength: 12 }).map((words) => words.join(" ")),
      fc.array(word, { maxLength: 8 }).map((words) => words.join("")),
      fc.string(),
    );
    fc.assert(
      fc.property(fc.constantFrom(...targets), written, (target, filter) => {
        try {
          const parsed = parseFilter(filter, target);
          expect(parseFilter(printFilter(parsed), target)).toEqual(parsed);
        } catch (error) {
          if (!isCoreError(error)) throw error;
          expect(error.code).toBe("INVALID");
          const [issue] = error.issues;
          if (issue) expect(issue.column).toBeGreaterThan(0);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it.each([
    ["metrics.loss > 0.5", "metrics.loss > 0.5"],
    ['metric.`f1 score`>=-1e-3 and metrics."a" != +5', "metrics.`f1 score` >= -1e-3 AND metrics.a != +5"],
    ['tags.mlflow.source.name = "it\'s"', "tags.mlflow.source.name = 'it''s'"],
    ["params.lr LIKE '1e-%' And parameter.lr is not null aNd parameters.x IS NULL", "params.lr LIKE '1e-%' AND params.lr IS NOT NULL AND params.x IS NULL"],
    ["metrics.val/loss < 5 and metrics.top-5:acc=1 and metrics.7.5 = .5", "metrics.val/loss < 5 AND metrics.top-5:acc = 1 AND metrics.7.5 = .5"],
    ["attributes.run_id IN ('A', \"B\",) and attr.run_id not  in ('c')", "run_id IN ('A', 'B') AND run_id NOT IN ('c')"],
    [
      "run.created > 5 and attribute.`start_time` < 9 and `Run Name` ilike 'x' and \"status\" = 'RUNNING'",
      "start_time > 5 AND start_time < 9 AND run_name ILIKE 'x' AND status = 'RUNNING'",
    ],
    [
      "datasets.name IN ('a') and dataset.digest != 'b' and dataset.context LIKE 'tr%'",
      "datasets.name IN ('a') AND datasets.digest != 'b' AND datasets.context LIKE 'tr%'",
    ],
    ["tags.größe = 'é'", "tags.größe = 'é'"],
    ["tags.path = 'C:\\new'", "tags.path = 'C:\\new'"],
  ])("understands %s", (written, printed) => {
    expect(printFilter(parseFilter(written, "runs"))).toBe(printed);
  });

  it("is no condition when it is absent or blank", () => {
    for (const blank of [undefined, null, "", " \n\t"]) expect(parseFilter(blank, "runs")).toEqual([]);
  });

  it.each([
    ["runs", "metrics.a = 1 OR metrics.b = 2", 15, "OR is not part"],
    ["runs", "(metrics.a = 1)", 1, "Parentheses stand only"],
    ["runs", "metrics.a = '1'", 13, "Expected numeric value type for metric 'a'"],
    ["runs", "params.a = 1", 12, "Expected a quoted string value for param 'a'. Found 1: write '1'."],
    ["runs", "params.a > '1'", 10, "Invalid comparator '>'"],
    ["runs", "metrics.a LIKE '1'", 11, "Invalid comparator 'LIKE'"],
    ["runs", "metrics.a IS NULL", 11, "Invalid comparator 'IS NULL'"],
    ["runs", "status IN ('RUNNING')", 8, "Only the 'run_id' attribute supports comparison with a list"],
    ["runs", "run_id IN ()", 12, "Expected a number, or text"],
    ["runs", "run_id IN ('a',,'b')", 16, "found ','"],
    ["runs", "run_id IN (1)", 12, "Expected a quoted string value"],
    ["runs", "loss > 1", 1, "Invalid attribute key 'loss' specified. Valid keys are 'run_id'"],
    ["runs", "metricz.loss > 1", 1, "Invalid entity type 'metricz'"],
    ["runs", "params.a == 'x'", 11, "found '='"],
    ["runs", "params.a = x", 12, "found 'x'"],
    ["runs", "params.a = 'x", 12, "never closed"],
    ["runs", "params.`` = 'x'", 1, "The key is empty"],
    ["runs", "params.a = 'x'; drop table run", 15, "';' means nothing"],
    ["runs", "params.a = 'x' and", 19, "found the end"],
    ["runs", "params.a\n= 'x' tags.b = 'y'", 16, "Expected AND or the end"],
    ["runs", "dataset.profile = 'x'", 1, "Valid keys are 'name', 'digest', 'context'"],
    ["runs", "constructor.x = 'x'", 1, "Invalid entity type"],
    ["experiments", "metrics.a > 1", 1, "Invalid entity type"],
    ["experiments", "name IN ('a')", 6, "Invalid comparator 'IN'"],
    ["registeredModels", "tags.a IS NULL", 8, "Invalid comparator 'IS NULL'"],
    ["modelVersions", "version_number = '1'", 18, "Expected numeric value type"],
    ["loggedModels", "hasOwnProperty = 'x'", 1, "Invalid attribute key"],
  ] as const)("of %s refuses %s", (target, filter, character, message) => {
    expect(() => parseFilter(filter, target)).toThrow(
      expect.objectContaining({ code: "INVALID", message: expect.stringMatching(new RegExp(`at character ${character}:`)) }),
    );
    expect(() => parseFilter(filter, target)).toThrow(message);
  });

  it("says line and column of a fault", () => {
    expect(() => parseFilter("params.a = 'x' and\n  metrics.b = 'y'", "runs")).toThrow(
      expect.objectContaining({ issues: [expect.objectContaining({ path: "filter", line: 2, column: 15 })] }),
    );
  });

  it("has an end, and holds only what can be stored", () => {
    const many = (count: number) => Array.from({ length: count }, () => "metrics.a > 1").join(" and ");
    expect(parseFilter(many(100), "runs")).toHaveLength(100);
    expect(() => parseFilter(many(101), "runs")).toThrow("more than 100");
    expect(() => parseFilter("params.a = '\0'", "runs")).toThrow(expect.objectContaining({ code: "INVALID" }));
    expect(() => parseFilter("params.a = '\ud800'", "runs")).toThrow(expect.objectContaining({ code: "INVALID" }));
  });
});
