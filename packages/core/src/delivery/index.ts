export { type ApprovalOutcome, approveChangeRequest, approveChangeRequestInput } from "./approve-change-request.ts";
export type { ChangeRequestRow, EnvironmentRef, Person, ProjectRef, VersionRef } from "./queries/change-request-rows.ts";
export { commentOnChangeRequest, commentOnChangeRequestInput } from "./comment-on-change-request.ts";
export { commitChange } from "./reconcile/commit-change.ts";
export { considerPromotion, type RegisteredFact } from "./consider-promotion.ts";
export type { DeploymentCard } from "./queries/deployment-cards.ts";
export type { DeploymentRevisionRow } from "./queries/deployment-revisions.ts";
export { type BoardRow, type DeploymentsBoard, deploymentsBoard, deploymentsBoardInput } from "./queries/deployments-board.ts";
export type { AffectedThing } from "./queries/describe-affected.ts";
export type { ChangeRequestKind, ChangeRequestStatus } from "./domain/change-request-state.ts";
export { ensureEnvironmentsRepository, type Environment, ENVIRONMENTS_BRANCH, ENVIRONMENTS_REPOSITORY, listEnvironments } from "./environments-repository.ts";
export { type ChangeRequestDetail, getChangeRequest, getChangeRequestInput } from "./queries/get-change-request.ts";
export { type DeploymentDetail, deploymentLog, deploymentLogInput, getDeployment, getDeploymentInput } from "./queries/get-deployment.ts";
export { changeCommit, deploymentLive, deploymentReconcile, deploymentRecheck, environmentReconcile } from "./jobs.ts";
export { liftHold, liftHoldInput } from "./lift-hold.ts";
export { approvalCounts, type ChangeRequestPage, listChangeRequests, listChangeRequestsInput } from "./queries/list-change-requests.ts";
export { mayReadManifests } from "./may-read-manifests.ts";
export { deploymentNameOf, type OpenedChangeRequest } from "./open-change-request.ts";
export {
  type DeploymentEventRow,
  projectPromotion,
  projectPromotionInput,
  recentDeploymentEvents,
  recentDeploymentEventsInput,
  type VersionDeployment,
  versionDeployments,
  versionDeploymentsInput,
} from "./queries/deployment-queries.ts";
export { recheckDeployment, reconcileDeployment } from "./reconcile/reconcile-deployment.ts";
export { reconcileEnvironment } from "./reconcile/reconcile-environment.ts";
export { redeploy, redeployInput } from "./redeploy.ts";
export { rejectChangeRequest, rejectChangeRequestInput } from "./reject-change-request.ts";
export { removeDeployment, removeDeploymentInput } from "./remove-deployment.ts";
export { requestDeployment, requestDeploymentInput } from "./request-deployment.ts";
export { rollbackDeployment, rollbackDeploymentInput } from "./rollback-deployment.ts";
export { runGates, runGatesInput } from "./run-gates.ts";
export { type DeliveryLoop, startDelivery, sweepDelivery } from "./reconcile/start-delivery.ts";
export { withdrawChangeRequest, withdrawChangeRequestInput } from "./withdraw-change-request.ts";
