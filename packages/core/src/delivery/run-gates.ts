import type { GateResult } from "@trellis/db/schema";
import { z } from "zod";
import type { CoreContext } from "../kernel/context.ts";
import { refreshChangeRequest } from "./refresh-change-request.ts";
import { authorizeMemberOrApprover, changeRequestRef, requireChangeRequest } from "./require-change-request.ts";

export const runGatesInput = z.object({ changeRequest: changeRequestRef });

/** Runs the gates of an open request on today's facts. For members of the project and people who may decide. */
export async function runGates(ctx: CoreContext, input: z.input<typeof runGatesInput>): Promise<{ gates: GateResult[]; gatesAt: Date }> {
  const { changeRequest } = runGatesInput.parse(input);
  const loaded = await requireChangeRequest(ctx, changeRequest);
  await authorizeMemberOrApprover(ctx, loaded.project.id);
  const { gates, gatesAt } = await refreshChangeRequest(ctx, loaded);
  return { gates, gatesAt };
}
