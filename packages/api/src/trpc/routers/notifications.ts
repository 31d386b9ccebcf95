import { listNotifications, listNotificationsInput, markNotificationsRead, markNotificationsReadInput } from "@trellis/core/notifications/index.ts";
import { procedure, router } from "../trpc.ts";

export const notificationsRouter = router({
  list: procedure("signed-in", "GET /notifications", "Your inbox")
    .input(listNotificationsInput)
    .query(({ ctx, input }) => listNotifications(ctx.core, input)),
  markRead: procedure("signed-in", "POST /notifications/read", "Mark messages as read")
    .input(markNotificationsReadInput)
    .mutation(({ ctx, input }) => markNotificationsRead(ctx.core, input)),
});
