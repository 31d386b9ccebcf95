import os from "node:os";
import path from "node:path";
import { type ApiServices, ChangeFeed, createApiDoor } from "@trellis/api";
import { createMlflowDoor } from "@trellis/api/mlflow/mlflow-door.ts";
import { createGitDoor } from "@trellis/api/git/git-door.ts";
import { buildClientWheel, CLIENT_FOLDER, JOB_HANDLERS, type Trellis } from "@trellis/bootstrap";
import { authorize, countUsers, createFirstAdministrator } from "@trellis/core/identity/index.ts";
import { ensureEnvironmentsRepository, startDelivery } from "@trellis/core/delivery/index.ts";
import { startJobWorker } from "@trellis/core/jobs/index.ts";
import { CHANGES_CHANNEL } from "@trellis/core/kernel/changes.ts";
import { asSystem } from "@trellis/core/kernel/context.ts";
import { startMonitoring } from "@trellis/core/monitoring/index.ts";
import { startPipelineScheduler } from "@trellis/core/pipelines/index.ts";
import { openInferenceLog } from "@trellis/core/serving/index.ts";
import { startCollectingGarbage } from "@trellis/core/tracking/index.ts";
import { createGateway } from "@trellis/gateway";
import { gitAccess } from "./git-access.ts";
import { checkHealth } from "./health.ts";
import { mlflowCallers, stepTracking } from "./mlflow-access.ts";
import { personBehind, serveWithSession } from "./serve-with-session.ts";

/** Version of the portal, shown in its foot and its API document. */
const VERSION = "0.1.0";

export type Portal = Awaited<ReturnType<typeof startPortal>>;

/** Starts everything behind the port: jobs, the scheduler of pipelines, delivery, the gateway; and builds the doors. */
export async function startPortal(trellis: Trellis) {
  const { context, database, auth, providers, environment } = trellis;
  await createAdministratorOnce(trellis);
  await ensureEnvironmentsRepository(asSystem(context, "Delivery"));

  const changes = new ChangeFeed();
  await database.listen(CHANGES_CHANNEL, (topic) => changes.publish(topic), { onReconnect: () => changes.publishGap() });
  const services: ApiServices = {
    tokens: auth.tokens,
    changes,
    health: () => checkHealth(trellis),
    providers: () => providers.list(),
    clientPackage: buildClientWheel,
    about: { version: VERSION, databaseKind: database.kind, startedAt: new Date() },
  };

  const inferenceLog = await openInferenceLog(asSystem(context, "Gateway"));
  const gateway = createGateway({
    context: asSystem(context, "Gateway"),
    inferenceLog,
    changes: (callback) => changes.subscribe(callback),
    authenticate: async (authorization) => {
      const actor = await personBehind(auth.authenticator, authorization);
      if (!actor) return null;
      return { actor, mayRead: (projectId) => mayRead({ ...context, actor }, projectId) };
    },
  });
  const scheduler = await startPipelineScheduler(asSystem(context, "Pipelines"), {
    database,
    slots: environment.slots ?? Math.max(2, os.availableParallelism()),
    // A cluster has its own queue for what its nodes cannot hold yet.
    ...(environment.ray ? { memoryBytes: Number.MAX_SAFE_INTEGER } : {}),
    rootFolder: path.join(environment.dataFolder, "runs"),
    clientFolder: CLIENT_FOLDER,
    tracking: stepTracking(environment, auth),
  });
  const delivery = startDelivery(asSystem(context, "Delivery"));
  const monitoring = startMonitoring(asSystem(context, "Monitoring"));
  const garbage = startCollectingGarbage(asSystem(context, "Artifacts"), { keepDeletedDays: environment.keepDeletedDays });
  const worker = await startJobWorker(context, database, JOB_HANDLERS);
  const git = createGitDoor({ root: path.join(environment.dataFolder, "repositories"), ...gitAccess(context, auth.authenticator), log: context.log });
  await git.announceWaitingPushes();

  return {
    services,
    api: createApiDoor({ core: context, auth, services }),
    mlflow: createMlflowDoor({ core: context, authenticate: mlflowCallers(context, auth), changes }),
    git,
    serve: serveWithSession(gateway.app),
    async stop() {
      await worker.stop();
      await garbage.stop();
      await monitoring.stop();
      await delivery.stop();
      await scheduler.stop();
      gateway.stop();
      await inferenceLog.close();
    },
  };
}

async function mayRead(context: Trellis["context"], projectId: string): Promise<boolean> {
  try {
    await authorize(context, "project.read", { projectId });
    return true;
  } catch {
    return false;
  }
}

async function createAdministratorOnce({ context, environment }: Trellis): Promise<void> {
  const { administrator } = environment;
  if (!administrator || (await countUsers(context)) > 0) return;
  await createFirstAdministrator(context, { name: administrator.email.split("@", 1)[0] ?? "Administrator", ...administrator });
  context.log.info({ email: administrator.email }, "made the first administrator");
}
