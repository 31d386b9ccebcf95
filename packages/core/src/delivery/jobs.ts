import { z } from "zod";
import { defineJob } from "../jobs/index.ts";

/** Writes an approved request to the environments repository. */
export const changeCommit = defineJob({ name: "change.commit", schema: z.object({ changeRequestId: z.uuid() }), retryLimit: 10 });

/** Reads what git says of an environment, and puts its deployments to work. */
export const environmentReconcile = defineJob({ name: "environment.reconcile", schema: z.object({ environmentId: z.uuid() }), retryLimit: 10 });

/** Brings one deployment in line with what git said of it. */
export const deploymentReconcile = defineJob({ name: "deployment.reconcile", schema: z.object({ deploymentId: z.uuid() }), retryLimit: 10 });

/** Looks at a deployment again later. A job of its own: a delayed one must not stand in the way of one that is due. */
export const deploymentRecheck = defineJob({ name: "deployment.recheck", schema: z.object({ deploymentId: z.uuid() }) });

/** Fact: another version answers now. */
export const deploymentLive = defineJob({ name: "deployment.live", schema: z.object({ deploymentId: z.uuid(), versionId: z.uuid() }) });
