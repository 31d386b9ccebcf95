/** Roles with their names and what they are for. */
export const ROLE_OPTIONS = [
  { value: "viewer", label: "Viewer", description: "Reads everything that is not private" },
  { value: "data_scientist", label: "Data scientist", description: "Creates projects, runs pipelines, asks for deployments" },
  { value: "approver", label: "Approver", description: "Also decides what goes live" },
  { value: "admin", label: "Administrator", description: "Also manages people and the platform" },
] as const;

export type RoleValue = (typeof ROLE_OPTIONS)[number]["value"];

/** A role in words, with its article left out: `data scientist`. */
export function roleName(role: string): string {
  return ROLE_OPTIONS.find((option) => option.value === role)?.label.toLowerCase() ?? role;
}
