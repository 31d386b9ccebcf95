import type { IncomingMessage } from "node:http";
import { CoreError } from "@trellis/core/kernel/errors.ts";
import type { CoreContext } from "@trellis/core/kernel/context.ts";
import { findModelVersion, findVersionFile, listVersionFiles } from "@trellis/core/registry/index.ts";
import {
  artifactPath,
  deleteLoggedModelFiles,
  deleteRunArtifacts,
  type FileEntry,
  type FilePage,
  findLoggedModelFile,
  findRunArtifact,
  listLoggedModelFiles,
  listRunArtifacts,
  MAX_ENTRIES,
  openStoredFile,
  putLoggedModelFile,
  putRunArtifact,
  type StoredFile,
} from "@trellis/core/tracking/index.ts";
import { answerRange } from "../downloads/byte-range.ts";
import { type ArtifactPlace, artifactPlace } from "./protocol/artifact-place.ts";
import { attachmentHeaders } from "./protocol/attachment-headers.ts";
import { modelId, runId } from "./protocol/common-fields.ts";
import { type Endpoint, endpoint, type ProtocolCall, RawAnswer } from "./protocol/endpoint.ts";
import { integer, mapped, optional, orElse, pageToken, required, text } from "./protocol/fields.ts";
import { ProtocolError } from "./protocol/protocol-error.ts";
import { requestBody } from "./protocol/request-body.ts";
import { wireList } from "./protocol/wire-json.ts";

/** Largest file that the protocol's web page uploads. */
const MAX_PAGE_UPLOAD_BYTES = 10 * 1024 * 1024;

const folder = { path: orElse(text, ""), pageToken: orElse(pageToken, null) };
const place = required(mapped(text, artifactPlace));
const filePath = required(mapped(text, artifactPath));

/** Files of runs, logged models and versions. Clients read and write them through the portal, with the same token as all else. */
export const ARTIFACT_ENDPOINTS: Endpoint[] = [
  endpoint({
    at: "GET /mlflow/artifacts/list",
    access: "project.read",
    fields: { runId: required(runId), ...folder },
    run: async ({ ctx }, { pageToken: cursor, ...input }) => wirePage(await listRunArtifacts(ctx, { ...input, ...pageFrom(cursor) })),
  }),
  endpoint({
    at: "GET /mlflow/logged-models/{model_id}/artifacts/directories",
    access: "project.read",
    fields: { modelId: required(modelId), artifactDirectoryPath: folder.path, pageToken: folder.pageToken },
    run: async ({ ctx }, { modelId: id, artifactDirectoryPath: path, pageToken: cursor }) =>
      wirePage(await listLoggedModelFiles(ctx, { modelId: id, path, ...pageFrom(cursor) })),
  }),
  endpoint({
    at: "GET /mlflow/logged-models/{model_id}/artifacts/files",
    mount: "ajax",
    access: "project.read",
    fields: { modelId: required(modelId), artifactFilePath: filePath },
    run: async (call, { modelId: id, artifactFilePath: path }) => serve(call, await findLoggedModelFile(call.ctx, { modelId: id, path })),
  }),
  endpoint({
    at: "GET /get-artifact",
    mount: "root",
    access: "project.read",
    fields: { path: filePath, runId: required(runId) },
    run: async (call, input) => serve(call, await findRunArtifact(call.ctx, input)),
  }),
  endpoint({
    at: "GET /model-versions/get-artifact",
    mount: "root",
    access: "project.read",
    fields: { path: filePath, name: required(text), version: required(integer) },
    run: async (call, { name, version, path }) => {
      const found = await findModelVersion(call.ctx, { model: name, version });
      return serve(call, await findVersionFile(call.ctx, { versionId: found.id, path }));
    },
  }),
  endpoint({
    at: "POST /mlflow/upload-artifact",
    mount: "ajax",
    access: "project.write",
    body: "raw",
    // Checked one by one below, in words that pages look for.
    fields: { runUuid: optional(text), path: optional(text) },
    run: async ({ ctx, request }, input) => {
      if (input.runUuid === null) throw new CoreError("INVALID", "Request must specify run_uuid.");
      if (input.path === null) throw new CoreError("INVALID", "Request must specify path.");
      const path = artifactPath(input.path);
      if (isEmpty(request)) throw new CoreError("INVALID", "Request must specify data.");
      await putRunArtifact(ctx, { runId: runId.read(input.runUuid), path, content: requestBody(request, MAX_PAGE_UPLOAD_BYTES) });
      return {};
    },
  }),
  endpoint({
    at: "GET /mlflow-artifacts/artifacts",
    access: "project.read",
    fields: { path: orElse(mapped(text, artifactPlace), null) },
    run: async ({ ctx }, { path: at }) => ({ files: at ? wireList(await listPlace(ctx, at), (entry) => wireEntry(entry, entry.name)) : undefined }),
  }),
  endpoint({
    at: "GET /mlflow-artifacts/artifacts/{path...}",
    access: "project.read",
    fields: { path: place },
    run: async (call, { path: at }) => {
      if (at?.owner === "run") return serve(call, await findRunArtifact(call.ctx, at));
      if (at?.owner === "logged-model") return serve(call, await findLoggedModelFile(call.ctx, at));
      if (at?.owner === "version") return serve(call, await findVersionFile(call.ctx, at));
      throw noPlace();
    },
  }),
  endpoint({
    at: "PUT /mlflow-artifacts/artifacts/{path...}",
    access: "project.write",
    body: "raw",
    fields: { path: place },
    run: async ({ ctx, request }, { path: at }) => {
      if (at?.owner === "run") await putRunArtifact(ctx, { ...at, content: requestBody(request) });
      else if (at?.owner === "logged-model") await putLoggedModelFile(ctx, { ...at, content: requestBody(request) });
      else throw at ? neverChanges() : noPlace();
      return {};
    },
  }),
  endpoint({
    at: "DELETE /mlflow-artifacts/artifacts/{path...}",
    access: "project.write",
    // Clients send no body here, or an empty one of any type.
    body: "raw",
    fields: { path: place },
    run: async ({ ctx }, { path: at }) => {
      if (at?.owner === "run") await deleteRunArtifacts(ctx, at);
      else if (at?.owner === "logged-model") await deleteLoggedModelFiles(ctx, at);
      else throw at ? neverChanges() : noPlace();
      return {};
    },
  }),
  ...(["create", "complete", "abort"] as const).map((step) => notSupported(`POST /mlflow-artifacts/mpu/${step}/{path...}`, "upload")),
  notSupported("GET /mlflow-artifacts/presigned/{path...}", "download"),
  notSupported("POST /mlflow/artifacts/presigned-upload-url", "upload"),
  notSupported("POST /mlflow/artifacts/presigned-download-url", "download"),
];

/**
 * Ways past the portal, which clients try for files of 500 MB and above: by these words they know to send or read the file in
 * one request instead, which has no limit here.
 */
function notSupported(at: `GET /${string}` | `POST /${string}`, way: "upload" | "download"): Endpoint {
  return endpoint({
    at,
    access: "signed-in",
    body: "raw",
    fields: {},
    run: async () => {
      throw new ProtocolError(
        "NOT_IMPLEMENTED",
        `Multipart ${way} is not supported for the current artifact repository. Send or read the file in one request.`,
      );
    },
  });
}

async function listPlace(ctx: CoreContext, at: ArtifactPlace): Promise<FileEntry[]> {
  if (at.owner === "run") return (await listRunArtifacts(ctx, { ...at, limit: MAX_ENTRIES })).items;
  if (at.owner === "logged-model") return (await listLoggedModelFiles(ctx, { ...at, limit: MAX_ENTRIES })).items;
  const entries = await listVersionFiles(ctx, at);
  return entries.map(({ path, isFolder, sizeBytes }) => ({ path, name: path.split("/").at(-1) ?? path, isDirectory: isFolder, sizeBytes }));
}

async function serve({ ctx, request }: ProtocolCall, file: StoredFile): Promise<RawAnswer> {
  const answer = answerRange(request.headers.range, file.sizeBytes);
  const headers = { ...attachmentHeaders(file.path), ...answer.headers };
  if (answer.status === 416 || request.method === "HEAD") return new RawAnswer("", headers, answer.status);
  const { content } = await openStoredFile(ctx, file, answer.range ?? undefined);
  return new RawAnswer(content, headers, answer.status);
}

function isEmpty({ headers }: IncomingMessage): boolean {
  return headers["transfer-encoding"] === undefined && Number(headers["content-length"] ?? 0) === 0;
}

function pageFrom(cursor: string | null): { limit: number; cursor?: string } {
  return { limit: MAX_ENTRIES, ...(cursor === null ? {} : { cursor }) };
}

function wirePage({ items, nextCursor, rootUri }: FilePage & { rootUri: string }): object {
  return { root_uri: rootUri, files: wireList(items, (entry) => wireEntry(entry, entry.path)), next_page_token: nextCursor ?? undefined };
}

/** A size of zero is left out, like everything that is not set. */
function wireEntry({ isDirectory, sizeBytes }: FileEntry, path: string): object {
  return { path, is_dir: isDirectory, file_size: sizeBytes || undefined };
}

function noPlace(): CoreError {
  return new CoreError(
    "NOT_FOUND",
    "No run and no logged model has files there. Use its artifact URI, such as mlflow-artifacts:/experiments/1/<run id>/artifacts.",
  );
}

function neverChanges(): CoreError {
  return new CoreError("INVALID", "A registered version never changes. Register a new version.");
}
