import { modelVersionFile } from "@trellis/db/schema";
import { inArray } from "drizzle-orm";
import { z } from "zod";
import type { CoreContext } from "../kernel/context.ts";
import { type ModelVersion, requireModelVersion } from "./require-model.ts";

export const compareVersionsInput = z.object({ versionIds: z.array(z.uuid()).min(1).max(10) });

type Row<Value> = { key: string; values: (Value | null)[]; differs: boolean };

/** What differs between versions, column by column in the order asked for. */
export async function compareVersions(ctx: CoreContext, input: z.input<typeof compareVersionsInput>) {
  const { versionIds } = compareVersionsInput.parse(input);
  const found = [];
  for (const versionId of versionIds) found.push(await requireModelVersion(ctx, { versionId }));
  const files = await ctx.db.select().from(modelVersionFile).where(inArray(modelVersionFile.versionId, versionIds)).limit(20_000);
  const versions = found.map(({ version }) => version);
  const same = (read: (version: ModelVersion) => unknown): boolean => new Set(versions.map((version) => JSON.stringify(read(version)))).size === 1;
  const filesOf = versionIds.map((id) => Object.fromEntries(files.filter((file) => file.versionId === id).map((file) => [file.path, file.digest])));
  return {
    versions: found.map(({ version, model }) => ({
      id: version.id,
      version: version.version,
      model: { id: model.id, name: model.name, project: model.projectId },
      runId: version.runId,
      commit: version.commit,
      dataDigest: version.dataDigest,
      lockDigest: version.lockDigest,
      digest: version.digest,
      sizeBytes: version.sizeBytes,
      signature: version.signature,
      createdAt: version.createdAt,
    })),
    metrics: rows(versions.map((version) => version.metrics)),
    params: rows(versions.map((version) => version.params)),
    files: rows(filesOf).map(({ key, values, differs }) => ({ path: key, digests: values, differs })),
    signatureDiffers: !same((version) => version.signature),
    sameData: same((version) => version.dataDigest),
    sameLock: same((version) => version.lockDigest),
    sameCommit: same((version) => version.commit),
  };
}

function rows<Value>(columns: Record<string, Value>[]): Row<Value>[] {
  const keys = [...new Set(columns.flatMap((column) => Object.keys(column)))].toSorted();
  return keys.map((key) => {
    const values = columns.map((column) => column[key] ?? null);
    return { key, values, differs: new Set(values).size > 1 };
  });
}
