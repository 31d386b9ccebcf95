import { createHash } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { Readable } from "node:stream";
import type { Database, Transaction } from "@trellis/db";
import {
  changeRequest,
  changeRequestEvent,
  deployment,
  deploymentEvent,
  environment,
  jobOutbox,
  modelVersion,
  modelVersionFile,
  pipeline,
  pipelineVersion,
  project,
  projectMember,
  registeredModel,
  run,
  user,
} from "@trellis/db/schema";
import { rolledBack } from "@trellis/db/testing";
import { asc, eq, inArray } from "drizzle-orm";
import { type CommitRequest, SourceHostCapability } from "../../catalog/ports.ts";
import { MemorySourceHost } from "../../catalog/testing/memory-source-host.ts";
import type { Capability } from "../../kernel/capability.ts";
import { type Actor, asSystem, type CoreContext, type Role } from "../../kernel/context.ts";
import { newId } from "../../kernel/ids.ts";
import { ExecutorCapability, PythonEnvironmentsCapability } from "../../pipelines/ports.ts";
import { FakeEnvironments } from "../../pipelines/testing/fake-environments.ts";
import { FakeExecutor } from "../../pipelines/testing/fake-executor.ts";
import { DeployTargetCapability, ServingFoldersCapability, ServingRuntimeCapability } from "../../serving/ports.ts";
import { FakeDeployTarget } from "../../serving/testing/fake-deploy-target.ts";
import { FakeServingRuntime } from "../../serving/testing/fake-serving-runtime.ts";
import { filesDigest } from "../../tracking/index.ts";
import { ArtifactStoreCapability } from "../../tracking/ports.ts";
import { MemoryArtifactStore } from "../../tracking/testing/memory-artifact-store.ts";
import { approveChangeRequest } from "../approve-change-request.ts";
import { ensureEnvironmentsRepository } from "../environments-repository.ts";
import { requestDeployment } from "../request-deployment.ts";
import { pushWorkload } from "../reconcile/start-delivery.ts";
import { runDeliveryJobs } from "./run-delivery-jobs.ts";

export const COMPLETE_CARD = "## Intended use\nx\n## Data\nx\n## Evaluation\nx\n## Limits\nx\n## Owner\nx\n";
const SIGNATURE = { inputs: [{ name: "distance", type: "double" as const }], outputs: [{ name: "probability", type: "double" as const }] };

export type DeliveryLab = Awaited<ReturnType<typeof openDeliveryLab>>;

/**
 * People, a project with a model, and fakes of all that delivery needs, in the transaction of one test. Ports fail when they
 * are called inside a transaction of a verb.
 */
export async function openDeliveryLab(tx: Transaction, options: { visibility?: "internal" | "private" } = {}) {
  const database = { db: asDatabase(tx) };
  const folder = await mkdtemp(path.join(tmpdir(), "trellis-delivery-"));
  const [sources, store, executor, environments, runtime] = [
    new RecordingSourceHost(),
    new MemoryArtifactStore(),
    new FakeExecutor(),
    new FakeEnvironments(),
    new FakeServingRuntime(),
  ];
  const target = new FakeDeployTarget(path.join(folder, "serving"));
  executor.otherwise = async ({ command }) => {
    if (command.startsWith("install ")) environments.made.add(command.slice("install ".length));
    return 0;
  };
  const ports = new Map<string, unknown>([
    [SourceHostCapability.name, sources],
    [ArtifactStoreCapability.name, store],
    [ExecutorCapability.name, executor],
    [PythonEnvironmentsCapability.name, environments],
    [DeployTargetCapability.name, target],
    [ServingRuntimeCapability.name, runtime],
    [ServingFoldersCapability.name, { inference: path.join(folder, "inference"), workloads: path.join(folder, "serving") }],
  ]);
  const clock = { now: new Date("2026-03-01T12:00:00Z") };
  const guarded = guardTransactions(database.db);
  /** Called before every use of a port; throws to kill the process there. */
  const fault = { before: (_call: string): void => {}, afterCall: (_call: string): void | Promise<void> => {} };
  const contextOf = (actor: Actor): CoreContext => ({
    db: guarded.db,
    actor,
    now: () => new Date(clock.now),
    newId,
    resolve: <Port>(capability: Capability<Port>) => watchPort(capability.name, ports.get(capability.name), guarded, fault) as Port,
    log: { debug() {}, info() {}, warn() {}, error() {} },
    signal: new AbortController().signal,
  });
  const suffix = newId().slice(-8);
  const person = async (name: string, role: Role): Promise<CoreContext> => {
    const id = newId();
    const email = `${id}@example.com`;
    await database.db.insert(user).values({ id, name, email, role, createdAt: new Date(), updatedAt: new Date() });
    return contextOf({ kind: "user", userId: id, name, email, role });
  };
  const [ada, grace, edsger, vera] = [
    await person("Ada", "data_scientist"),
    await person("Grace", "approver"),
    await person("Edsger", "data_scientist"),
    await person("Vera", "viewer"),
  ];
  const system = asSystem(ada, "Delivery");
  await ensureEnvironmentsRepository(system);
  const made = await makeProject(database.db, { suffix, visibility: options.visibility ?? "internal", ownerId: userIdOf(ada) });
  const commit = await sources.push(made.project.repository, { "pyproject.toml": "", "uv.lock": "", "src/model.py": "" });

  const work = (): Promise<void> => runDeliveryJobs(database.db, system, clock);
  const workload = (version: number, place = "production"): string => `${made.model.name}-${place}@${version}`;
  /** The target's push: the workload is ready, and delivery hears of it. */
  const becomeReady = async (version: number, place = "production"): Promise<void> => {
    target.becomeReady(workload(version, place));
    await pushWorkload(system, workload(version, place));
    await work();
  };
  const goLiveAs = async (approver: CoreContext, version: { id: string; version: number }) => {
    const opened = await requestDeployment(ada, { versionId: version.id });
    await approveChangeRequest(approver, { changeRequest: opened.changeRequestId });
    await work();
    await becomeReady(version.version);
    return opened;
  };

  return {
    db: database.db,
    folder,
    clock,
    fault,
    sources,
    store,
    executor,
    environments,
    target,
    runtime,
    ...made,
    /** Owner of the project. */ ada,
    /** Approver, not in the project. */ grace,
    /** Data scientist, not in the project. */ edsger,
    /** Viewer. */ vera,
    system,
    person,
    deploymentName: `${made.model.name}-production`,
    workload,
    work,
    becomeReady,
    approve: (changeRequestId: string) => approveChangeRequest(grace, { changeRequest: changeRequestId }),
    /** Asks, approves, and waits until the version answers in production. */
    goLive: (version: { id: string; version: number }) => goLiveAs(grace, version),
    goLiveAs,
    async close() {
      await rm(folder, { recursive: true, force: true });
    },
    /** Registers the next version of the model. */
    addVersion: (
      more: Omit<Partial<typeof modelVersion.$inferInsert>, "runId"> & {
        triggerKind?: typeof run.$inferInsert.triggerKind;
        cause?: Record<string, unknown>;
      } = {},
    ) => addVersion({ db: database.db, store, commit, ...made, ownerId: userIdOf(ada) }, more),
    async request(id: string) {
      const [row] = await database.db.select().from(changeRequest).where(eq(changeRequest.id, id));
      if (!row) throw new Error(`There is no request ${id}.`);
      return row;
    },
    async deployment(name = `${made.model.name}-production`) {
      const [row] = await database.db.select().from(deployment).where(eq(deployment.name, name));
      if (!row) throw new Error(`There is no deployment ${name}.`);
      return row;
    },
    async requestEvents(id: string) {
      return (await database.db.select().from(changeRequestEvent).where(eq(changeRequestEvent.changeRequestId, id)).orderBy(asc(changeRequestEvent.seq))).map(
        (event) => event.kind,
      );
    },
    async deploymentEvents(id: string) {
      return (await database.db.select().from(deploymentEvent).where(eq(deploymentEvent.deploymentId, id)).orderBy(asc(deploymentEvent.seq))).map(
        (event) => event.kind,
      );
    },
    async jobs(...names: string[]) {
      return database.db.select().from(jobOutbox).where(inArray(jobOutbox.name, names)).orderBy(asc(jobOutbox.seq));
    },
    async manifest(place = "production"): Promise<string | null> {
      const head = await sources.head("platform/environments", "main");
      const content = head ? await sources.readFile("platform/environments", head.commit, `${place}/${made.model.name}-${place}.yaml`) : null;
      return content?.toString() ?? null;
    },
    async setApprovals(place: string, approvalsRequired: number) {
      await database.db.update(environment).set({ approvalsRequired }).where(eq(environment.name, place));
    },
  };
}

/** A test in a lab of its own, of which nothing is left. */
export function inDeliveryLab(
  database: { db: Database },
  test: (lab: DeliveryLab) => Promise<void>,
  options: Parameters<typeof openDeliveryLab>[1] = {},
): () => Promise<void> {
  return () =>
    rolledBack(database.db, async (tx) => {
      const lab = await openDeliveryLab(tx, options);
      try {
        await test(lab);
      } finally {
        await lab.close();
      }
    });
}

/** Id of the person who acts. */
export function userIdOf(ctx: CoreContext): string {
  if (ctx.actor.kind !== "user") throw new Error("It is not a person.");
  return ctx.actor.userId;
}

async function makeProject(db: Database, { suffix, visibility, ownerId }: { suffix: string; visibility: "internal" | "private"; ownerId: string }) {
  const slug = `lab-${suffix}`;
  const projectRow = { id: newId(), slug, title: "Lab", visibility, repository: `projects/${slug}`, createdBy: ownerId, createdAt: new Date() };
  const model = { id: newId(), projectId: projectRow.id, name: `model-${suffix}`, createdAt: new Date(), updatedAt: new Date() };
  const pipelineRow = { id: newId(), projectId: projectRow.id, name: "train", createdAt: new Date() };
  const pipelineVersionRow = { id: newId(), pipelineId: pipelineRow.id, number: 1, commit: "c", spec: {}, specDigest: "s", createdAt: new Date() };
  await db.insert(project).values(projectRow);
  await db.insert(projectMember).values({ projectId: projectRow.id, userId: ownerId, role: "owner", createdAt: new Date() });
  await db.insert(registeredModel).values(model);
  await db.insert(pipeline).values(pipelineRow);
  await db.insert(pipelineVersion).values(pipelineVersionRow);
  return { project: projectRow, model, pipelineVersionId: pipelineVersionRow.id };
}

async function addVersion(
  lab: {
    db: Database;
    store: MemoryArtifactStore;
    commit: string;
    project: { id: string };
    model: { id: string; name: string };
    pipelineVersionId: string;
    ownerId: string;
  },
  more: Omit<Partial<typeof modelVersion.$inferInsert>, "runId"> & { triggerKind?: typeof run.$inferInsert.triggerKind; cause?: Record<string, unknown> },
) {
  const { triggerKind = "manual", cause = {}, ...values } = more;
  const existing = await lab.db.select({ id: modelVersion.id }).from(modelVersion).where(eq(modelVersion.modelId, lab.model.id));
  const version = existing.length + 1;
  const runId = newId();
  await lab.db.insert(run).values({
    id: runId,
    projectId: lab.project.id,
    pipelineVersionId: lab.pipelineVersionId,
    pipelineName: "train",
    number: version,
    status: "succeeded",
    triggerKind,
    triggerKey: runId,
    cause,
    parameters: {},
    commit: lab.commit,
    requestedByName: "Ada",
    createdAt: new Date(),
  });
  const stored = await lab.store.put(Readable.from([`model ${lab.model.name} ${version}`]));
  const files = [{ path: "model.bin", digest: stored.digest, sizeBytes: stored.sizeBytes }];
  const row = {
    id: newId(),
    modelId: lab.model.id,
    version,
    digest: filesDigest(files),
    sizeBytes: stored.sizeBytes,
    runId,
    commit: lab.commit,
    dataDigest: `sha256:${createHash("sha256").update("data").digest("hex")}`,
    lockDigest: `sha256:${createHash("sha256").update("lock").digest("hex")}`,
    signature: SIGNATURE,
    descriptor: { example: { distance: 100 } },
    metrics: { auc: 0.7 + version / 100 },
    params: {},
    card: COMPLETE_CARD,
    createdAt: new Date(),
    ...values,
  };
  await lab.db.insert(modelVersion).values(row);
  await lab.db.insert(modelVersionFile).values(files.map((file) => ({ ...file, versionId: row.id })));
  await lab.db.update(registeredModel).set({ lastVersion: version }).where(eq(registeredModel.id, lab.model.id));
  return row;
}

/** Also keeps the message of every commit that was really made. */
class RecordingSourceHost extends MemorySourceHost {
  readonly made: { repository: string; message: string }[] = [];

  override async commit(name: string, request: CommitRequest) {
    const result = await super.commit(name, request);
    if (result.created) this.made.push({ repository: name, message: request.message });
    return result;
  }
}

/** A transaction can do all that verbs ask of a database; only the pool behind it is missing. */
function asDatabase(tx: Transaction): Database {
  return tx as unknown as Database;
}

type Guard = { db: Database; open: () => number };

/** Counts open transactions, so that a port used inside one is noticed. */
function guardTransactions(db: Database): Guard {
  let open = 0;
  const transaction: Database["transaction"] = async (work, config) => {
    open += 1;
    try {
      return await db.transaction(work, config);
    } finally {
      open -= 1;
    }
  };
  const proxy = new Proxy(db, {
    get(subject, key) {
      if (key === "transaction") return transaction;
      const value: unknown = Reflect.get(subject, key, subject);
      return typeof value === "function" ? value.bind(subject) : value;
    },
  });
  return { db: proxy, open: () => open };
}

/** A port whose calls can fail on purpose, and that must not be called while a transaction is open. */
function watchPort(name: string, port: unknown, guard: Guard, fault: { before(call: string): void; afterCall(call: string): void | Promise<void> }): unknown {
  if (typeof port !== "object" || port === null) throw new Error(`There is no fake for ${name}.`);
  return new Proxy(port, {
    get(subject, key) {
      const value: unknown = Reflect.get(subject, key, subject);
      if (typeof value !== "function") return value;
      return (...given: unknown[]) => {
        const call = `${name}.${String(key)}`;
        if (guard.open() > 0) throw new Error(`${call} was called inside a transaction.`);
        fault.before(call);
        const result: unknown = value.apply(subject, given);
        if (!(result instanceof Promise)) return result;
        return result.then(async (answer: unknown) => {
          await fault.afterCall(call);
          return answer;
        });
      };
    },
  });
}
