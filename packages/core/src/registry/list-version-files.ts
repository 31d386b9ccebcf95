import { sql } from "drizzle-orm";
import type { CoreContext } from "../kernel/context.ts";
import { filePathFault } from "../kernel/file-path.ts";
import { CoreError } from "../kernel/errors.ts";
import { requireModelVersion } from "./require-model.ts";

export type VersionEntry = {
  /** From the root of the version's files. */
  path: string;
  isFolder: boolean;
  /** 0 for a folder. */
  sizeBytes: number;
};

/** What lies directly in a folder of a version, by path; nothing for a file, or for what is not there. */
export async function listVersionFiles(ctx: CoreContext, input: { versionId: string; path?: string }): Promise<VersionEntry[]> {
  const folder = input.path ?? "";
  if (folder !== "" && filePathFault(folder, 4_096)) throw new CoreError("INVALID", "Invalid path");
  const { version } = await requireModelVersion(ctx, { versionId: input.versionId });
  const prefix = folder === "" ? "" : `${folder}/`;
  const { rows } = await ctx.db.execute<{ name: string; isFolder: boolean; sizeBytes: string }>(sql`
    select name, bool_or(rest <> name) as "isFolder", sum(size_bytes)::text as "sizeBytes"
    from (select split_part(rest, '/', 1) as name, rest, size_bytes
      from (select substr(path, ${[...prefix].length + 1}::int) as rest, size_bytes from model_version_file
        where version_id = ${version.id} and starts_with(path, ${prefix})) below) named
    group by name order by name collate "C"`);
  return rows.map(({ name, isFolder, sizeBytes }) => ({ path: `${prefix}${name}`, isFolder, sizeBytes: isFolder ? 0 : Number(sizeBytes) }));
}
