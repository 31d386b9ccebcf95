import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import fc from "fast-check";
import { expect, it } from "vitest";
import { parseProcessStat, readProcessStat } from "./process-identity.ts";
import { overwriteExitCode, parseStateRecord, readStateFile, recordStartFailure } from "./state-file.ts";

it("reads what a wrapper writes", () => {
  fc.assert(
    fc.property(fc.nat(4_194_304), fc.uuid(), fc.stringMatching(/^\d{1,12}$/), fc.nat(255), (pid, bootId, startTime, exitCode) => {
      const identity = { pid, bootId, startTime };
      const rest = ` ${pid} ${bootId} ${startTime}\n`;
      expect(parseStateRecord(`running ${rest}`)).toEqual({ kind: "running", identity });
      expect(parseStateRecord(`exit ${String(exitCode).padStart(3)}${rest}`)).toEqual({ kind: "exited", exitCode, identity });
    }),
  );
});

it("never takes a part of a record for another state", () => {
  const whole = "running  123 5583 456\n";
  for (let length = 0; length < whole.length; length += 1) expect(parseStateRecord(whole.slice(0, length)).kind).toBe("empty");
});

it("makes something of any text", () => {
  fc.assert(fc.property(fc.string(), (text) => ["empty", "fenced", "running", "exited"].includes(parseStateRecord(text).kind)));
});

it("records the end of what could not be started, unless something had begun", async () => {
  const folder = await mkdtemp(path.join(tmpdir(), "state-file-"));
  const file = path.join(folder, "process");
  expect(await readStateFile(file)).toEqual({ kind: "absent" });
  expect(recordStartFailure(file, 125)).toBe(true);
  expect(recordStartFailure(file, 126)).toBe(false);
  expect(await readStateFile(file)).toEqual({ kind: "exited", exitCode: 125, identity: null });
  overwriteExitCode(file, 9);
  expect(await readStateFile(file)).toMatchObject({ kind: "exited", exitCode: 9 });
  await rm(folder, { recursive: true });
});

it("reads a stat line whatever the command is called", () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 15 }), (name) => {
      const fields = Array.from({ length: 50 }, (_, index) => index + 1);
      const stat = parseProcessStat(`77 (${name}) S 1 2 3 ${fields.join(" ")}`);
      expect(stat).toEqual({ pid: 77, state: "S", parent: 1, group: 2, session: 3, startTime: "16" });
    }),
  );
});

it("finds this process", () => {
  expect(readProcessStat(process.pid)).toMatchObject({ pid: process.pid, parent: process.ppid });
  expect(readProcessStat(0)).toBeNull();
});
