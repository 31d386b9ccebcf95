import { searchAuditEvents, searchAuditEventsInput } from "@trellis/core/audit/index.ts";
import { procedure, router } from "../trpc.ts";

export const auditRouter = router({
  search: procedure("audit.read", "GET /audit-events", "The audit log, newest first")
    .input(searchAuditEventsInput)
    .query(({ ctx, input }) => searchAuditEvents(ctx.core, input)),
});
