import { createHash } from "node:crypto";
import path from "node:path";
import { Readable } from "node:stream";
import { SourceHostCapability } from "@trellis/core/catalog/ports.ts";
import {
  approveChangeRequest,
  changeCommit,
  commitChange,
  deploymentRecheck,
  deploymentReconcile,
  ensureEnvironmentsRepository,
  environmentReconcile,
  getDeployment,
  recheckDeployment,
  reconcileDeployment,
  reconcileEnvironment,
  requestDeployment,
  startDelivery,
} from "@trellis/core/delivery/index.ts";
import { handleJob, startJobWorker } from "@trellis/core/jobs/index.ts";
import { CHANGES_CHANNEL } from "@trellis/core/kernel/changes.ts";
import type { CoreContext, Role } from "@trellis/core/kernel/context.ts";
import { newId } from "@trellis/core/kernel/ids.ts";
import { PythonEnvironmentsCapability } from "@trellis/core/pipelines/ports.ts";
import { parseModelDescriptor, registerModelVersion } from "@trellis/core/registry/index.ts";
import { openInferenceLog } from "@trellis/core/serving/index.ts";
import { ArtifactStoreCapability } from "@trellis/core/tracking/ports.ts";
import { pipeline, pipelineVersion, project, projectMember, run, user } from "@trellis/db/schema";
import { createGateway } from "@trellis/gateway";
import { createTrellis } from "../create-trellis.ts";
import { readEnvironment } from "../environment.ts";
import { createFolderEnvironments } from "./folder-environments.ts";

const HANDLERS = [
  handleJob(changeCommit, commitChange),
  handleJob(environmentReconcile, reconcileEnvironment),
  handleJob(deploymentReconcile, reconcileDeployment),
  handleJob(deploymentRecheck, recheckDeployment),
];
const CARD = "## Use it for\nx\n## Data\nx\n## How good it is\nx\n## Limits\nx\n## Owner\nx\n";
/** What every project's source holds: a model that answers the factor of its folder times x. */
const SOURCE = `import json, pathlib

class Model:
    def __init__(self, factor):
        self.factor = factor
    def predict(self, rows):
        return [{"y": self.factor * row["x"]} for row in rows]

def load(folder):
    return Model(json.loads(pathlib.Path(folder, "factor.json").read_text()))
`;

export type RealDelivery = Awaited<ReturnType<typeof openRealDelivery>>;

/** Delivery, serving and the gateway on real git, files, jobs, Python processes and an embedded database in `folder`. */
export async function openRealDelivery(folder: string) {
  const environment = readEnvironment({ TRELLIS_DATA: folder, PATH: process.env.PATH }, "/");
  const problems: string[] = [];
  const note = (fields: object, message: string): void => void problems.push(`${message} ${JSON.stringify(fields)}`);
  const trellis = await createTrellis(environment, { debug() {}, info() {}, warn: note, error: note });
  const { context, database, providers } = trellis;
  providers.bind(PythonEnvironmentsCapability, createFolderEnvironments(path.join(folder, "environments")));
  await ensureEnvironmentsRepository(context);
  const listeners = new Set<(topic: string) => void>();
  await database.listen(CHANGES_CHANNEL, (topic) => listeners.forEach((listener) => listener(topic)));
  const subscribe = (listener: (topic: string) => void): (() => void) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  };
  const inferenceLog = await openInferenceLog(context);
  const gateway = createGateway({ context, inferenceLog, changes: subscribe, authenticate: async () => ({ actor: context.actor, mayRead: async () => true }) });
  const delivery = startDelivery(context);
  const worker = await startJobWorker(context, database, HANDLERS);

  return {
    context,
    database,
    problems,
    gateway: gateway.app,
    inferenceLog,
    /** Looks again at every change until the condition holds. */
    async until<Found>(look: () => Promise<Found>, holds: (found: Found) => boolean): Promise<Found> {
      const changed: { wake(): void } = { wake() {} };
      const stop = subscribe(() => changed.wake());
      try {
        for (;;) {
          const next = new Promise<void>((resolve) => (changed.wake = resolve));
          const found = await look();
          if (holds(found)) return found;
          await next;
        }
      } finally {
        stop();
      }
    },
    deployment: (name: string) => getDeployment(context, { deployment: name }),
    /** Stops as at the end of the program. */
    async close() {
      await worker.stop();
      await delivery.stop();
      gateway.stop();
      await inferenceLog.close();
      await trellis.close();
    },
  };
}

/** Two people and a project whose model is ready to be deployed. */
export async function makeRealProject({ context, database }: Pick<RealDelivery, "context" | "database">) {
  const person = async (name: string, role: Role): Promise<CoreContext> => {
    const id = newId();
    const email = `${id}@example.com`;
    await database.db.insert(user).values({ id, name, email, role, createdAt: new Date(), updatedAt: new Date() });
    return { ...context, actor: { kind: "user", userId: id, name, email, role } };
  };
  const [ada, grace] = [await person("Ada", "data_scientist"), await person("Grace", "approver")];
  const ownerId = ada.actor.kind === "user" ? ada.actor.userId : "";
  const projectId = newId();
  await database.db
    .insert(project)
    .values({ id: projectId, slug: "real", title: "Real", repository: "projects/real", createdBy: ownerId, createdAt: new Date() });
  await database.db.insert(projectMember).values({ projectId, userId: ownerId, role: "owner", createdAt: new Date() });
  const [pipelineId, pipelineVersionId] = [newId(), newId()];
  await database.db.insert(pipeline).values({ id: pipelineId, projectId, name: "train", createdAt: new Date() });
  await database.db
    .insert(pipelineVersion)
    .values({ id: pipelineVersionId, pipelineId, number: 1, commit: "c", spec: {}, specDigest: "s", createdAt: new Date() });
  const sources = context.resolve(SourceHostCapability);
  await sources.createRepository("projects/real");
  const { commit } = await sources.commit("projects/real", {
    branch: "main",
    message: "First",
    author: { name: "Ada", email: "ada@example.com" },
    changes: [
      { path: "src/real.py", content: SOURCE },
      { path: "uv.lock", content: "" },
    ],
    key: "first",
  });
  let number = 0;

  return {
    ada,
    grace,
    /** Registers a version that answers `factor` times x; a text that is no JSON makes one that cannot be loaded. */
    async addVersion(factor: string): Promise<{ versionId: string; version: number }> {
      number += 1;
      const runId = newId();
      await database.db.insert(run).values({
        id: runId,
        projectId,
        pipelineVersionId,
        pipelineName: "train",
        number,
        status: "succeeded",
        triggerKind: "manual",
        triggerKey: runId,
        parameters: {},
        commit,
        requestedByName: "Ada",
        createdAt: new Date(),
      });
      const descriptor = JSON.stringify({
        format: 1,
        name: "real",
        task: "regression",
        framework: "none",
        loader: "real:load",
        signature: { inputs: [{ name: "x", type: "double", required: true }], outputs: [{ name: "y", type: "double" }] },
        example: { x: 2 },
      });
      const contents = { "trellis-model.json": descriptor, "factor.json": factor };
      const store = context.resolve(ArtifactStoreCapability);
      const files = await Promise.all(
        Object.entries(contents).map(async ([file, content]) => ({ path: file, ...(await store.put(Readable.from([content]))) })),
      );
      const lockDigest = `sha256:${createHash("sha256").update("").digest("hex")}`;
      const draft = {
        projectId,
        model: "real",
        descriptor: parseModelDescriptor(descriptor),
        files,
        runId,
        commit,
        dataDigest: lockDigest,
        lockDigest,
        metrics: { mae: 1 },
        params: {},
        card: CARD,
        createdBy: null,
      };
      return database.db.transaction((tx) => registerModelVersion(tx, context, draft));
    },
    /** Ada asks, Grace approves. */
    async deploy(versionId: string): Promise<string> {
      const { changeRequestId } = await requestDeployment(ada, { versionId });
      await approveChangeRequest(grace, { changeRequest: changeRequestId });
      return changeRequestId;
    },
  };
}
