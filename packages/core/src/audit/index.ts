export { type AuditEntry, recordAuditEvent } from "./record-audit-event.ts";
export { searchAuditEvents, searchAuditEventsInput } from "./search-audit-events.ts";
