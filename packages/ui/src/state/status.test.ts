import { expect, test } from "vitest";
import { allStatuses, describeStatus, statusColor } from "./status.ts";
import type { StatusKind } from "./status.ts";

// The words of every state machine of the product. A state that is missing here would be drawn as unknown.
const machines: Partial<Record<StatusKind, string[]>> = {
  run: ["queued", "running", "succeeded", "failed", "errored", "cancelling", "cancelled"],
  step: ["waiting", "queued", "running", "succeeded", "cached", "failed", "errored", "cancelled", "skipped"],
  attempt: ["launching", "succeeded", "failed", "errored", "lost", "cancelled"],
  scaffold: ["queued", "running", "succeeded", "failed", "cancelled"],
  version: ["ready", "archived"],
  change_request: ["draft", "open", "approved", "committed", "applied", "failed", "rejected", "withdrawn", "superseded"],
  sync: ["synced", "out_of_sync", "unknown"],
  health: ["healthy", "progressing", "degraded", "missing", "unknown"],
  alert: ["firing", "acknowledged", "resolved"],
  drift: ["no_traffic", "waiting", "insufficient", "stable", "watch", "drifted", "not_computable"],
  check: ["pass", "warn", "fail", "unknown"],
};

test.each(Object.entries(machines).flatMap(([kind, words]) => words.map((word) => [kind, word] as const)))("%s %s has a look of its own", (kind, word) => {
  const look = describeStatus(word, kind as StatusKind);
  expect(look.word).not.toBe("");
  expect(allStatuses).toContain(word);
});

test("states of one machine never share both tone and icon, so colour is never all", () => {
  for (const [kind, words] of Object.entries(machines)) {
    const looks = words.map((word) => describeStatus(word, kind as StatusKind));
    expect(new Set(looks.map((look) => look.word)).size).toBe(words.length);
    expect(new Set(looks.map((look) => `${look.tone} ${look.icon.displayName ?? look.icon.name} ${look.moving}`)).size).toBe(words.length);
  }
});

test("only what is under way moves, and nothing that moves has ended", () => {
  for (const status of allStatuses) {
    const look = describeStatus(status);
    expect(look.moving && look.terminal).toBe(false);
  }
  expect(describeStatus("running").moving).toBe(true);
  expect(describeStatus("succeeded").terminal).toBe(true);
});

test("the platform’s fault is not the fault of the code", () => {
  expect(describeStatus("errored").tone).toBe("err");
  expect(describeStatus("failed").tone).toBe("fail");
  expect(describeStatus("cancelled").tone).toBe("outline");
});

test("a word that nobody foresaw is shown as it is", () => {
  expect(describeStatus("half_open")).toMatchObject({ tone: "outline", word: "Half open", terminal: false });
  expect(describeStatus("toString").word).toBe("ToString");
  expect(statusColor("running")).toBe("var(--color-run)");
});
