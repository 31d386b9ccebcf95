import { once } from "node:events";
import http, { type IncomingMessage, type RequestOptions } from "node:http";
import https from "node:https";
import { text as readText } from "node:stream/consumers";
import { CoreError } from "@trellis/core/kernel/errors.ts";

/** States of a Ray job (https://docs.ray.io, Job Submission REST API). */
export type RayJobStatus = "PENDING" | "RUNNING" | "STOPPED" | "SUCCEEDED" | "FAILED";
export type RayJob = { status: RayJobStatus; message: string; errorType: string | null };

export type RayJobSubmission = {
  /** The attempt's id: a second submission under it is refused by Ray, which makes submitting repeatable. */
  submissionId: string;
  /** Shell command of the driver. It stands in Ray's dashboard, so nothing secret is in it. */
  entrypoint: string;
  cpus: number;
  /** 0 = not reserved. */
  memoryBytes: number;
  /** Seconds between Ray's SIGTERM and its SIGKILL when the job is stopped. */
  stopGraceSeconds: number;
};

/** The Job Submission API of one Ray cluster. */
export type RayJobs = {
  /** True also when the job had been submitted before. UNAVAILABLE when the cluster cannot be reached, INVALID when it refuses the job. */
  submit(submission: RayJobSubmission): Promise<void>;
  /** null = the cluster knows no such job. UNAVAILABLE when it cannot be reached. */
  find(submissionId: string): Promise<RayJob | null>;
  /** Ends the job's processes; without effect on one that has ended or is not there. */
  stop(submissionId: string): Promise<void>;
};

const TIMEOUT_MS = 30_000;

/**
 * Speaks to the dashboard of a Ray head node, e.g. `http://ray-head:8265`.
 *
 * @param options.token Ray's own token (`RAY_AUTH_MODE=token`), if the cluster asks for one.
 */
export function createRayJobs(options: { address: string; token?: string | undefined }): RayJobs {
  const base = options.address.replace(/\/+$/, "");

  async function call(method: string, path: string, body?: unknown): Promise<{ status: number; text: string }> {
    const headers = { "content-type": "application/json", ...(options.token ? { authorization: `Bearer ${options.token}` } : {}) };
    const answer = await send(`${base}${path}`, { method, headers, timeout: TIMEOUT_MS }, body === undefined ? "" : JSON.stringify(body)).catch(
      (cause: unknown) => {
        throw new CoreError("UNAVAILABLE", `The Ray cluster at ${base} does not answer: ${cause instanceof Error ? cause.message : String(cause)}.`, { cause });
      },
    );
    if (answer.status === 401 || answer.status === 403)
      throw new CoreError("UNAVAILABLE", `The Ray cluster at ${base} refuses the portal (${answer.status}). Set TRELLIS_RAY_TOKEN to its token.`);
    return answer;
  }

  async function find(submissionId: string): Promise<RayJob | null> {
    const { status, text } = await call("GET", `/api/jobs/${submissionId}`);
    if (status === 404) return null;
    if (status !== 200) throw new CoreError("UNAVAILABLE", `The Ray cluster at ${base} cannot tell of job ${submissionId} (${status}).`);
    const job = JSON.parse(text) as { status: RayJobStatus; message?: string; error_type?: string | null };
    return { status: job.status, message: job.message ?? "", errorType: job.error_type ?? null };
  }

  return {
    find,

    async submit(submission) {
      const { status, text } = await call("POST", "/api/jobs/", {
        submission_id: submission.submissionId,
        entrypoint: submission.entrypoint,
        // Without a resource Ray runs the driver on the head node, whatever else it has.
        entrypoint_num_cpus: submission.cpus,
        ...(submission.memoryBytes > 0 ? { entrypoint_memory: submission.memoryBytes } : {}),
        runtime_env: { env_vars: { RAY_JOB_STOP_WAIT_TIME_S: String(submission.stopGraceSeconds) } },
      });
      if (status === 200) return;
      // A used id is answered with 400 or, by way of the agent, 500: only the job itself tells which it was.
      if (await find(submission.submissionId)) return;
      if (status === 400) throw new CoreError("INVALID", `The Ray cluster refuses the job: ${text.slice(0, 500)}`);
      throw new CoreError("UNAVAILABLE", `The Ray cluster at ${base} could not take the job (${status}).`);
    },

    async stop(submissionId) {
      await call("POST", `/api/jobs/${submissionId}/stop`);
    },
  };
}

/** Not by `fetch`: Ray takes a request with its `Sec-Fetch` headers for one of a browser and refuses to let it change anything. */
async function send(url: string, options: RequestOptions, body: string): Promise<{ status: number; text: string }> {
  const request = (url.startsWith("https:") ? https : http).request(url, options);
  request.on("timeout", () => request.destroy(new Error("no answer in time")));
  request.end(body);
  const [response] = (await once(request, "response")) as [IncomingMessage];
  return { status: response.statusCode ?? 0, text: await readText(response) };
}
