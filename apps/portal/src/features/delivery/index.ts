export { ApprovalsPage } from "./approvals-page";
export { ChangeRequestPage } from "./change-request-page";
export { DeploymentPage } from "./deployment-page";
export { DeploymentsPage } from "./deployments-page";
