import { Readable } from "node:stream";
import type { ReadableStream as NodeReadableStream } from "node:stream/web";
import type { CoreContext } from "@trellis/core/kernel/context.ts";
import { exportRuns, runQueryInput } from "@trellis/core/tracking/index.ts";

/**
 * A whole table of runs as CSV, sent while it is read. The query is that of `GET /run-table` without pages; `experimentIds` and
 * `columns` may stand several times.
 */
export async function runsCsv(core: CoreContext, query: URLSearchParams): Promise<Response> {
  const { state, sort, descending, filter } = Object.fromEntries(query);
  const columns = query.getAll("columns");
  const experimentIds = query.getAll("experimentIds").map(Number);
  const input = runQueryInput.parse({
    experimentIds,
    state,
    sort,
    descending: descending === undefined ? undefined : descending !== "false",
    filter: filter || undefined,
    columns: columns.length > 0 ? columns : undefined,
  });
  const lines = Readable.from(await exportRuns(core, input));
  return new Response(Readable.toWeb(lines) as NodeReadableStream<Uint8Array> as ReadableStream<Uint8Array>, {
    headers: {
      "content-type": "text/csv; charset=utf-8",
      "content-disposition": `attachment; filename="runs-${experimentIds.join("-")}.csv"`,
      "x-content-type-options": "nosniff",
      "cache-control": "no-store, no-transform",
    },
  });
}
