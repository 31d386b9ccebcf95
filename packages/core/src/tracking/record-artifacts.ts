import { artifact } from "@trellis/db/schema";
import type { CoreContext, Database, Transaction } from "../kernel/context.ts";

export type ArtifactFile = { path: string; digest: string; sizeBytes: number; executable: boolean };

/** Lists the files that an attempt left; their bytes are in the artifact store already. The same files twice are once. */
export async function recordArtifacts(
  tx: Database | Transaction,
  ctx: CoreContext,
  input: { runId: string; stepKey: string; attemptId: string; files: readonly ArtifactFile[] },
): Promise<void> {
  const { files, ...owner } = input;
  for (let start = 0; start < files.length; start += 1_000) {
    await tx
      .insert(artifact)
      .values(
        files.slice(start, start + 1_000).map((file) => ({
          ...owner,
          id: ctx.newId(),
          path: file.path,
          digest: file.digest,
          sizeBytes: file.sizeBytes,
          executable: file.executable ? 1 : 0,
          createdAt: ctx.now(),
        })),
      )
      .onConflictDoNothing();
  }
}
