import { artifactFolder } from "@trellis/core/tracking/index.ts";
import { modelIdOfProtocol, runIdOfProtocol } from "@trellis/core/tracking/domain/protocol-ids.ts";

/** Whose file or folder a path of the artifact store means; `path` is empty at the root of it. */
export type ArtifactPlace =
  | { owner: "run"; runId: string; path: string }
  | { owner: "logged-model"; modelId: string; path: string }
  | { owner: "version"; versionId: string; path: string };

const OF_VERSION = /^model-versions\/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?:\/(.*))?$/;
/** What stands before the id is where the experiment has its files, which may have been anywhere when the client read it. */
const OF_RUN_OR_MODEL = /^(?:.*?\/)?(?:models\/(m-[0-9a-f]{32})|([0-9a-f]{32}))\/artifacts(?:\/(.*))?$/;

/**
 * Reads a path behind `mlflow-artifacts:/`, e.g. `experiments/1/<run>/artifacts/model/MLmodel`. Null when it lies in no run,
 * logged model or version. INVALID ("Invalid path") for what could lead out of it, before anything is looked up.
 */
export function artifactPlace(sent: string): ArtifactPlace | null {
  const path = artifactFolder(sent);
  const [, versionId, inVersion = ""] = OF_VERSION.exec(path) ?? [];
  if (versionId !== undefined) return { owner: "version", versionId, path: inVersion };
  const [, modelId, runId, inOwner = ""] = OF_RUN_OR_MODEL.exec(path) ?? [];
  if (modelId !== undefined) return { owner: "logged-model", modelId: modelIdOfProtocol(modelId), path: inOwner };
  return runId === undefined ? null : { owner: "run", runId: runIdOfProtocol(runId), path: inOwner };
}
