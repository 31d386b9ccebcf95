import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type AlertDecision, type AlertRule, decideAlert, decideAlerts, type JudgedWindow } from "./alert-rule.ts";

const WEEK_MS = 7 * 86_400_000;
const START = Date.parse("2001-02-01");
const RULE: AlertRule = { alertAfter: 2, ofLast: 3 };

/** One window a letter: d drifted, s stable, i insufficient; a capital letter is still filling. */
function history(letters: string): JudgedWindow[] {
  return [...letters].map((letter, index) => ({
    reportId: `r${index}`,
    start: new Date(START + index * WEEK_MS),
    end: new Date(START + (index + 1) * WEEK_MS),
    verdict: letter.toLowerCase() === "d" ? "drifted" : letter.toLowerCase() === "s" ? "stable" : "insufficient",
    isComplete: letter === letter.toLowerCase(),
    driftedColumns: letter.toLowerCase() === "d" ? ["delay"] : [],
  }));
}

const decide = (letters: string, open: number | null = null, coveredTo: number | null = null, rule = RULE): AlertDecision =>
  decideAlert(
    rule,
    history(letters),
    open === null ? null : { windowEnd: new Date(START + (open + 1) * WEEK_MS) },
    coveredTo === null ? null : new Date(START + (coveredTo + 1) * WEEK_MS),
  );

describe("an alert fires", () => {
  it.each(["dd", "sdd", "dsd", "did", "diid", "sddS", "ddD"])("after %s", (letters) => {
    expect(decide(letters).kind).toBe("fire");
  });

  it.each(["", "d", "sd", "dD", "dss", "dds", "ddss", "i", "dssd", "DD"])("not after %s", (letters) => {
    expect(decide(letters).kind).toBe("keep");
  });

  it("and says since when, up to when, how often and for which columns", () => {
    expect(decide("sdsd")).toEqual({
      kind: "fire",
      reportId: "r3",
      columns: ["delay"],
      since: new Date(START + WEEK_MS),
      windowEnd: new Date(START + 4 * WEEK_MS),
      drifted: 2,
      of: 3,
    });
  });

  it("not again on windows that a resolved alert has covered, but on the next one", () => {
    expect(decide("sdd", null, 2).kind).toBe("keep");
    expect(decide("sddd", null, 2).kind).toBe("fire");
  });
});

describe("an open alert", () => {
  it("takes in a later drifted window", () => {
    expect(decide("ddd", 1)).toMatchObject({ kind: "update", reportId: "r2", windowEnd: new Date(START + 3 * WEEK_MS), drifted: 3 });
  });

  it("does not change when the same windows are judged again", () => {
    expect(decide("dd", 1).kind).toBe("keep");
  });

  it("stays while fewer than three windows in a row are stable", () => {
    expect(decide("dds", 1).kind).toBe("keep");
    expect(decide("ddss", 1).kind).toBe("keep");
    expect(decide("ddssi", 1).kind).toBe("keep");
    expect(decide("ddssS", 1).kind).toBe("keep");
  });

  it("resolves after three stable windows", () => {
    expect(decide("ddsss", 1).kind).toBe("resolve");
    expect(decide("ddssis", 1).kind).toBe("resolve");
  });
});

describe("the rule", () => {
  const letters = fc.array(fc.constantFrom("d", "s", "i", "D", "S"), { maxLength: 20 }).map((list) => list.join(""));
  const rules = fc.integer({ min: 1, max: 6 }).chain((ofLast) => fc.record({ alertAfter: fc.integer({ min: 1, max: ofLast }), ofLast: fc.constant(ofLast) }));

  it("never fires and resolves on one history, and does not depend on the order in which reports are read", () => {
    fc.assert(
      fc.property(letters, rules, (text, rule) => {
        const windows = history(text);
        const fires = decideAlert(rule, windows, null, null);
        expect(decideAlert(rule, [...windows].reverse(), null, null)).toEqual(fires);
        if (fires.kind === "fire") expect(decideAlert(rule, windows, { windowEnd: fires.windowEnd }, null).kind).toBe("keep");
      }),
    );
  });

  it("opens at most one alert however often a growing history is judged, and none twice for one window", () => {
    fc.assert(
      fc.property(letters, rules, (text, rule) => {
        let open: { windowEnd: Date } | null = null;
        let coveredTo: Date | null = null;
        const firedAt: number[] = [];
        for (let length = 1; length <= text.length; length += 1) {
          for (let repeat = 0; repeat < 2; repeat += 1) {
            const decision: AlertDecision = decideAlert(rule, history(text.slice(0, length)), open, coveredTo);
            if (decision.kind === "fire") {
              expect(open).toBeNull();
              open = { windowEnd: decision.windowEnd };
              firedAt.push(decision.windowEnd.getTime());
            } else if (decision.kind === "update") open = { windowEnd: decision.windowEnd };
            else if (decision.kind === "resolve") {
              coveredTo = open?.windowEnd ?? coveredTo;
              open = null;
            }
          }
        }
        expect(new Set(firedAt).size).toBe(firedAt.length);
      }),
    );
  });

  it("gives the same alerts whether windows are judged one by one, in bursts, or all at the end", () => {
    fc.assert(
      fc.property(
        letters.map((text) => text.toLowerCase()),
        rules,
        fc.array(fc.boolean(), { minLength: 20, maxLength: 20 }),
        (text, rule, pauses) => {
          const all = decideAlerts(rule, history(text), null, null);
          const state: { open: { windowEnd: Date } | null; coveredTo: Date | null } = { open: null, coveredTo: null };
          const inBursts: AlertDecision[] = [];
          for (let length = 1; length <= text.length; length += 1) {
            if (pauses[length] && length < text.length) continue;
            for (const decision of decideAlerts(rule, history(text.slice(0, length)), state.open, state.coveredTo)) {
              inBursts.push(decision);
              if (decision.kind === "resolve") {
                state.coveredTo = state.open?.windowEnd ?? state.coveredTo;
                state.open = null;
              } else state.open = { windowEnd: decision.windowEnd };
            }
          }
          expect(inBursts).toEqual(all);
        },
      ),
    );
  });
});

it("all moves of a history come in the order of time", () => {
  expect(decideAlerts(RULE, history("sddsssdsdi"), null, null).map(({ kind }) => kind)).toEqual(["fire", "resolve", "fire"]);
  expect(decideAlerts(RULE, history("ddd"), { windowEnd: new Date(START + 3 * WEEK_MS) }, null)).toEqual([]);
});
