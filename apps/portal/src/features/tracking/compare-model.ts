import type { Outputs } from "@/live/trpc";
import { runHref } from "./run-links";

type Runs = Outputs["tracking"]["compareRuns"];
type Versions = Outputs["registry"]["compare"];

/** One column of a comparison. */
export type Side = {
  id: string;
  label: string;
  detail: string;
  href: string;
  color: string;
  /** The run whose curves it has; null for a version that no run of the portal made. */
  runId: string | null;
  /** Where its code is; null when that is not known. */
  code: { project: string; commit: string } | null;
  lockDigest: string | null;
  data: { name: string; digest: string; href: string | null }[];
  signature: { inputs: { name: string; type: string }[]; outputs: { name: string; type: string }[] } | null;
};

export type ComparedRow<Value> = { key: string; values: (Value | null)[]; differs: boolean };

/** Runs or versions side by side, as the page draws them. */
export type Comparison = {
  noun: "run" | "version";
  /** Where more of them are: ids of experiments, or names of models. */
  groups: string[];
  sides: Side[];
  metrics: ComparedRow<number>[];
  /** Metrics with more than one point. */
  curves: string[];
  params: ComparedRow<string>[];
  tags: ComparedRow<string>[];
};

/** A client may send anything as its commit. */
const COMMIT = /^[0-9a-f]{7,64}$/;
const COLORS = ["c1", "c2", "c3", "c4", "c5", "c6", "c7", "c8"].map((name) => `var(--color-${name})`);

/** Colour of a column, everywhere on the page; past eight they are grey. */
export function sideColor(place: number): string {
  return COLORS[place] ?? "var(--color-ref)";
}

export function comparisonOfRuns(data: Runs): Comparison {
  return {
    noun: "run",
    groups: [...new Set(data.runs.map((run) => String(run.experiment.id)))],
    sides: data.runs.map((run, place) => ({
      id: run.id,
      label: run.name || run.id.slice(0, 8),
      detail: `${run.project.slug} / ${run.experiment.name}`,
      href: runHref(run),
      color: sideColor(place),
      runId: run.id,
      code: run.commit && COMMIT.test(run.commit) ? { project: run.project.slug, commit: run.commit } : null,
      lockDigest: run.lockDigest,
      data: run.datasets.map((use) => ({ name: use.context ? `${use.name} (${use.context})` : use.name, digest: use.digest, href: `/data/${use.datasetId}` })),
      signature: null,
    })),
    metrics: data.metrics,
    curves: data.metrics.filter((row) => row.curve).map((row) => row.key),
    params: data.params,
    tags: data.tags,
  };
}

/** `runs` = the runs that made the versions, of those that are here. */
export function comparisonOfVersions(data: Versions, runs: Runs | undefined): Comparison {
  return {
    noun: "version",
    groups: [...new Set(data.versions.map((version) => version.model.name))],
    sides: data.versions.map((version, place) => ({
      id: version.id,
      label: `${version.model.name} v${version.version}`,
      detail: version.commit ? `commit ${version.commit.slice(0, 8)}` : "no commit known",
      href: `/models/${encodeURIComponent(version.model.name)}/versions/${version.version}`,
      color: sideColor(place),
      runId: runs?.runs.some((run) => run.id === version.runId) ? version.runId : null,
      code: version.commit ? { project: version.model.project, commit: version.commit } : null,
      lockDigest: version.lockDigest || null,
      data: dataOf(version, runs),
      signature: version.signature,
    })),
    metrics: data.metrics,
    curves: runs?.metrics.filter((row) => row.curve).map((row) => row.key) ?? [],
    params: data.params,
    tags: [],
  };
}

function dataOf(version: Versions["versions"][number], runs: Runs | undefined): Side["data"] {
  const run = runs?.runs.find((candidate) => candidate.id === version.runId);
  if (run && run.datasets.length > 0) return run.datasets.map((use) => ({ name: use.name, digest: use.digest, href: `/data/${use.datasetId}` }));
  return version.dataDigest ? [{ name: "Training data", digest: version.dataDigest, href: null }] : [];
}

/** How far a value is from the first column's: absolute, and relative to it when that is not zero. */
export function deltaOf(value: number | null, base: number | null): { absolute: number; relative: number | null } | null {
  if (value === null || base === null || !Number.isFinite(value) || !Number.isFinite(base) || value === base) return null;
  return { absolute: value - base, relative: base === 0 ? null : (value - base) / Math.abs(base) };
}

/** Whether all columns say the same; null when some column says nothing. */
export function sameEverywhere(sides: readonly Side[], read: (side: Side) => string | null): boolean | null {
  const values = sides.map(read);
  return values.includes(null) ? null : new Set(values).size === 1;
}

/** One name for all data of a column, whatever its order. */
export function dataIdentity(side: Side): string | null {
  return side.data.length === 0
    ? null
    : side.data
        .map(({ name, digest }) => `${name} ${digest}`)
        .toSorted()
        .join("\n");
}

/** The answer of the page in one sentence. */
export function comparisonFinding({ sides, metrics, params }: Comparison): string {
  const count = (rows: ComparedRow<unknown>[], noun: string): string => {
    const differing = rows.filter((row) => row.differs).length;
    return `${differing === 0 ? "no" : differing} ${noun}${differing === 1 ? "" : "s"}`;
  };
  const facts = [
    { noun: "data", same: sameEverywhere(sides, dataIdentity) },
    { noun: "environment", same: sameEverywhere(sides, (side) => side.lockDigest) },
    { noun: "code", same: sameEverywhere(sides, (side) => side.code?.commit ?? null) },
  ];
  const those = (same: boolean | null): string =>
    facts
      .filter((fact) => fact.same === same)
      .map((fact) => fact.noun)
      .join(", ")
      .replace(/, (?=[^,]*$)/, " and ");
  const verdicts = [those(true) && `same ${those(true)}`, those(false) && `different ${those(false)}`, those(null) && `${those(null)} not known of all`].filter(
    Boolean,
  );
  const text = `${count(metrics, "metric")} and ${count(params, "parameter")} differ; ${verdicts.join("; ")}.`;
  return text.replace(/^./, (first) => first.toUpperCase());
}
