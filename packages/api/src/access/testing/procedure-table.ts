import type { ProjectThings } from "./project-rows.ts";

type Things = ProjectThings;

/**
 * What a procedure is about, which says what a stranger must hear:
 * - `nothing`: no project's things; the input is not used by the walk.
 * - `list`: things of many projects; what is hidden is left out. `filters` are inputs that point at one project. `silent`: not even its owner sees a name
 *   of the project in the answer (numbers only).
 * - `thing`: things of one project. `stranger` is what somebody of the least role hears who is in no project, of an internal
 *   project's thing: `allowed` = anything but a refusal of access.
 */
export type ProcedureEntry =
  | { about: "nothing" }
  | { about: "list"; input?(things: Things): unknown; filters?: ((things: Things) => unknown)[]; silent?: true }
  | { about: "thing"; input(things: Things): unknown; stranger: "allowed" | "forbidden" };

const nothing: ProcedureEntry = { about: "nothing" };
const list = (...filters: ((things: Things) => unknown)[]): ProcedureEntry => ({ about: "list", input: () => ({}), filters });
const read = (input: (things: Things) => unknown): ProcedureEntry => ({ about: "thing", input, stranger: "allowed" });
const write = (input: (things: Things) => unknown): ProcedureEntry => ({ about: "thing", input, stranger: "forbidden" });

const project = ({ slug }: Things) => ({ project: slug });
const ofProjectId = ({ projectId }: Things) => ({ projectId });
const deployment = ({ deploymentName }: Things) => ({ deployment: deploymentName });
const changeRequest = ({ changeRequestId }: Things) => ({ changeRequest: changeRequestId });
const alert = ({ alertId }: Things) => ({ alertId });
const run = ({ runId }: Things) => ({ runId });
const version = ({ versionId }: Things) => ({ versionId });
const model = ({ modelId }: Things) => ({ modelId });
const experiment = ({ experimentId }: Things) => ({ experimentId: Number(experimentId) });
const task = ({ taskId }: Things) => ({ taskId });
const RANGE = { from: new Date("2026-11-20T00:00:00Z"), to: new Date("2026-11-26T00:00:00Z") };

/** Every procedure. One that is missing here fails the walk. */
export const PROCEDURES: Record<string, ProcedureEntry> = {
  "audit.search": nothing,
  "catalog.list": list(
    () => ({ search: "zebra" }),
    () => ({ template: "small" }),
    () => ({ mine: true }),
  ),
  "catalog.get": read(project),
  "catalog.readme": read(project),
  "catalog.compareCommits": read(({ slug, commit }) => ({ fromProject: slug, fromCommit: commit, toProject: slug, toCommit: commit })),
  "catalog.update": write((things) => ({ ...project(things), title: "Taken over" })),
  "catalog.setMember": write((things) => ({ ...project(things), userId: "nobody", role: "owner" })),
  "delivery.environments": nothing,
  "delivery.approvalCounts": { about: "list", silent: true },
  "delivery.changeRequests": list(
    project,
    deployment,
    () => ({ search: "zebra" }),
    () => ({ box: "waiting" }),
    () => ({ box: "asked" }),
  ),
  "delivery.changeRequest": read(changeRequest),
  "delivery.request": write(version),
  "delivery.runGates": write(changeRequest),
  "delivery.comment": read((things) => ({ ...changeRequest(things), message: "Hello" })),
  "delivery.approve": read(changeRequest),
  "delivery.reject": read((things) => ({ ...changeRequest(things), reason: "No" })),
  "delivery.withdraw": write(changeRequest),
  "delivery.board": list(
    project,
    () => ({ search: "zebra" }),
    () => ({ withUndeployed: true }),
  ),
  "delivery.recentEvents": list(project),
  "delivery.deployment": read(deployment),
  "delivery.log": read(deployment),
  "delivery.rollback": write(deployment),
  "delivery.liftHold": write(deployment),
  "delivery.redeploy": write(deployment),
  "delivery.remove": write(deployment),
  "delivery.ofVersion": read(version),
  "delivery.promotion": read(project),
  "identity.setupState": nothing,
  "identity.createFirstAdministrator": nothing,
  "identity.invitation": nothing,
  "identity.acceptInvitation": nothing,
  "identity.login": nothing,
  "identity.me": nothing,
  "identity.users": nothing,
  "identity.changeRole": nothing,
  "identity.disable": nothing,
  "identity.invitations": nothing,
  "identity.invite": nothing,
  "identity.revokeInvitation": nothing,
  "identity.teams": nothing,
  "identity.createTeam": nothing,
  "identity.tokens": nothing,
  "identity.createToken": nothing,
  "identity.revokeToken": nothing,
  "identity.savedViews": nothing,
  "identity.saveView": nothing,
  "identity.deleteSavedView": nothing,
  "lineage.column": read((things) => ({ datasetId: things.datasetId, column: "x" })),
  "lineage.trace": { about: "list", input: (things) => ({ kind: "model_version", id: things.versionId }) },
  "monitoring.overview": list(ofProjectId),
  "monitoring.monitor": read(deployment),
  "monitoring.heatMap": read(deployment),
  "monitoring.distribution": read((things) => ({ reportId: things.reportId, feature: things.word })),
  "monitoring.series": read((things) => ({ ...deployment(things), feature: things.word })),
  "monitoring.alerts": list(ofProjectId, ({ deploymentId }) => ({ deploymentId })),
  "monitoring.alert": read(alert),
  "monitoring.openAlerts": { about: "list", silent: true },
  "monitoring.acknowledge": write(alert),
  "monitoring.resolve": write(alert),
  "monitoring.evaluate": write(({ deploymentId }) => ({ deploymentId })),
  "monitoring.retrain": write(alert),
  "notifications.list": nothing,
  "notifications.markRead": nothing,
  "pipelines.runs": list(
    project,
    () => ({ search: "zebra" }),
    () => ({ mine: true }),
    () => ({ status: ["failed"] }),
  ),
  "pipelines.run": read(run),
  "pipelines.compareSteps": read(({ runId }) => ({ runIds: [runId] })),
  "pipelines.timeline": { about: "list", input: () => RANGE, filters: [(things) => ({ ...RANGE, ...project(things) })] },
  "pipelines.ofProject": read(project),
  "pipelines.versions": read((things) => ({ ...project(things), pipeline: things.pipeline })),
  "pipelines.durationTrend": read((things) => ({ ...project(things), pipeline: things.pipeline })),
  "pipelines.register": write(project),
  "pipelines.start": write((things) => ({ ...project(things), pipeline: things.pipeline })),
  "pipelines.cancel": write(run),
  "pipelines.planRetry": read(run),
  "pipelines.retry": write(run),
  "pipelines.rerun": write(run),
  "pipelines.runStepAlone": write((things) => ({ ...run(things), step: "train" })),
  "pipelines.triggers": read(project),
  "pipelines.nextScheduled": list(project),
  "pipelines.pauseTrigger": write(({ triggerId }) => ({ triggerId })),
  "pipelines.resumeTrigger": write(({ triggerId }) => ({ triggerId })),
  "pipelines.makeWebhookSecret": write(({ triggerId }) => ({ triggerId })),
  "pipelines.backfills": read(project),
  "pipelines.backfill": read(({ backfillId }) => ({ backfillId })),
  "pipelines.startBackfill": write((things) => ({ ...project(things), pipeline: things.pipeline, parameter: "x", from: "2001-01-01", to: "2001-01-02" })),
  "pipelines.cancelBackfill": write(({ backfillId }) => ({ backfillId })),
  "providers.about": nothing,
  "registry.models": list(
    project,
    () => ({ search: "zebra" }),
    () => ({ alias: "zebra-best" }),
    () => ({ task: "zebra task" }),
    () => ({ environment: "production" }),
  ),
  "registry.model": read(({ modelName }) => ({ model: modelName })),
  "registry.version": read(version),
  "registry.compare": read(({ versionId, previousVersionId }) => ({ versionIds: [previousVersionId, versionId] })),
  "registry.setAlias": write((things) => ({ ...model(things), alias: "mine", version: 1 })),
  "registry.removeAlias": write((things) => ({ ...model(things), alias: `${things.word}-best` })),
  "registry.updateCard": write((things) => ({ ...version(things), card: "Mine" })),
  "registry.setVersionTags": write((things) => ({ ...version(things), tags: {} })),
  "registry.setModelTags": write((things) => ({ ...model(things), tags: {} })),
  "registry.updateModel": write((things) => ({ ...model(things), description: "Mine" })),
  "registry.archiveVersion": write((things) => ({ ...version(things), archived: true })),
  "registry.verifyVersion": write(version),
  "registry.reproduceVersion": write(version),
  "registry.deleteVersion": write(({ modelName }) => ({ model: modelName, version: 1 })),
  "registry.restoreVersion": write(version),
  "registry.deleteModel": write(({ modelName }) => ({ name: modelName })),
  "registry.restoreModel": write(model),
  "registry.moveModel": write(({ modelName, slug }) => ({ model: modelName, project: slug })),
  // Webhooks are of people: who is not their owner does not find them (registry's own tests).
  "registry.webhooks": nothing,
  "registry.createWebhook": nothing,
  "registry.updateWebhook": nothing,
  "registry.deleteWebhook": nothing,
  "registry.testWebhook": nothing,
  "registry.webhookDeliveries": nothing,
  "scaffolder.templates": nothing,
  "scaffolder.template": nothing,
  "scaffolder.checkName": nothing,
  "scaffolder.preview": nothing,
  "scaffolder.submit": nothing,
  "scaffolder.tasks": list(),
  "scaffolder.task": { about: "thing", input: task, stranger: "forbidden" },
  "scaffolder.retry": write(task),
  "scaffolder.cancel": write(task),
  "scorecards.list": list(),
  "scorecards.ofProject": read(project),
  "serving.traffic": read((things) => ({ ...deployment(things), ...RANGE })),
  "serving.recent": read(deployment),
  "tracking.experiments": list(project, () => ({ search: "zebra" })),
  "tracking.experiment": read(experiment),
  "tracking.renameExperiment": write((things) => ({ ...experiment(things), name: "Mine" })),
  "tracking.moveExperiment": write((things) => ({ ...experiment(things), ...project(things) })),
  "tracking.deleteExperiment": write(experiment),
  "tracking.restoreExperiment": write(experiment),
  "tracking.runTable": read(({ experimentId }) => ({ experimentIds: [Number(experimentId)] })),
  "tracking.deleteRuns": write(({ runId }) => ({ runIds: [runId] })),
  "tracking.restoreRuns": write(({ runId }) => ({ runIds: [runId] })),
  "tracking.tagRuns": write(({ runId }) => ({ runIds: [runId], key: "mine", value: "1" })),
  "tracking.loggedModel": read(({ loggedModelId }) => ({ modelId: loggedModelId })),
  "tracking.datasetVersion": read(({ datasetVersionId }) => ({ versionId: datasetVersionId })),
  "tracking.datasetProfile": read(({ datasetVersionId }) => ({ versionId: datasetVersionId })),
  "tracking.runKeys": read(({ experimentId }) => ({ experimentIds: [Number(experimentId)] })),
  "tracking.trackedRun": read(run),
  "tracking.compareRuns": read(({ runId }) => ({ runIds: [runId] })),
  "tracking.metricHistory": read(({ runId }) => ({ runIds: [runId] })),
  "tracking.artifacts": read(run),
  "tracking.datasets": list(project),
  "tracking.dataset": read(({ datasetId }) => ({ datasetId })),
  "tracking.runFiles": read(run),
  "tracking.runFilePreview": read((things) => ({ ...run(things), path: `work/${things.word}.html` })),
  "tracking.loggedModelFiles": read(({ loggedModelId }) => ({ modelId: loggedModelId })),
  "tracking.loggedModelFilePreview": read(({ loggedModelId, word }) => ({ modelId: loggedModelId, path: `model/${word}.pkl` })),
  "registry.versionFiles": read(version),
  "registry.versionFilePreview": read((things) => ({ ...version(things), path: "report.html" })),
};
