import { createHash } from "node:crypto";
import type { Project } from "../catalog/index.ts";
import { SourceHostCapability, type TreeEntry } from "../catalog/ports.ts";
import type { CoreContext } from "../kernel/context.ts";
import { CoreError } from "../kernel/errors.ts";
import { filesDigest, type DatasetFile } from "../tracking/index.ts";
import { PROJECT_FILE } from "./domain/pipeline-file.ts";
import type { PipelineSpec } from "./domain/pipeline-spec.ts";
import { PythonEnvironmentsCapability } from "./ports.ts";

const LOCK_FILE = "uv.lock";
const MAX_LOCK_BYTES = 16 * 1024 * 1024;

export type RunSources = {
  /** `sha256:<hex>` of `uv.lock` at the commit. */
  lockDigest: string;
  /** The environment of that lock exists already. */
  environmentReady: boolean;
  /** One data set for each declared input path. */
  datasets: { name: string; files: DatasetFile[] }[];
  /** Digest over all data sets, or null without inputs. */
  dataDigest: string | null;
  /** Digest over all other files of the repository except `trellis.yaml`; null when no step is cached. */
  codeDigest: string | null;
};

/** What a run will stand on, read from the repository before anything is written. INVALID says what the commit lacks. */
export async function readRunSources(ctx: CoreContext, project: Project, commit: string, spec: PipelineSpec): Promise<RunSources> {
  const host = ctx.resolve(SourceHostCapability);
  const lock = await host.readFile(project.repository, commit, LOCK_FILE, MAX_LOCK_BYTES);
  const at = `at commit ${commit.slice(0, 10)} of ${project.slug}`;
  if (!lock) throw invalid(LOCK_FILE, `There is no ${LOCK_FILE} ${at}. Run "uv lock" in the project, commit the file and push it.`);
  const lockDigest = `sha256:${createHash("sha256").update(lock).digest("hex")}`;
  const inputs = [...new Set(spec.steps.flatMap((step) => step.inputs))].toSorted();
  const cached = spec.steps.some((step) => step.cache);
  const tree = inputs.length > 0 || cached ? await host.readTree(project.repository, commit) : [];
  const datasets = inputs.map((name) => {
    const files = filesBelow(tree, name);
    const step = spec.steps.find((candidate) => candidate.inputs.includes(name));
    if (files.length === 0)
      throw invalid(name, `Step ${step?.key ?? ""} reads ${name}, which is not in the repository ${at}. Commit it or change inputs in trellis.yaml.`);
    return { name, files };
  });
  const digests = datasets.map(({ name, files }) => ({ path: name, digest: filesDigest(files) }));
  const environmentReady = (await ctx.resolve(PythonEnvironmentsCapability).find(lockDigest)) !== null;
  return {
    lockDigest,
    environmentReady,
    datasets,
    codeDigest: cached ? filesDigest(tree.filter(({ path }) => path !== PROJECT_FILE && !inputs.some((name) => isAtOrBelow(path, name))).map(toFile)) : null,
    dataDigest: digests.length === 1 ? (digests[0]?.digest ?? null) : digests.length > 0 ? filesDigest(digests) : null,
  };
}

/** The files of a tree that a path names: itself, or all below it. */
export function filesBelow(tree: readonly TreeEntry[], name: string): DatasetFile[] {
  return tree.filter((entry) => isAtOrBelow(entry.path, name)).map(toFile);
}

function isAtOrBelow(path: string, name: string): boolean {
  return path === name || path.startsWith(`${name}/`);
}

function toFile(entry: TreeEntry): DatasetFile {
  return { path: entry.path, digest: `git:${entry.blob}`, sizeBytes: entry.sizeBytes };
}

function invalid(file: string, message: string): CoreError {
  return new CoreError("INVALID", message, { issues: [{ file, message }] });
}
