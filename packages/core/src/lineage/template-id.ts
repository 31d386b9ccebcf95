import { createHash } from "node:crypto";

/**
 * Id in the lineage of a version of a template, which has no row of its own. The database makes the same by
 * `md5(template || '@' || template_version)::uuid`.
 */
export function templateLineageId(template: string, version: string): string {
  const hex = createHash("md5").update(`${template}@${version}`).digest("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}
