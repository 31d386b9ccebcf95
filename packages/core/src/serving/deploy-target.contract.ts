import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { DeployTarget, ObservedWorkload, Workload } from "./ports.ts";

/** What an adapter brings to the suite. It must give up a workload after a few quick exits, within seconds. */
export type DeployTargetFixture = {
  target: DeployTarget;
  /** Makes a target that knows nothing of the first one's memory, as after a crash of the portal; the first is not used again. */
  reopen(): Promise<DeployTarget>;
  close(): Promise<void>;
};

/** A worker of the smallest kind. Every start writes a line with its process id to LEDGER. */
const WORKER = `
const http = require("node:http"), fs = require("node:fs");
const { TRELLIS_ADDRESS_FILE: file, LEDGER, ANSWER = "hello" } = process.env;
let ready = process.env.HELD !== "yes";
fs.appendFileSync(LEDGER, process.pid + "\\n");
console.log("worker starts with answer " + ANSWER);
const server = http.createServer((request, response) => {
  if (request.url === "/exit") { console.error("worker fails on purpose"); process.exit(9); }
  if (request.url === "/release") ready = true;
  response.writeHead(request.url === "/ready" && !ready ? 503 : 200).end(ANSWER);
});
server.listen(0, "127.0.0.1", () => {
  fs.writeFileSync(file + ".part", "http://127.0.0.1:" + server.address().port);
  fs.renameSync(file + ".part", file);
});
`;

/** The suite of the `DeployTarget` port: every adapter runs it from a `*.test.ts`. */
export function deployTargetContract(name: string, open: () => Promise<DeployTargetFixture>): void {
  describe(`deploy target contract: ${name}`, { timeout: 30_000 }, () => {
    let fixture: DeployTargetFixture;
    let target: DeployTarget;
    let scratch: string;
    let count = 0;

    beforeAll(async () => {
      scratch = await mkdtemp(path.join(tmpdir(), "deploy-target-contract-"));
      await writeFile(path.join(scratch, "worker.cjs"), WORKER);
      fixture = await open();
      target = fixture.target;
    });
    afterAll(async () => {
      await fixture.close();
      await rm(scratch, { recursive: true, force: true });
    });
    beforeEach(() => {
      count += 1;
    });

    function worker(version: number, environment: Record<string, string> = {}): Workload {
      const workload = `delays-${count}@${version}`;
      return {
        name: workload,
        command: `exec "$NODE" worker.cjs`,
        workFolder: scratch,
        environment: { NODE: process.execPath, LEDGER: ledgerOf(workload), PATH: "/usr/bin:/bin", ...environment },
        readinessPath: "/ready",
      };
    }

    function ledgerOf(workload: string): string {
      return path.join(scratch, `${workload}.ledger`);
    }

    /** Process ids of the starts so far. */
    async function starts(workload: Workload): Promise<number[]> {
      const lines = await readFile(ledgerOf(workload.name), "utf8").catch(() => "");
      return lines.split("\n").filter(Boolean).map(Number);
    }

    /** The next state of the workload, pushed, that meets the condition. It listens from the call on. */
    function becomes(workload: Workload, condition: (observed: ObservedWorkload) => boolean): Promise<ObservedWorkload> {
      const { promise, resolve } = Promise.withResolvers<ObservedWorkload>();
      const enough = new AbortController();
      target.watch((observed) => {
        if (observed.name !== workload.name || !condition(observed)) return;
        enough.abort();
        resolve(observed);
      }, enough.signal);
      return promise;
    }

    async function applyUntilReady(workload: Workload): Promise<ObservedWorkload & { address: string }> {
      const ready = becomes(workload, ({ state }) => state === "ready");
      await target.apply(workload);
      return withAddress(await ready);
    }

    async function observe(workload: Workload): Promise<ObservedWorkload | undefined> {
      return (await target.observe()).find((observed) => observed.name === workload.name);
    }

    it("starts a workload, tells when it is ready, and where", async () => {
      const workload = worker(1, { ANSWER: "it's me" });
      const observed = await applyUntilReady(workload);
      expect(observed).toEqual({ name: workload.name, state: "ready", address: expect.stringMatching(/^http:\/\//), restarts: 0, message: null });
      expect(await (await fetch(observed.address)).text()).toBe("it's me");
      expect(await observe(workload)).toEqual(observed);
    });

    it("starts nothing twice", async () => {
      const workload = worker(1);
      const ready = becomes(workload, ({ state }) => state === "ready");
      await Promise.all([target.apply(workload), target.apply(workload)]);
      await ready;
      await target.apply(workload);
      expect(await starts(workload)).toHaveLength(1);
    });

    it("runs two versions side by side", async () => {
      const [one, two] = [worker(1, { ANSWER: "one" }), worker(2, { ANSWER: "two" })];
      const [first, second] = await Promise.all([applyUntilReady(one), applyUntilReady(two)]);
      expect(await Promise.all([first, second].map(async ({ address }) => (await fetch(address)).text()))).toEqual(["one", "two"]);
    });

    it("replaces a workload whose description changed", async () => {
      await applyUntilReady(worker(1, { ANSWER: "old" }));
      const [old = 0] = await starts(worker(1));
      const { address } = await applyUntilReady(worker(1, { ANSWER: "new" }));
      expect(await (await fetch(address)).text()).toBe("new");
      expect(lives(old)).toBe(false);
    });

    it("is not ready before its readiness path answers 200, and says what it waits for", async () => {
      const workload = worker(1, { HELD: "yes" });
      const held = becomes(workload, ({ message }) => message?.includes("503") === true);
      await target.apply(workload);
      expect(await held).toMatchObject({ state: "starting", address: null, message: "GET /ready answers 503." });
    });

    it("starts a workload again that exits, and counts it", async () => {
      const workload = worker(1);
      const { address } = await applyUntilReady(workload);
      const stumbled = becomes(workload, ({ state }) => state === "starting");
      const again = becomes(workload, ({ state, restarts }) => state === "ready" && restarts === 1);
      await fetch(`${address}/exit`).catch(() => {});
      expect(await stumbled).toMatchObject({ address: null, message: expect.stringContaining("exited with code 9") });
      expect((await again).address).not.toBeNull();
      expect(await starts(workload)).toHaveLength(2);
    });

    it("gives up one that keeps exiting, with the last lines of its log, until it is applied again", async () => {
      const workload = { ...worker(1), command: 'echo "no module named delays"; exit 3' };
      const exited = becomes(workload, ({ state }) => state === "exited");
      await target.apply(workload);
      const { message } = await exited;
      expect(message).toContain("exited with code 3");
      expect(message).toContain("no module named delays");
      const tried = becomes(workload, ({ state }) => state === "starting");
      await target.apply(workload);
      await tried;
    });

    it("says that a command is not there", async () => {
      const workload = { ...worker(1), command: "trellis-no-such-command" };
      const exited = becomes(workload, ({ state }) => state === "exited");
      await target.apply(workload);
      expect((await exited).message).toContain("trellis-no-such-command");
    });

    it("removes a workload and forgets it", async () => {
      const workload = worker(1);
      await applyUntilReady(workload);
      const [pid = 0] = await starts(workload);
      await target.remove(workload.name);
      expect(lives(pid)).toBe(false);
      expect(await observe(workload)).toBeUndefined();
      await target.remove(workload.name);
    });

    it("keeps the log for people, and cuts it at a line", async () => {
      const workload = worker(1, { ANSWER: "x".repeat(100) });
      await applyUntilReady(workload);
      const again = becomes(workload, ({ state, restarts }) => state === "ready" && restarts === 1);
      expect(await target.readLogs(workload.name, 10_000)).toBe(`worker starts with answer ${"x".repeat(100)}\n`);
      await fetch(`${(await observe(workload))?.address}/exit`).catch(() => {});
      await again;
      expect(await target.readLogs(workload.name, 130)).toBe(`worker starts with answer ${"x".repeat(100)}\n`);
      expect(await target.readLogs(workload.name, 50)).toBe(`${"x".repeat(49)}\n`);
      expect(await target.readLogs("delays-unknown@1", 50)).toBe("");
    });

    it("stops telling when told to", async () => {
      const workload = worker(1);
      const enough = new AbortController();
      const seen: string[] = [];
      target.watch(({ name: changed, state }) => changed === workload.name && seen.push(state), enough.signal);
      enough.abort();
      await applyUntilReady(workload);
      expect(seen).toEqual([]);
    });

    it("refuses a name that would lead out of its place", async () => {
      await expect(target.apply({ ...worker(1), name: "../evil@1" })).rejects.toMatchObject({ code: "INVALID" });
    });

    it("finds running workloads again after a crash of the portal, as they are", async () => {
      const [kept, removed] = [worker(1), worker(2)];
      const before = await applyUntilReady(kept);
      await applyUntilReady(removed);
      const pids = [...(await starts(kept)), ...(await starts(removed))];
      target = await fixture.reopen();
      const again = becomes(kept, ({ state }) => state === "ready");
      const adopted = (await observe(kept))?.state === "ready" ? await observe(kept) : await again;
      expect(adopted).toMatchObject({ state: "ready", address: before.address });
      await target.remove(removed.name);
      expect(pids.map(lives)).toEqual([true, false]);
      await target.apply(kept);
      expect(await starts(kept)).toHaveLength(1);
    });
  });
}

function withAddress(observed: ObservedWorkload): ObservedWorkload & { address: string } {
  const { address } = observed;
  if (address === null) throw new Error(`${observed.name} is ready but has no address`);
  return { ...observed, address };
}

function lives(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
