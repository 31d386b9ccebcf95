import { mkdir } from "node:fs/promises";
import path from "node:path";
import { SourceHostCapability } from "@trellis/core/catalog/ports.ts";
import type { Capability } from "@trellis/core/kernel/capability.ts";
import type { CoreContext } from "@trellis/core/kernel/context.ts";
import { newId } from "@trellis/core/kernel/ids.ts";
import { type PipelineScheduler, startPipelineScheduler } from "@trellis/core/pipelines/index.ts";
import { ExecutorCapability, PythonEnvironmentsCapability } from "@trellis/core/pipelines/ports.ts";
import { ArtifactStoreCapability } from "@trellis/core/tracking/ports.ts";
import type { DatabaseHandle } from "@trellis/db";
import { project, user } from "@trellis/db/schema";
import { createFileArtifactStore } from "@trellis/providers/artifact-store/files/provider.ts";
import { createLocalExecutor } from "@trellis/providers/executor/local/provider.ts";
import { createLauncher } from "@trellis/providers/local-processes/launcher.ts";
import { createGitSourceHost } from "@trellis/providers/source-host/git/provider.ts";
import { createFolderEnvironments } from "./folder-environments.ts";

/** Pipelines on real git, real files and real processes below a folder, for tests. The context acts as the platform. */
export async function openRealPipelines(database: DatabaseHandle, folder: string) {
  await mkdir(folder, { recursive: true });
  const problems: string[] = [];
  const note = (fields: object, message: string): void => void problems.push(`${message} ${JSON.stringify(fields)}`);
  const launcher = createLauncher({ onProblem: (message) => note({}, message) });
  const sources = await createGitSourceHost({ root: path.join(folder, "repositories") });
  const ports = new Map<string, unknown>([
    [SourceHostCapability.name, sources],
    [ArtifactStoreCapability.name, await createFileArtifactStore({ root: path.join(folder, "artifacts") })],
    [ExecutorCapability.name, createLocalExecutor({ folderOf: (id) => path.join(folder, "executions", id), launcher })],
    [PythonEnvironmentsCapability.name, createFolderEnvironments(path.join(folder, "environments"))],
  ]);
  const context: CoreContext = {
    db: database.db,
    actor: { kind: "system", name: "test" },
    now: () => new Date(),
    newId: () => newId(),
    resolve: <Port>(capability: Capability<Port>) => ports.get(capability.name) as Port,
    log: { debug() {}, info() {}, warn: note, error: note },
    signal: new AbortController().signal,
  };
  return {
    context,
    problems,
    /** A project with a repository of these files. */
    async createProject(slug: string, files: Record<string, string>): Promise<{ id: string; repository: string }> {
      const ownerId = newId();
      await database.db
        .insert(user)
        .values({ id: ownerId, name: "Ada", email: `${ownerId}@example.com`, role: "data_scientist", createdAt: new Date(), updatedAt: new Date() });
      const row = { id: newId(), slug, title: slug, repository: `projects/${slug}`, createdBy: ownerId, createdAt: new Date() };
      await database.db.insert(project).values(row);
      await sources.createRepository(row.repository);
      const changes = Object.entries(files).map(([file, content]) => ({ path: file, content }));
      await sources.commit(row.repository, {
        branch: "main",
        message: "First",
        author: { name: "Ada", email: "ada@example.com" },
        changes,
        key: `first ${slug}`,
      });
      return row;
    },
    schedule(slots: number): Promise<PipelineScheduler> {
      return startPipelineScheduler(context, { database, slots, rootFolder: path.join(folder, "runs"), clientFolder: path.join(folder, "client") });
    },
    close() {
      launcher.close();
    },
  };
}
