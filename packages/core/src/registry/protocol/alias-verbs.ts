import { modelAlias } from "@trellis/db/schema";
import { and, eq, sql } from "drizzle-orm";
import type { CoreContext } from "../../kernel/context.ts";
import { CoreError } from "../../kernel/errors.ts";
import { aliasProblem } from "../domain/alias.ts";
import { removeAlias, setAlias } from "../set-alias.ts";
import { loadProtocolVersion, type ProtocolVersion } from "./records.ts";
import { requireModelNamed, requireVersionNamed } from "./require-named.ts";

/** Lets an alias name a version, like `setAlias`. */
export async function setRegisteredModelAlias(ctx: CoreContext, input: { name: string; alias: string; version: number }): Promise<void> {
  requireAlias(input.alias);
  const { model } = await requireVersionNamed(ctx, { model: input.name, version: input.version }, "project.write");
  await setAlias(ctx, { modelId: model.id, alias: input.alias, version: input.version });
}

/** Takes an alias away, like `removeAlias`. */
export async function deleteRegisteredModelAlias(ctx: CoreContext, input: { name: string; alias: string }): Promise<void> {
  requireAlias(input.alias);
  const model = await requireModelNamed(ctx, input.name, "project.write");
  await removeAlias(ctx, { modelId: model.id, alias: input.alias });
}

/** The version that an alias names; `latest` is the newest. INVALID when the model has no such alias: clients look for that. */
export async function getVersionByAlias(ctx: CoreContext, input: { name: string; alias: string }): Promise<ProtocolVersion> {
  const model = await requireModelNamed(ctx, input.name, "project.read");
  const missing = new CoreError("INVALID", `Registered model alias ${input.alias} not found.`);
  if (input.alias.toLowerCase() === "latest") {
    const { rows } = await ctx.db.execute<{ id: string }>(
      sql`select id from model_version where model_id = ${model.id} and deleted_at is null order by version desc limit 1`,
    );
    if (!rows[0]) throw missing;
    return loadProtocolVersion(ctx, rows[0].id);
  }
  const [found] = await ctx.db
    .select({ id: modelAlias.versionId })
    .from(modelAlias)
    .where(and(eq(modelAlias.modelId, model.id), eq(modelAlias.alias, input.alias)));
  if (!found) throw missing;
  return loadProtocolVersion(ctx, found.id);
}

function requireAlias(alias: string): void {
  const problem = aliasProblem(alias);
  if (problem) throw new CoreError("INVALID", problem, { issues: [{ path: "alias", message: problem }] });
}
