import { createHash } from "node:crypto";
import type { CoreContext } from "../../kernel/context.ts";
import { isCoreError } from "../../kernel/errors.ts";
import { ArtifactStoreCapability } from "../ports.ts";
import type { StoredFile } from "./file-set.ts";

export type FileProblem = { path: string; problem: "missing" | "changed" };

/**
 * Reads every file again and compares its bytes with its digest. Memory does not depend on the sizes; equal files are read once.
 * Whether the actor may know of the files is for the caller to see.
 */
export async function verifyFiles(ctx: CoreContext, files: readonly StoredFile[]): Promise<{ checked: number; problems: FileProblem[] }> {
  const verdicts = new Map<string, FileProblem["problem"] | null>();
  const problems: FileProblem[] = [];
  for (const { path, digest } of files) {
    const known = verdicts.get(digest);
    const verdict = known === undefined ? await verifyBlob(ctx, digest) : known;
    verdicts.set(digest, verdict);
    if (verdict) problems.push({ path, problem: verdict });
  }
  return { checked: files.length, problems };
}

async function verifyBlob(ctx: CoreContext, digest: string): Promise<FileProblem["problem"] | null> {
  const content = await ctx
    .resolve(ArtifactStoreCapability)
    .get(digest)
    .catch((error: unknown) => {
      if (isCoreError(error) && error.code === "NOT_FOUND") return null;
      throw error;
    });
  if (!content) return "missing";
  const hash = createHash("sha256");
  for await (const chunk of content) hash.update(chunk as Buffer);
  return digest === `sha256:${hash.digest("hex")}` ? null : "changed";
}
