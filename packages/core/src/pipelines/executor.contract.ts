import { randomUUID } from "node:crypto";
import { access, mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ExecutionHandle, ExecutionState, Executor } from "./ports.ts";

/** What an adapter brings to the suite. */
export type ExecutorFixture = {
  executor: Executor;
  /** Makes an executor that knows nothing of the first one's memory, as after a crash of the portal. */
  reopen(): Promise<Executor>;
  close(): Promise<void>;
};

/** The suite of the `Executor` port: every adapter runs it from a `*.test.ts`. Commands run by a POSIX shell with `sleep` and `env`. */
export function executorContract(name: string, open: () => Promise<ExecutorFixture>): void {
  describe(`executor contract: ${name}`, () => {
    let fixture: ExecutorFixture;
    let scratch: string;

    beforeAll(async () => {
      scratch = await mkdtemp(path.join(tmpdir(), "executor-contract-"));
      fixture = await open();
    });
    afterAll(async () => {
      await fixture.close();
      await rm(scratch, { recursive: true, force: true });
    });

    const signal = new AbortController().signal;

    async function submit(command: string, environment: Record<string, string> = {}): Promise<{ id: string; handle: ExecutionHandle; work: string }> {
      const id = randomUUID();
      const work = path.join(scratch, id);
      await mkdir(work);
      const handle = await fixture.executor.submit({
        attemptId: id,
        command,
        workFolder: work,
        environment: { PATH: "/usr/local/bin:/usr/bin:/bin", ...environment },
      });
      return { id, handle, work };
    }

    async function run(command: string, environment: Record<string, string> = {}): Promise<{ id: string; state: ExecutionState; log: string; work: string }> {
      const { id, handle, work } = await submit(command, environment);
      const state = await fixture.executor.wait(id, handle, signal);
      return { id, state, log: await readAll(fixture.executor, id), work };
    }

    describe("running a command", () => {
      it("reports success, and goes on reporting it", async () => {
        const { id, state } = await run("true");
        expect(state).toEqual({ state: "exited", exitCode: 0 });
        expect(await fixture.executor.poll(id, null)).toEqual(state);
      });

      it.each([
        ["exit 3", 3],
        ["trellis-no-such-command", 127],
        ["/etc/passwd", 126],
        ["kill -9 $$", 137],
        ["kill -15 $$", 143],
      ])("reports the exit code of `%s`", async (command, exitCode) => {
        expect((await run(command)).state).toEqual({ state: "exited", exitCode });
      });

      it("names in the log a command that is not there", async () => {
        expect((await run("trellis-no-such-command")).log).toContain("trellis-no-such-command");
      });

      it("starts it in the work folder", async () => {
        const { work } = await run("echo here > marker");
        expect(await readFile(path.join(work, "marker"), "utf8")).toBe("here\n");
      });

      it("gives it the environment of the request and nothing of the portal's", async () => {
        const { log } = await run("env", { GREETING: "a 'b' \"c\" $d\nsecond line" });
        expect(log).toContain("GREETING=a 'b' \"c\" $d\nsecond line\n");
        for (const name of ["NODE_OPTIONS", "NODE_ENV", "VITEST", "DATABASE_URL", "NODE_CHANNEL_FD"]) expect(log).not.toMatch(new RegExp(`^${name}=`, "m"));
      });

      it("passes quotes, line ends and other languages through", async () => {
        const { log } = await run(`printf '%s\\n' "it's" 'a "b"' && cat <<'END'\n$HOME é 日本 \\n\nEND`);
        expect(log).toBe('it\'s\na "b"\n$HOME é 日本 \\n\n');
      });

      it("keeps stdout and stderr in the order written", async () => {
        expect((await run("echo 1; echo 2 >&2; echo 3; echo 4 >&2")).log).toBe("1\n2\n3\n4\n");
      });

      it("gives it no input", async () => {
        expect((await run("cat; echo end")).log).toBe("end\n");
      });

      it("says in its log that the work folder is missing", async () => {
        const id = randomUUID();
        const handle = await fixture.executor.submit({ attemptId: id, command: "true", workFolder: path.join(scratch, "nowhere"), environment: {} });
        const state = await fixture.executor.wait(id, handle, signal);
        expect(state).toMatchObject({ state: "exited", exitCode: 125 });
        expect(await readAll(fixture.executor, id)).toContain(path.join(scratch, "nowhere"));
      });
    });

    describe("asking twice", () => {
      it("starts one process for two submits at once, and returns the same handle", async () => {
        const id = randomUUID();
        const request = { attemptId: id, command: "echo run", workFolder: scratch, environment: {} };
        const [first, second] = await Promise.all([fixture.executor.submit(request), fixture.executor.submit(request)]);
        expect(second).toEqual(first);
        await fixture.executor.wait(id, first, signal);
        expect(await fixture.executor.submit(request)).toEqual(first);
        expect(await readAll(fixture.executor, id)).toBe("run\n");
      });

      it("does not take an attempt whose submit is under way for one that never began", async () => {
        const id = randomUUID();
        const submitted = fixture.executor.submit({ attemptId: id, command: "exit 8", workFolder: scratch, environment: {} });
        await fixture.executor.poll(id, null);
        expect(await fixture.executor.wait(id, await submitted, signal)).toEqual({ state: "exited", exitCode: 8 });
      });

      it("lets several wait", async () => {
        const { id, handle } = await submit("sleep 0.1; exit 4");
        const states = await Promise.all([1, 2, 3].map(() => fixture.executor.wait(id, handle, signal)));
        expect(states).toEqual(Array(3).fill({ state: "exited", exitCode: 4 }));
      });

      it("proves that an attempt never began, and then never begins it", async () => {
        const id = randomUUID();
        expect(await fixture.executor.poll(id, null)).toEqual({ state: "never_started" });
        const handle = await fixture.executor.submit({ attemptId: id, command: "echo late", workFolder: scratch, environment: {} });
        expect(await fixture.executor.wait(id, handle, signal)).toEqual({ state: "never_started" });
        expect(await readAll(fixture.executor, id)).toBe("");
      });
    });

    describe("waiting", () => {
      it("gives up when told to, and leaves the command alone", async () => {
        const { id, handle } = await submit("sleep 30");
        const abort = new AbortController();
        const waiting = fixture.executor.wait(id, handle, abort.signal);
        abort.abort(new Error("enough"));
        await expect(waiting).rejects.toThrow("enough");
        expect(await fixture.executor.poll(id, handle)).toEqual({ state: "running" });
        await fixture.executor.cancel(id, handle, 0);
        await fixture.executor.wait(id, handle, signal);
      });
    });

    describe("after a crash of the portal", () => {
      it("finds a running command by its attempt id and tells its outcome", async () => {
        const { id, handle, work } = await submit("touch begun; until [ -e go ]; do sleep 0.02; done; echo went; exit 5");
        await exists(path.join(work, "begun"));
        const later = await fixture.reopen();
        expect(await later.poll(id, null)).toEqual({ state: "running" });
        const waiting = later.wait(id, handle, signal);
        await mkdir(path.join(work, "go"));
        expect(await waiting).toEqual({ state: "exited", exitCode: 5 });
        expect(await readAll(later, id)).toBe("went\n");
      });

      it("finds the outcome of a command that ended meanwhile", async () => {
        const { id } = await run("exit 6");
        expect(await (await fixture.reopen()).poll(id, null)).toEqual({ state: "exited", exitCode: 6 });
      });

      it("cancels a command that the earlier portal started", async () => {
        const { id, handle, work } = await submit("touch begun; sleep 60");
        await exists(path.join(work, "begun"));
        const later = await fixture.reopen();
        await later.cancel(id, null, 5_000);
        expect(await later.wait(id, handle, signal)).toEqual({ state: "exited", exitCode: 143 });
      });
    });

    describe("cancelling", () => {
      it("asks politely, so that a command can tidy up", async () => {
        const { id, handle, work } = await submit("trap 'echo tidied; exit 7' TERM; touch ready; while :; do sleep 0.02; done");
        await exists(path.join(work, "ready"));
        await fixture.executor.cancel(id, handle, 30_000);
        expect(await fixture.executor.wait(id, handle, signal)).toEqual({ state: "exited", exitCode: 7 });
        expect(await readAll(fixture.executor, id)).toContain("tidied\n");
      });

      it("uses force on a command that does not listen", async () => {
        const { id, handle, work } = await submit("trap '' TERM INT; touch ready; while :; do sleep 0.05; done");
        await exists(path.join(work, "ready"));
        await fixture.executor.cancel(id, handle, 50);
        expect(await fixture.executor.wait(id, handle, signal)).toEqual({ state: "exited", exitCode: 137 });
      });

      it("leaves an ended command as it is", async () => {
        const { id, state } = await run("exit 2");
        await fixture.executor.cancel(id, null, 0);
        expect(await fixture.executor.poll(id, null)).toEqual(state);
      });

      it("keeps an attempt that has not begun from ever beginning", async () => {
        const id = randomUUID();
        await fixture.executor.cancel(id, null, 0);
        expect(await fixture.executor.poll(id, null)).toEqual({ state: "never_started" });
      });
    });

    describe("reading the log", () => {
      it("reads by offset and limit, and says when it is over", async () => {
        const { id } = await run("printf 0123456789");
        expect(await text(fixture.executor, id, 0, 4)).toEqual(["0123", 4, false]);
        expect(await text(fixture.executor, id, 4, 100)).toEqual(["456789", 10, true]);
        expect(await text(fixture.executor, id, 10, 100)).toEqual(["", 10, true]);
      });

      it("follows: waits for what comes, then for the end", async () => {
        const { id, work } = await submit("echo one; until [ -e go ]; do sleep 0.02; done; echo two");
        let log = "";
        let offset = 0;
        for (let end = false; !end;) {
          const chunk = await fixture.executor.readLogs(id, offset, { limit: 1_000, follow: true });
          log += chunk.content.toString();
          ({ nextOffset: offset, end } = chunk);
          if (log === "one\n") await mkdir(path.join(work, "go"), { recursive: true });
        }
        expect(log).toBe("one\ntwo\n");
      });

      it("stops following when told to", async () => {
        const { id, handle } = await submit("sleep 30");
        const abort = new AbortController();
        const reading = fixture.executor.readLogs(id, 0, { limit: 10, follow: true, signal: abort.signal });
        abort.abort(new Error("page closed"));
        await expect(reading).rejects.toThrow("page closed");
        await fixture.executor.cancel(id, handle, 0);
        await fixture.executor.wait(id, handle, signal);
      });

      it("has nothing for an attempt that has not begun", async () => {
        expect(await text(fixture.executor, randomUUID(), 0, 10)).toEqual(["", 0, false]);
      });
    });
  });
}

async function text(executor: Executor, id: string, offset: number, limit: number): Promise<[string, number, boolean]> {
  const { content, nextOffset, end } = await executor.readLogs(id, offset, { limit });
  return [content.toString(), nextOffset, end];
}

async function readAll(executor: Executor, id: string): Promise<string> {
  const parts: Buffer[] = [];
  for (let offset = 0, end = false; !end;) {
    const chunk = await executor.readLogs(id, offset, { limit: 65_536 });
    parts.push(chunk.content);
    ({ nextOffset: offset, end } = chunk);
  }
  return Buffer.concat(parts).toString();
}

/** Resolves once the command has made the file; the test's own time limit ends the wait otherwise. */
async function exists(file: string): Promise<void> {
  while (
    !(await access(file).then(
      () => true,
      () => false,
    ))
  )
    await new Promise((resolve) => setImmediate(resolve));
}
