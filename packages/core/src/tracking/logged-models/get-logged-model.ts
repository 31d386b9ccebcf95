import type { CoreContext } from "../../kernel/context.ts";
import { modelNotFound } from "../domain/protocol-ids.ts";
import { authorizeRecently, orMissing } from "../rights.ts";
import { type LoggedModel, readLoggedModels } from "./logged-model.ts";

/** A logged model with its metrics; NOT_FOUND when it is deleted, unless that is allowed. */
export async function getLoggedModel(ctx: CoreContext, input: { modelId: string; allowDeleted?: boolean }): Promise<LoggedModel> {
  const missing = modelNotFound(input.modelId);
  const [found] = await readLoggedModels(ctx.db, [input.modelId]);
  if (!found || (found.lifecycleStage === "deleted" && !input.allowDeleted)) throw missing;
  await orMissing(authorizeRecently(ctx, "project.read", found.projectId), missing);
  return found;
}
