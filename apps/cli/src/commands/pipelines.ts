import { readFile } from "node:fs/promises";
import { isCoreError } from "@trellis/core/kernel/errors.ts";
import { parseProjectFile, PROJECT_FILE } from "@trellis/core/pipelines/domain/pipeline-file.ts";
import type { Command } from "commander";
import { EXIT, Failure } from "../failure.ts";
import { print, table, time } from "../output.ts";
import { parametersOf } from "./run-parameters.ts";
import { signedInClient } from "./session.ts";

type Pipeline = {
  name: string;
  description: string;
  removedAt: string | null;
  version: { number: number; commit: string } | null;
  usualSeconds: number | null;
  lastRuns: { number: number; status: string }[];
};
type Trigger = {
  id: string;
  name: string;
  pipelineName: string;
  pausedAt: string | null;
  nextFireAt: string | null;
  fires: { at: string; runNumber: number | null; message: string }[];
};
type Backfill = {
  id: string;
  counts: { total: number; succeeded: number; failed: number; cancelled: number; running: number; queued: number };
  problem: string;
};

export function addPipelineCommands(program: Command): void {
  program
    .command("pipelines")
    .description("list the pipelines of a project")
    .argument("<project>", "project")
    .option("--json", "as JSON")
    .action(async (project: string, options: { json?: boolean }) => {
      const found = await (await signedInClient()).get<{ pipelines: Pipeline[] }>(`/projects/${encodeURIComponent(project)}/pipelines`);
      print(options.json, found, () =>
        table(
          ["PIPELINE", "VERSION", "COMMIT", "USUALLY", "LAST RUN"],
          found.pipelines
            .filter((row) => row.removedAt === null)
            .map((row) => [
              row.name,
              row.version ? `v${row.version.number}` : "",
              row.version?.commit.slice(0, 8),
              row.usualSeconds === null ? "" : `${Math.round(row.usualSeconds)} s`,
              row.lastRuns[0] ? `${row.lastRuns[0].number} ${row.lastRuns[0].status}` : "",
            ]),
        ),
      );
    });
  program
    .command("validate")
    .description(`check a ${PROJECT_FILE} without a portal; exits with 1 when it has a fault`)
    .argument("[file]", "the file", PROJECT_FILE)
    .option("--json", "as JSON")
    .action(async (file: string, options: { json?: boolean }) => {
      const text = await readFile(file, "utf8").catch((error: unknown) => {
        throw new Failure(`${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`, EXIT.usage);
      });
      const issues = faultsOf(text, file);
      print(options.json, { valid: issues.length === 0, issues }, () =>
        issues.length === 0 ? `${file} is valid.` : issues.map((issue) => `${issue.file}:${issue.line}:${issue.column}: ${issue.message}`).join("\n"),
      );
      if (issues.length > 0) process.exitCode = EXIT.failed;
    });
  program
    .command("triggers")
    .description("list what starts runs of a project by itself")
    .argument("<project>", "project")
    .option("--json", "as JSON")
    .action(async (project: string, options: { json?: boolean }) => {
      const rows = await (await signedInClient()).get<Trigger[]>(`/projects/${encodeURIComponent(project)}/triggers`);
      print(options.json, rows, () =>
        table(
          ["PIPELINE", "TRIGGER", "STATE", "NEXT", "LAST"],
          rows.map((row) => [
            row.pipelineName,
            row.name,
            row.pausedAt ? "paused" : "on",
            time(row.nextFireAt),
            row.fires[0] ? `${time(row.fires[0].at)} ${row.fires[0].runNumber === null ? row.fires[0].message : `run ${row.fires[0].runNumber}`}` : "",
          ]),
        ),
      );
    });
  program
    .command("backfill")
    .description("run a pipeline once for each date of a range")
    .argument("<project>", "project")
    .argument("<pipeline>", "pipeline")
    .requiredOption("--from <day>", "first date, e.g. 2001-01-01")
    .requiredOption("--to <day>", "last date, included")
    .option("--every <step>", "day, week or month", "day")
    .requiredOption("--parameter <name>", "the parameter that is given the date")
    .option("-p, --set <name=value...>", "other parameters")
    .option("--concurrency <number>", "runs at the same time", "2")
    .option("--no-cache", "compute every step anew")
    .option("-w, --wait", "until all have ended; exits with 1 when one fails")
    .option("--json", "as JSON")
    .action(async (project: string, pipeline: string, options: BackfillOptions) => {
      const client = await signedInClient();
      const started = await client.post<{ backfillId: string; dates: string[] }>(
        `/projects/${encodeURIComponent(project)}/pipelines/${encodeURIComponent(pipeline)}/backfills`,
        {
          parameter: options.parameter,
          from: options.from,
          to: options.to,
          every: options.every,
          parameters: parametersOf(options.set ?? [], "--set"),
          concurrency: Number(options.concurrency),
          noCache: !options.cache,
        },
      );
      if (!options.wait) return print(options.json, started, () => `${started.dates.length} runs, from ${started.dates[0]} to ${started.dates.at(-1)}`);
      for (;;) {
        const found = await client.get<Backfill>(`/backfills/${started.backfillId}`);
        const { counts } = found;
        if (found.problem) throw new Failure(found.problem);
        if (counts.succeeded + counts.failed + counts.cancelled === counts.total) {
          print(options.json, found, () => `${counts.succeeded} succeeded, ${counts.failed} failed, ${counts.cancelled} cancelled`);
          if (counts.succeeded < counts.total) process.exitCode = EXIT.failed;
          return;
        }
        await new Promise((resolve) => setTimeout(resolve, POLL_MS));
      }
    });
}

type BackfillOptions = {
  from: string;
  to: string;
  every: string;
  parameter: string;
  set?: string[];
  concurrency: string;
  cache: boolean;
  wait?: boolean;
  json?: boolean;
};

/** Between two looks at a backfill. */
const POLL_MS = 1_000;

function faultsOf(text: string, file: string) {
  try {
    parseProjectFile(text, file);
    return [];
  } catch (error) {
    if (isCoreError(error)) return error.issues;
    throw error;
  }
}
