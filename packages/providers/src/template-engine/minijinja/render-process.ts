import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { CoreError } from "@trellis/core/kernel/errors.ts";
import type { RenderFault } from "./render-fault.ts";
import type { RenderReply, RenderRequest } from "./render-main.ts";
import type { RenderedFile } from "./render-files.ts";

const MAIN = fileURLToPath(new URL("./render-main.ts", import.meta.url));

// 4,096 pages of 64 KiB = 256 MiB for the engine; the rest of the process gets 512 MiB. The child may read files (its own
// code) and do nothing else: no writing, no processes, no workers, no addons, no code made from text.
const NODE_OPTIONS = ["--wasm-max-mem-pages=4096", "--max-old-space-size=512", "--permission", "--allow-fs-read=*", "--disallow-code-generation-from-strings"];

export type RenderOutcome = { files: RenderedFile[] } | { fault: RenderFault };

/**
 * The process in which templates are rendered, one job at a time. It is started when first needed, kept for the next job and
 * replaced after a fault that may have broken it. It keeps nothing alive: an idle one does not hold the portal's process.
 */
export class RenderProcess {
  readonly #timeoutMs: number;
  #child: ChildProcess | null = null;
  #tail: Promise<unknown> = Promise.resolve();
  #isClosed = false;

  constructor(timeoutMs: number) {
    this.#timeoutMs = timeoutMs;
  }

  /** Queues a job. The time limit begins when its turn comes. */
  render(request: RenderRequest): Promise<RenderOutcome> {
    if (this.#isClosed) return Promise.reject(new CoreError("UNAVAILABLE", "The template engine is closed, because the portal is stopping."));
    const job = this.#tail.then(() => this.#run(request));
    this.#tail = job.catch(() => undefined);
    return job;
  }

  /** Ends the process after the jobs that are queued. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#tail;
    await this.#discard();
  }

  async #run(request: RenderRequest): Promise<RenderOutcome> {
    const child = this.#child ?? this.#start();
    hold(child, true);
    const outcome = await this.#converse(child, request);
    hold(child, false);
    if ("fault" in outcome && outcome.fault.isFatal) await this.#discard();
    return outcome;
  }

  #start(): ChildProcess {
    const child = fork(MAIN, [], { execArgv: NODE_OPTIONS, env: {}, cwd: "/", serialization: "advanced", stdio: ["ignore", "ignore", "ignore", "ipc"] });
    this.#child = child;
    child.once("exit", () => {
      if (this.#child === child) this.#child = null;
    });
    return child;
  }

  #converse(child: ChildProcess, request: RenderRequest): Promise<RenderOutcome> {
    return new Promise((resolve) => {
      let file: string | undefined;
      const finish = (outcome: RenderOutcome) => {
        clearTimeout(timer);
        child.off("message", onMessage).off("exit", onExit).off("error", onExit);
        resolve(outcome);
      };
      const finishFatal = (message: string) => finish({ fault: { code: "INVALID", message, file, isFatal: true } });
      const timer = setTimeout(() => finishFatal(`takes longer than ${this.#timeoutMs / 1000} seconds to render`), this.#timeoutMs);
      // The limits on memory end the process, and nothing else does.
      const onExit = () => finishFatal("needs more memory than a template may use");
      const onMessage = (reply: RenderReply) => {
        if (reply.kind === "file") file = reply.path;
        else if (reply.kind === "done") finish({ files: reply.files });
        else finish({ fault: reply.fault });
      };
      child.on("message", onMessage).once("exit", onExit).once("error", onExit);
      child.send(request, (error) => {
        if (error) finishFatal("could not be sent to the process that renders it");
      });
    });
  }

  async #discard(): Promise<void> {
    const child = this.#child;
    this.#child = null;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise((resolve) => child.once("exit", resolve));
    hold(child, true);
    child.kill("SIGKILL");
    await gone;
  }
}

/** Whether a child keeps this process from ending. */
function hold(child: ChildProcess, isHeld: boolean): void {
  if (isHeld) {
    child.ref();
    child.channel?.ref();
  } else {
    child.unref();
    child.channel?.unref();
  }
}
