const HEX = /^[0-9a-f]{32}$/i;

/** The id of a run as the portal writes it, from what stands in an address: a client's links carry 32 hexadecimal digits. */
export function runIdOf(text: string): string {
  if (!HEX.test(text)) return text;
  const hex = text.toLowerCase();
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

type LinkedRun = { id: string; experiment: { id: number }; project: { slug: string }; pipelineRun: { number: number } | null };

/** The page of a tracked run: a pipeline's is that of its run. */
export function runHref(run: LinkedRun): string {
  return run.pipelineRun ? `/projects/${run.project.slug}/runs/${run.pipelineRun.number}` : `/experiments/${run.experiment.id}/runs/${run.id}`;
}

/** The page that compares these runs, the first as the one to compare with. */
export function compareHref(runIds: readonly string[]): string {
  return `/compare?runs=${runIds.join(",")}`;
}

/**
 * The page that a link of an MLflow client means (`#/experiments/3/runs/<32 digits>`, `#/models/<name>/versions/2`); null
 * for what we have no page for.
 */
export function pageOfClientLink(hash: string): string | null {
  const [path = "", query = ""] = hash.replace(/^#/, "").split("?");
  const parts = path.split("/").filter(Boolean);
  const [area, id, kind, name] = parts;
  if (area === "experiments" && id === undefined) return "/experiments";
  if (area === "experiments" && id !== undefined && /^\d+$/.test(id)) {
    if (kind === "runs" && name !== undefined && HEX.test(name)) return `/experiments/${id}/runs/${runIdOf(name)}`;
    return `/experiments/${id}`;
  }
  if (area === "models" && id === undefined) return "/models";
  if (area === "models" && id !== undefined)
    return kind === "versions" && name !== undefined && /^\d+$/.test(name) ? `/models/${id}/versions/${name}` : `/models/${id}`;
  if (area === "compare-runs") {
    const runs = new URLSearchParams(query).get("runs")?.match(/[0-9a-f]{32}/gi) ?? [];
    return runs.length > 0 ? compareHref(runs.map(runIdOf)) : null;
  }
  return null;
}
