import { ROLES, type Role } from "../../kernel/context.ts";

/** What a permission asks of a person: a role at least, and, where it concerns one project, a relation to it. */
type Requirement = { role: Role; project?: "reader" | "member" | "owner" };

/** Every permission there is. A procedure, route or command declares one of these words. */
export const PERMISSIONS = {
  "project.list": { role: "viewer" },
  "project.create": { role: "data_scientist" },
  "project.read": { role: "viewer", project: "reader" },
  "project.write": { role: "data_scientist", project: "member" },
  "project.manage": { role: "data_scientist", project: "owner" },
  "change-request.decide": { role: "approver", project: "reader" },
  "user.manage": { role: "admin" },
  "audit.read": { role: "admin" },
  "platform.read": { role: "viewer" },
  "platform.manage": { role: "admin" },
} as const satisfies Record<string, Requirement>;

export type Permission = keyof typeof PERMISSIONS;

/** How a person stands to a project. Administrators act as owners of all of them. */
export type ProjectRelation = { visibility: "internal" | "private"; member: "owner" | "contributor" | null };

export type Verdict = "allowed" | "forbidden" | "hidden";

/** True when `role` includes what `least` may do. */
export function roleAtLeast(role: Role, least: Role): boolean {
  return ROLES.indexOf(role) >= ROLES.indexOf(least);
}

/**
 * May a person of this role do this, in this relation to the project? `hidden` = the person may not even know that the
 * project exists, so the answer must read as "not found".
 */
export function judge(role: Role, permission: Permission, relation: ProjectRelation | null): Verdict {
  const requirement: Requirement = PERMISSIONS[permission];
  const isAdmin = role === "admin";
  if (relation && relation.visibility === "private" && relation.member === null && !isAdmin) return "hidden";
  if (!roleAtLeast(role, requirement.role)) return "forbidden";
  if (!requirement.project || isAdmin) return "allowed";
  if (requirement.project === "reader") return "allowed";
  if (requirement.project === "member") return relation?.member ? "allowed" : "forbidden";
  return relation?.member === "owner" ? "allowed" : "forbidden";
}
