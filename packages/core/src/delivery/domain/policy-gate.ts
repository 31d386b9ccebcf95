import type { GateResult, Signature } from "@trellis/db/schema";
import { CARD_SECTION_COUNT, cardProblems } from "../../registry/domain/model-card.ts";
import { compareMetrics, isTrainingMetric, type MetricComparison } from "./metric-direction.ts";
import { compareSignatures } from "./signature-fit.ts";

export type GateVersion = {
  id: string;
  version: number;
  digest: string;
  archived: boolean;
  metrics: Record<string, number>;
  signature: Signature;
  card: string;
  /** Null when a client registered it without saying. */
  commit: string | null;
  dataDigest: string | null;
  /** Parameters of the run, and what its steps said of themselves. */
  params: Record<string, string>;
  lockDigest: string | null;
};

/** Everything that the gates judge by, as it is at one moment. */
export type GateFacts = {
  modelName: string;
  deploymentName: string;
  candidate: GateVersion;
  /** What answers now; null when nothing does. */
  live: GateVersion | null;
  /** The run that made the candidate; null when it is gone. */
  run: { number: number; status: string; projectSlug: string } | null;
  /** Digest over the files as the registry lists them, and paths whose content the store has not. */
  files: { count: number; digest: string; missing: string[] };
  /** Why it was asked, when an alert did. */
  drift: { summary: string; href: string | null } | null;
};

/** Worse by more than this share of the live version's value fails on the same data; less is a warning. */
const WORSE_SHARE = 0.01;
/** Measured on other data, a difference says less: only this much fails. */
const WORSE_SHARE_OTHER_DATA = 0.25;

/** Judges a candidate. The same facts always give the same results, in the same order. */
export function evaluateGates(facts: GateFacts): GateResult[] {
  const gates = [liveGate(facts), runGate(facts), reproducibleGate(facts), filesGate(facts), metricsGate(facts), signatureGate(facts), cardGate(facts)];
  return facts.drift ? [...gates, driftGate(facts.drift)] : gates;
}

/** The gates that stop a request. */
export function failingGates(gates: GateResult[]): GateResult[] {
  return gates.filter((gate) => gate.verdict === "fail");
}

function versionHref({ modelName, candidate }: GateFacts): string {
  return `/models/${modelName}/versions/${candidate.version}`;
}

function liveGate(facts: GateFacts): GateResult {
  const { candidate, live } = facts;
  const base = { gate: "already-live", title: "Changes something", href: `/deployments/${facts.deploymentName}` };
  if (candidate.archived)
    return { ...base, verdict: "fail", evidence: `Version ${candidate.version} is archived. Bring it back before it is deployed.`, href: versionHref(facts) };
  if (live?.id === candidate.id) return { ...base, verdict: "fail", evidence: `Version ${candidate.version} answers already.` };
  return {
    ...base,
    verdict: "pass",
    evidence: live ? `Version ${candidate.version} would replace version ${live.version}.` : `Version ${candidate.version} would be the first here.`,
  };
}

function runGate({ run }: GateFacts): GateResult {
  const base = { gate: "run", title: "Made by a run that succeeded" };
  if (!run) return { ...base, verdict: "unknown", evidence: "The run that made it is not known any more.", href: null };
  const href = `/projects/${run.projectSlug}/runs/${run.number}`;
  // The version is registered before the last step of its run has ended.
  if (run.status === "running" || run.status === "queued") return { ...base, verdict: "warn", evidence: `Run ${run.number} is still ${run.status}.`, href };
  return { ...base, verdict: run.status === "succeeded" ? "pass" : "fail", evidence: `Run ${run.number} ${run.status}.`, href };
}

function reproducibleGate(facts: GateFacts): GateResult {
  const { commit, dataDigest, lockDigest } = facts.candidate;
  const base = { gate: "reproducible", title: "Can be made again", href: versionHref(facts) };
  const missing = [commit ? null : "the commit", lockDigest ? null : "the locked packages", dataDigest ? null : "the data"].filter((name) => name !== null);
  if (commit && missing.length === 0)
    return { ...base, verdict: "pass", evidence: `Commit ${commit.slice(0, 8)}, data ${short(dataDigest)} and packages ${short(lockDigest)} are recorded.` };
  // A pipeline may truly read no files, but then nobody can say what it was trained on.
  const isOnlyData = missing.length === 1 && !dataDigest;
  return { ...base, verdict: isOnlyData ? "warn" : "fail", evidence: `Not recorded: ${missing.join(", ")}.` };
}

function filesGate(facts: GateFacts): GateResult {
  const { files, candidate } = facts;
  const base = { gate: "files", title: "Files are those that were registered", href: `${versionHref(facts)}?tab=files` };
  if (files.count === 0) return { ...base, verdict: "fail", evidence: "The version has no files." };
  if (files.missing.length > 0)
    return { ...base, verdict: "fail", evidence: `${files.missing.length} of ${files.count} files are not in the store, ${files.missing[0] ?? ""} for one.` };
  if (files.digest !== candidate.digest)
    return { ...base, verdict: "fail", evidence: `The digest is ${short(files.digest)}; ${short(candidate.digest)} was registered.` };
  return { ...base, verdict: "pass", evidence: `${files.count} ${files.count === 1 ? "file" : "files"}, digest ${short(candidate.digest)}.` };
}

function metricsGate(facts: GateFacts): GateResult {
  const { candidate, live } = facts;
  const base = { gate: "metrics", title: live ? `Not worse than version ${live.version}` : "Metrics are known", href: versionHref(facts) };
  if (!live) {
    const count = Object.keys(candidate.metrics).length;
    if (count === 0) return { ...base, verdict: "warn", evidence: "No metrics are recorded, and nothing is live to compare with." };
    return { ...base, verdict: "pass", evidence: `${describeMetrics(candidate.metrics)}. Nothing is live to compare with.` };
  }
  const compared = compareMetrics(live.metrics, candidate.metrics).filter((row) => row.verdict !== "unknown" && !isTrainingMetric(row.key));
  if (compared.length === 0) return { ...base, verdict: "unknown", evidence: "The two versions share no metric whose better direction is known." };
  const isSameData = isMeasuredAlike(candidate, live);
  const worst = compared.reduce((left, right) => (right.worseBy > left.worseBy ? right : left));
  const limit = isSameData ? WORSE_SHARE : WORSE_SHARE_OTHER_DATA;
  const verdict = worst.worseBy > limit ? "fail" : worst.worseBy > 0 ? "warn" : "pass";
  const note = isSameData ? "" : " Measured on other data or with other parameters, so small differences say little.";
  const shown = verdict === "pass" ? compared.slice(0, 3) : [worst, ...compared.filter((row) => row !== worst).slice(0, 2)];
  return { ...base, verdict, evidence: `${shown.map(describeComparison).join("; ")}.${note}` };
}

/**
 * Whether two versions' metrics were measured on the same rows, as far as the platform can know: the same data, and the same
 * parameters, since a parameter may choose the rows (a retraining moves the last day, and with it the days held out).
 */
function isMeasuredAlike(candidate: GateVersion, live: GateVersion): boolean {
  if (candidate.dataDigest === null || candidate.dataDigest !== live.dataDigest) return false;
  const keys = new Set([...Object.keys(candidate.params), ...Object.keys(live.params)]);
  return [...keys].every((key) => candidate.params[key] === live.params[key]);
}

function signatureGate(facts: GateFacts): GateResult {
  const { live, candidate } = facts;
  const base = { gate: "signature", title: "Fits what callers send", href: `${versionHref(facts)}?tab=signature` };
  const counts = `${candidate.signature.inputs.length} inputs, ${candidate.signature.outputs.length} outputs`;
  if (!live) return { ...base, verdict: "pass", evidence: `${counts}. Nobody calls it yet.` };
  const changes = compareSignatures(live.signature, candidate.signature);
  const breaking = changes.filter((change) => change.breaks);
  if (breaking.length > 0) return { ...base, verdict: "fail", evidence: `Callers would break: ${breaking.map((change) => change.text).join("; ")}.` };
  return {
    ...base,
    verdict: "pass",
    evidence: changes.length > 0 ? `${counts}; ${changes.map((change) => change.text).join("; ")}.` : `${counts}, as in version ${live.version}.`,
  };
}

function cardGate(facts: GateFacts): GateResult {
  const base = { gate: "card", title: "Card is complete", href: `${versionHref(facts)}?tab=card` };
  if (facts.candidate.card.trim() === "") return { ...base, verdict: "fail", evidence: "There is no card." };
  const missing = cardProblems(facts.candidate.card).map((problem) => problem.section);
  // Who answers for a model is known from its project too.
  const isOnlyOwner = missing.length === 1 && missing[0] === "owner";
  if (missing.length > 0) return { ...base, verdict: isOnlyOwner ? "warn" : "fail", evidence: `Missing or empty: ${missing.join(", ")}.` };
  return { ...base, verdict: "pass", evidence: `${CARD_SECTION_COUNT} of ${CARD_SECTION_COUNT} sections.` };
}

function driftGate(drift: { summary: string; href: string | null }): GateResult {
  return { gate: "drift", title: "Answers a drift alert", verdict: "pass", evidence: drift.summary, href: drift.href };
}

function describeComparison(row: MetricComparison): string {
  const words = row.verdict === "same" ? "unchanged" : row.verdict;
  return `${row.key} ${round(row.after)} against ${round(row.before)}, ${words}`;
}

function describeMetrics(metrics: Record<string, number>): string {
  const rows = compareMetrics(null, metrics).slice(0, 3);
  return rows.map((row) => `${row.key} ${round(row.after)}`).join(", ");
}

function round(value: number | null): string {
  return value === null ? "none" : String(Number(value.toPrecision(4)));
}

function short(digest: string | null): string {
  return digest ? digest.replace(/^sha256:/, "").slice(0, 8) : "none";
}
