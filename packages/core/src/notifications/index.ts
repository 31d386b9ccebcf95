export { listNotifications, listNotificationsInput, markNotificationsRead, markNotificationsReadInput } from "./inbox.ts";
export { type NotificationDraft, type NotificationKind, notify } from "./notify.ts";
