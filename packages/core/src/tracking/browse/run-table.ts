import { z } from "zod";
import type { CoreContext } from "../../kernel/context.ts";
import type { TrackedRun } from "../runs/tracked-run.ts";
import { searchRuns } from "../search/search-runs.ts";
import { orderByOf, readRunColumn, type RunColumn } from "./run-columns.ts";
import { type RunFacts, runFacts } from "./run-facts.ts";
import { requireExperiments, type RunKeys, runKeys } from "./run-keys.ts";

export const MAX_RUN_COLUMNS = 60;
const EXPERIMENT_ID = z.number().int().min(0).max(2_147_483_647);

/** What a table of runs shows, by page or as a whole. */
export const runQueryInput = z.object({
  experimentIds: z.array(EXPERIMENT_ID).min(1).max(20),
  /** In the language of the clients' `search_runs`. */
  filter: z.string().max(8_000).optional(),
  state: z.enum(["active", "deleted"]).default("active"),
  /** An attribute of the run, or a column. */
  sort: z.string().max(300).default("start_time"),
  descending: z.boolean().default(true),
  /** `metrics.<key>`, `params.<key>`, `tags.<key>`; left out = some that the newest runs have. */
  columns: z.array(z.string().max(300)).max(MAX_RUN_COLUMNS).optional(),
});

export const runTableInput = runQueryInput.extend({
  cursor: z.string().max(10_000).optional(),
  limit: z.number().int().min(1).max(500).default(100),
});

export type RunTableRow = RunFacts & { /** By column; a column that the run lacks is left out. */ values: Record<string, number | string> };

/** A page of the runs of experiments, with the values of the columns asked for. INVALID says where a filter makes no sense. */
export async function runTable(
  ctx: CoreContext,
  input: z.input<typeof runTableInput>,
): Promise<{ rows: RunTableRow[]; columns: string[]; nextCursor: string | null }> {
  const query = runTableInput.parse(input);
  await requireExperiments(ctx, query.experimentIds);
  const columns = query.columns ?? usualColumns(await runKeys(ctx, { experimentIds: query.experimentIds }));
  return { columns, ...(await readPage(ctx, query, columns, query.cursor, query.limit)) };
}

/** Columns of a table whose reader has chosen none: the first few metrics and parameters. */
function usualColumns({ metrics, params }: RunKeys): string[] {
  return [...metrics.slice(0, 5).map((key) => `metrics.${key}`), ...params.slice(0, 4).map((key) => `params.${key}`)];
}

type RunQuery = z.output<typeof runQueryInput>;
type Page = { rows: RunTableRow[]; nextCursor: string | null };

async function readPage(ctx: CoreContext, query: RunQuery, columns: readonly string[], cursor: string | undefined, limit: number): Promise<Page> {
  const read = columns.map((id) => ({ id, column: readRunColumn(id) }));
  const found = await searchRuns(ctx, {
    scope: { projectId: null },
    experimentIds: query.experimentIds,
    filter: query.filter ?? null,
    view: query.state,
    orderBy: [orderByOf(query.sort, query.descending)],
    maxResults: limit,
    pageToken: cursor ?? null,
  });
  const facts = await runFacts(
    ctx,
    found.runs.map((run) => run.runId),
  );
  const byId = new Map(found.runs.map((run) => [run.runId, run]));
  const rows = facts.map((fact) => {
    const run = byId.get(fact.id);
    return { ...fact, values: run ? valuesOf(run, read) : {} };
  });
  return { rows, nextCursor: found.nextPageToken };
}

function valuesOf(run: TrackedRun, columns: { id: string; column: RunColumn }[]): Record<string, number | string> {
  const logged = {
    metrics: new Map<string, number | string>(run.metrics.map(({ key, value }) => [key, value])),
    params: new Map<string, number | string>(run.params.map(({ key, value }) => [key, value])),
    tags: new Map<string, number | string>(run.tags.map(({ key, value }) => [key, value])),
  };
  return Object.fromEntries(
    columns.flatMap(({ id, column }) => {
      const value = logged[column.group].get(column.key);
      return value === undefined ? [] : [[id, value]];
    }),
  );
}

const CSV_PAGE = 500;

/**
 * The whole result as CSV (RFC 4180), in pieces as they are read: a header, then a line a run. Text that a spreadsheet would run
 * as a formula is defused. What is wrong with the question is thrown before the first piece.
 */
export async function exportRuns(ctx: CoreContext, input: z.input<typeof runQueryInput>): Promise<AsyncGenerator<string>> {
  const query = runQueryInput.parse(input);
  await requireExperiments(ctx, query.experimentIds);
  const columns = query.columns ?? allColumns(await runKeys(ctx, { experimentIds: query.experimentIds }));
  const first = await readPage(ctx, query, columns, undefined, CSV_PAGE);
  return writeCsv(columns, first, (token) => readPage(ctx, query, columns, token, CSV_PAGE));
}

function allColumns({ metrics, params, tags }: RunKeys): string[] {
  return [
    ...metrics.map((key) => `metrics.${key}`),
    ...params.map((key) => `params.${key}`),
    ...tags.filter((key) => !key.startsWith("mlflow.")).map((key) => `tags.${key}`),
  ];
}

async function* writeCsv(columns: readonly string[], first: Page, more: (token: string) => Promise<Page>): AsyncGenerator<string> {
  yield line(["run_id", "name", "status", "start_time", "end_time", "user", "source", "experiment", "project", ...columns]);
  for (let page = first; ; page = await more(page.nextCursor)) {
    yield page.rows
      .map((row) =>
        line([
          row.id,
          row.name,
          row.status,
          row.startedAt.toISOString(),
          row.endedAt?.toISOString() ?? "",
          row.userName,
          row.source,
          row.experiment.name,
          row.project.slug,
          ...columns.map((column) => row.values[column] ?? ""),
        ]),
      )
      .join("");
    if (page.nextCursor === null) return;
  }
}

function line(cells: readonly (string | number)[]): string {
  return `${cells.map(cell).join(",")}\r\n`;
}

function cell(value: string | number): string {
  if (typeof value === "number") return String(value);
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
