import { z } from "zod";
import { requireProject } from "../catalog/index.ts";
import type { CoreContext } from "../kernel/context.ts";
import { CoreError } from "../kernel/errors.ts";
import { manifestPath } from "./domain/manifest.ts";
import { readManifestText } from "./environments-repository.ts";
import { openChangeRequest, type OpenedChangeRequest } from "./open-change-request.ts";
import { authorOf } from "./require-change-request.ts";
import { requireDeployment } from "./require-deployment.ts";

export const removeDeploymentInput = z.object({ deployment: z.string().max(200), reason: z.string().trim().max(4_000).default("") });

/** Asks that a deployment be removed; it needs as many approvals as a deployment there does. */
export async function removeDeployment(ctx: CoreContext, input: z.input<typeof removeDeploymentInput>): Promise<OpenedChangeRequest> {
  const query = removeDeploymentInput.parse(input);
  const { row, environment, model } = await requireDeployment(ctx, query.deployment);
  const project = await requireProject(ctx, row.projectId, "project.write");
  if (row.lifecycle !== "active") throw new CoreError("PRECONDITION_FAILED", `${row.name} is removed already.`);
  const { text } = await readManifestText(ctx, manifestPath(environment.name, row.name));
  return ctx.db.transaction((tx) =>
    openChangeRequest(tx, ctx, {
      kind: "remove",
      project,
      environment,
      deploymentName: row.name,
      model,
      version: null,
      previousVersionId: row.liveVersionId,
      manifestBefore: text,
      gates: [],
      reason: query.reason,
      author: authorOf(ctx),
      openedByRunId: null,
      status: environment.approvalsRequired === 0 ? "approved" : "open",
    }),
  );
}
