import {
  approvalCounts,
  approveChangeRequest,
  approveChangeRequestInput,
  commentOnChangeRequest,
  commentOnChangeRequestInput,
  deploymentLog,
  deploymentLogInput,
  deploymentsBoard,
  deploymentsBoardInput,
  getChangeRequest,
  getChangeRequestInput,
  getDeployment,
  getDeploymentInput,
  liftHold,
  liftHoldInput,
  listChangeRequests,
  listChangeRequestsInput,
  listEnvironments,
  projectPromotion,
  projectPromotionInput,
  recentDeploymentEvents,
  recentDeploymentEventsInput,
  redeploy,
  redeployInput,
  rejectChangeRequest,
  rejectChangeRequestInput,
  removeDeployment,
  removeDeploymentInput,
  requestDeployment,
  requestDeploymentInput,
  rollbackDeployment,
  rollbackDeploymentInput,
  runGates,
  runGatesInput,
  versionDeployments,
  versionDeploymentsInput,
  withdrawChangeRequest,
  withdrawChangeRequestInput,
} from "@trellis/core/delivery/index.ts";
import { procedure, router } from "../trpc.ts";

export const deliveryRouter = router({
  environments: procedure("project.list", "GET /environments", "Environments on the path of promotion").query(({ ctx }) => listEnvironments(ctx.core)),
  approvalCounts: procedure("project.list", "GET /approvals/counts", "How many requests wait for you").query(({ ctx }) => approvalCounts(ctx.core)),
  changeRequests: procedure("project.list", "GET /change-requests", "Change requests")
    .input(listChangeRequestsInput)
    .query(({ ctx, input }) => listChangeRequests(ctx.core, input)),
  changeRequest: procedure("project.read", "GET /change-requests/{changeRequest}", "One change request with its evidence")
    .input(getChangeRequestInput)
    .query(({ ctx, input }) => getChangeRequest(ctx.core, input)),
  request: procedure("project.write", "POST /change-requests", "Ask for a deployment")
    .input(requestDeploymentInput)
    .mutation(({ ctx, input }) => requestDeployment(ctx.core, input)),
  runGates: procedure("project.read", "POST /change-requests/{changeRequest}/gates", "Run the gates again")
    .input(runGatesInput)
    .mutation(({ ctx, input }) => runGates(ctx.core, input)),
  comment: procedure("project.read", "POST /change-requests/{changeRequest}/comments", "Say something about a request")
    .input(commentOnChangeRequestInput)
    .mutation(({ ctx, input }) => commentOnChangeRequest(ctx.core, input)),
  approve: procedure("change-request.decide", "POST /change-requests/{changeRequest}/approve", "Approve a request of someone else")
    .input(approveChangeRequestInput)
    .mutation(({ ctx, input }) => approveChangeRequest(ctx.core, input)),
  reject: procedure("change-request.decide", "POST /change-requests/{changeRequest}/reject", "Reject a request")
    .input(rejectChangeRequestInput)
    .mutation(({ ctx, input }) => rejectChangeRequest(ctx.core, input)),
  withdraw: procedure("project.write", "POST /change-requests/{changeRequest}/withdraw", "Take your own request back")
    .input(withdrawChangeRequestInput)
    .mutation(({ ctx, input }) => withdrawChangeRequest(ctx.core, input)),
  board: procedure("project.list", "GET /deployments", "Models and what is live of them in each environment")
    .input(deploymentsBoardInput)
    .query(({ ctx, input }) => deploymentsBoard(ctx.core, input)),
  recentEvents: procedure("project.list", "GET /deployment-events", "What happened to deployments lately")
    .input(recentDeploymentEventsInput)
    .query(({ ctx, input }) => recentDeploymentEvents(ctx.core, input)),
  deployment: procedure("project.read", "GET /deployments/{deployment}", "One deployment")
    .input(getDeploymentInput)
    .query(({ ctx, input }) => getDeployment(ctx.core, input)),
  log: procedure("project.read", "GET /deployments/{deployment}/log", "The end of its process's log")
    .input(deploymentLogInput)
    .query(({ ctx, input }) => deploymentLog(ctx.core, input)),
  rollback: procedure("project.read", "POST /deployments/{deployment}/rollback", "Go back to what was live before")
    .input(rollbackDeploymentInput)
    .mutation(({ ctx, input }) => rollbackDeployment(ctx.core, input)),
  liftHold: procedure("project.read", "POST /deployments/{deployment}/lift-hold", "Let automation move it again")
    .input(liftHoldInput)
    .mutation(({ ctx, input }) => liftHold(ctx.core, input)),
  redeploy: procedure("project.read", "POST /deployments/{deployment}/redeploy", "Try a degraded deployment again")
    .input(redeployInput)
    .mutation(({ ctx, input }) => redeploy(ctx.core, input)),
  remove: procedure("project.write", "DELETE /deployments/{deployment}", "Ask for its removal")
    .input(removeDeploymentInput)
    .mutation(({ ctx, input }) => removeDeployment(ctx.core, input)),
  ofVersion: procedure("project.read", "GET /model-versions/{versionId}/deployments", "Where a version is or was live")
    .input(versionDeploymentsInput)
    .query(({ ctx, input }) => versionDeployments(ctx.core, input)),
  promotion: procedure("project.read", "GET /projects/{project}/promotion", "A project's models along the environments")
    .input(projectPromotionInput)
    .query(({ ctx, input }) => projectPromotion(ctx.core, input)),
});
