import { spawn } from "node:child_process";
import type { IncomingMessage, ServerResponse } from "node:http";
import { CgiResponse } from "./cgi-response.ts";

/** How a run of the backend ended; `stderr` is for the log. */
export type BackendEnd = { exitCode: number | null; stderr: string };

const MAX_STDERR_LENGTH = 4000;

/**
 * Runs `git http-backend` between a request and its answer. Both bodies stream with back-pressure and are never held. The
 * answer is left open, so that the caller can finish work first; with no head written the backend failed before it spoke.
 */
export function runBackend(request: IncomingMessage, response: ServerResponse, environment: Record<string, string>, maxBodyBytes: number): Promise<BackendEnd> {
  return new Promise((resolve) => {
    // A process group of its own: git starts further processes, and all have to go together.
    const child = spawn("git", ["http-backend"], { cwd: "/", env: environment, stdio: ["pipe", "pipe", "pipe"], detached: true });
    let stderr = "";
    child.stderr.on("data", (chunk: Buffer) => {
      if (stderr.length < MAX_STDERR_LENGTH) stderr += chunk.toString();
    });
    feed(request, child.stdin, maxBodyBytes);
    const answer = new CgiResponse(response);
    const answered = new Promise<void>((done) => answer.once("close", done));
    answer.on("error", (error) => {
      stderr += error.message;
      // Nothing reads the output any more, so git would wait for ever.
      endGroup(child.pid);
      child.stdout.resume();
    });
    child.stdout.pipe(answer).pipe(response, { end: false });
    const onGone = () => {
      answer.resume();
      // A push ends by itself when its input ends, and cleans up; one that had arrived in full goes on, so that its event is
      // not lost. Reading is of no use to anybody now.
      if (environment.TRELLIS_PUSHES === undefined) endGroup(child.pid);
    };
    if (response.destroyed) onGone();
    else response.once("close", onGone);
    child.on("error", (error) => resolve({ exitCode: null, stderr: error.message }));
    child.on("close", (exitCode) => {
      response.off("close", onGone);
      void answered.then(() => resolve({ exitCode, stderr: stderr.trim() }));
    });
  });
}

/** Streams the body in. When git stops listening (it refused), the rest is read and dropped, so that the client hears why. */
function feed(request: IncomingMessage, stdin: NodeJS.WritableStream, maxBodyBytes: number): void {
  request.pipe(stdin);
  request.once("close", () => {
    if (!request.complete) stdin.end();
  });
  stdin.on("error", () => {
    request.unpipe(stdin);
    let dropped = 0;
    request.on("data", (chunk: Buffer) => {
      dropped += chunk.length;
      if (dropped > maxBodyBytes) request.destroy();
    });
  });
}

function endGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, "SIGTERM");
  } catch {
    // It has ended by itself.
  }
}
