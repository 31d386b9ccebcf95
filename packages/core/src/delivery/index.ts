export { type ApprovalOutcome, approveChangeRequest, approveChangeRequestInput } from "./approve-change-request.ts";
export type { ChangeRequestRow, EnvironmentRef, Person, ProjectRef, VersionRef } from "./change-request-rows.ts";
export { commentOnChangeRequest, commentOnChangeRequestInput } from "./comment-on-change-request.ts";
export { commitChange } from "./commit-change.ts";
export { considerPromotion, type RegisteredFact } from "./consider-promotion.ts";
export type { DeploymentCard } from "./deployment-cards.ts";
export type { DeploymentRevisionRow } from "./deployment-revisions.ts";
export { type BoardRow, type DeploymentsBoard, deploymentsBoard, deploymentsBoardInput } from "./deployments-board.ts";
export type { AffectedThing } from "./describe-affected.ts";
export type { ChangeRequestKind, ChangeRequestStatus } from "./domain/change-request-state.ts";
export { ensureEnvironmentsRepository, type Environment, ENVIRONMENTS_BRANCH, ENVIRONMENTS_REPOSITORY, listEnvironments } from "./environments-repository.ts";
export { type ChangeRequestDetail, getChangeRequest, getChangeRequestInput } from "./get-change-request.ts";
export { type DeploymentDetail, deploymentLog, deploymentLogInput, getDeployment, getDeploymentInput } from "./get-deployment.ts";
export { changeCommit, deploymentLive, deploymentReconcile, deploymentRecheck, environmentReconcile } from "./jobs.ts";
export { liftHold, liftHoldInput } from "./lift-hold.ts";
export { approvalCounts, type ChangeRequestPage, listChangeRequests, listChangeRequestsInput } from "./list-change-requests.ts";
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
} from "./queries.ts";
export { recheckDeployment, reconcileDeployment } from "./reconcile-deployment.ts";
export { reconcileEnvironment } from "./reconcile-environment.ts";
export { redeploy, redeployInput } from "./redeploy.ts";
export { rejectChangeRequest, rejectChangeRequestInput } from "./reject-change-request.ts";
export { removeDeployment, removeDeploymentInput } from "./remove-deployment.ts";
export { requestDeployment, requestDeploymentInput } from "./request-deployment.ts";
export { rollbackDeployment, rollbackDeploymentInput } from "./rollback-deployment.ts";
export { runGates, runGatesInput } from "./run-gates.ts";
export { type DeliveryLoop, startDelivery, sweepDelivery } from "./start-delivery.ts";
export { withdrawChangeRequest, withdrawChangeRequestInput } from "./withdraw-change-request.ts";
