import type { Command } from "commander";
import type { Client } from "../client.ts";
import { EXIT, Failure } from "../failure.ts";
import { print, table, time } from "../output.ts";
import { runLocally } from "./run-local.ts";
import { parametersOf } from "./run-parameters.ts";
import { signedInClient } from "./session.ts";

type RunRow = {
  id: string;
  number: number;
  status: string;
  reason: string;
  pipelineName: string;
  triggerKind: string;
  createdAt: string;
  project: { slug: string };
  version: { modelName: string; version: number } | null;
};
type RunOptions = { local?: boolean; parameter?: string[]; follow?: boolean; cache: boolean; fresh?: string[]; key?: string; json?: boolean };
type Attempt = { id: string; stepKey: string; number: number; status: string };
type Run = RunRow & {
  endedAt: string | null;
  steps: { key: string; status: string; reason: string }[];
  attempts: Attempt[];
  versions: { modelName: string; version: number }[];
};

/** Between two looks at a run, for steps that have not begun; logs themselves are streamed. */
const POLL_MS = 700;

export function addRunCommands(program: Command): void {
  program
    .command("run")
    .description("start a run of a pipeline")
    .argument("[project]", "project; not with --local")
    .argument("[pipeline]", "pipeline", "train")
    .option("-p, --parameter <parameter...>", "parameters, as name=value")
    .option("-f, --follow", "show the logs until it ends; exits with 1 when it fails")
    .option("--no-cache", "compute every step anew, also when an equal one has left its results")
    .option("--fresh <step...>", "compute these steps anew")
    .option("--local", "run the pipeline of trellis.yaml in this folder, here and without a portal")
    .option("--key <key>", "the same key never starts a second run")
    .option("--json", "as JSON")
    .action(async (project: string | undefined, pipeline: string, options: RunOptions) => {
      if (options.local) return runLocally(project ?? pipeline, parametersOf(options.parameter ?? [], "--parameter"));
      if (project === undefined) throw new Failure("Name a project, or run this folder with --local.", EXIT.usage);
      const client = await signedInClient();
      const started = await client.post<{ runId: string; number: number; created: boolean }>(
        `/projects/${encodeURIComponent(project)}/pipelines/${encodeURIComponent(pipeline)}/runs`,
        {
          parameters: parametersOf(options.parameter ?? [], "--parameter"),
          noCache: options.cache ? (options.fresh ?? false) : true,
          ...(options.key ? { key: options.key } : {}),
        },
      );
      if (!options.follow) return print(options.json, started, () => `Run ${started.number}: ${client.url}/projects/${project}/runs/${started.number}`);
      await follow(client, { runId: started.runId });
    });
  program
    .command("runs")
    .description("list runs, newest first")
    .argument("[project]", "only of this project")
    .option("--status <status...>", "only in these states")
    .option("--limit <number>", "how many", "20")
    .option("--json", "as JSON")
    .action(async (project: string | undefined, options: { status?: string[]; limit: string; json?: boolean }) => {
      const page = await (await signedInClient()).get<{ items: RunRow[] }>("/runs", { project, status: options.status, limit: options.limit });
      print(options.json, page, () =>
        table(
          ["RUN", "STATUS", "PIPELINE", "TRIGGER", "STARTED", "RESULT"],
          page.items.map((row) => [
            `${row.project.slug} ${row.number}`,
            row.status,
            row.pipelineName,
            row.triggerKind,
            time(row.createdAt),
            row.version ? `${row.version.modelName} v${row.version.version}` : "",
          ]),
        ),
      );
    });
  program
    .command("logs")
    .description("show the logs of a run")
    .argument("<project>", "project")
    .argument("<number>", "number of the run")
    .option("-f, --follow", "until it ends; exits with 1 when it fails")
    .action(async (project: string, number: string, options: { follow?: boolean }) => {
      const client = await signedInClient();
      if (options.follow) return follow(client, { project, number });
      const run = await client.get<Run>("/run", { project, number });
      for (const attempt of run.attempts) await showLog(client, attempt, false);
    });
  program
    .command("cancel")
    .description("cancel a run and everything that it started")
    .argument("<project>", "project")
    .argument("<number>", "number of the run")
    .option("--json", "as JSON")
    .action(async (project: string, number: string, options: { json?: boolean }) => {
      const client = await signedInClient();
      const run = await client.get<Run>("/run", { project, number });
      const cancelled = await client.post<{ status: string }>(`/runs/${run.id}/cancel`);
      print(options.json, cancelled, () => `Run ${number} is ${cancelled.status}.`);
    });
  program
    .command("run-step")
    .description("run one step of a run again on what the steps before it left there")
    .argument("<project>", "project")
    .argument("<number>", "number of the run")
    .argument("<step>", "step")
    .option("-p, --parameter <parameter...>", "other parameters, as name=value")
    .option("--latest", "with the newest code on main")
    .option("-f, --follow", "show the logs until it ends; exits with 1 when it fails")
    .option("--json", "as JSON")
    .action(async (project: string, number: string, step: string, options: { parameter?: string[]; latest?: boolean; follow?: boolean; json?: boolean }) => {
      const client = await signedInClient();
      const run = await client.get<Run>("/run", { project, number });
      const started = await client.post<{ runId: string; number: number }>(`/runs/${run.id}/steps/${encodeURIComponent(step)}/run`, {
        parameters: parametersOf(options.parameter ?? [], "--parameter"),
        code: options.latest ? "latest" : "same",
      });
      if (!options.follow) return print(options.json, started, () => `Run ${started.number} is of ${step} only, on results of run ${number}.`);
      await follow(client, { runId: started.runId });
    });
  program
    .command("retry")
    .alias("resume")
    .description("go on from the failed steps of a run, in a new run")
    .argument("<project>", "project")
    .argument("<number>", "number of the run")
    .option("--plan", "only show what it would reuse and what it would run")
    .option("-f, --follow", "show the logs until it ends")
    .option("--json", "as JSON")
    .action(async (project: string, number: string, options: { plan?: boolean; follow?: boolean; json?: boolean }) => {
      const client = await signedInClient();
      const run = await client.get<Run>("/run", { project, number });
      if (options.plan) {
        const plan = await client.get<{ steps: { key: string; action: string; why: string }[] }>(`/runs/${run.id}/retry-plan`);
        return print(options.json, plan, () =>
          table(
            ["STEP", "ACTION", "WHY"],
            plan.steps.map((step) => [step.key, step.action, step.why]),
          ),
        );
      }
      const retry = await client.post<{ runId: string; number: number }>(`/runs/${run.id}/retry`);
      if (!options.follow) return print(options.json, retry, () => `Run ${retry.number} goes on from run ${number}.`);
      await follow(client, { runId: retry.runId });
    });
}

/** Shows every attempt's log as it is written, in the order in which attempts begin; throws when the run did not succeed. */
async function follow(client: Client, which: { runId: string } | { project: string; number: string }): Promise<void> {
  const shown = new Set<string>();
  for (;;) {
    const run = await client.get<Run>("/run", which);
    const next = run.attempts.find((attempt) => !shown.has(attempt.id) && attempt.status !== "launching");
    if (next) {
      shown.add(next.id);
      await showLog(client, next, true);
      continue;
    }
    if (run.endedAt) {
      const result = run.versions.map((version) => `, registered ${version.modelName} version ${version.version}`).join("");
      process.stdout.write(`Run ${run.number} ${run.status}${result}\n`);
      if (run.status !== "succeeded") throw new Failure(run.reason || `Run ${run.number} ${run.status}.`);
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

async function showLog(client: Client, attempt: Attempt, untilEnd: boolean): Promise<void> {
  process.stdout.write(`--- ${attempt.stepKey}${attempt.number > 1 ? `, attempt ${attempt.number}` : ""}\n`);
  for await (const chunk of await client.stream(`/attempts/${attempt.id}/log`, untilEnd ? { follow: true } : {})) process.stdout.write(chunk);
}
