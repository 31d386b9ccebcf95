"use client";

import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import type { Outputs } from "@/live/trpc";
import { apiAddress, type FileSource } from "./file-source";

type FilePage = Outputs["tracking"]["runFiles"];
export type FileEntry = FilePage["items"][number];
/** What a page can show of a file, as the server read it. */
export type FilePreview = Outputs["tracking"]["runFilePreview"];
type Notebook = Extract<FilePreview, { kind: "notebook" }>;
export type NotebookCell = Notebook["cells"][number];
export type NotebookOutput = NotebookCell["outputs"][number];

/** One folder's entries, page by page. */
export function useFolder(source: FileSource, path: string) {
  return useInfiniteQuery({
    queryKey: ["files", source.kind, source.id, path],
    queryFn: ({ pageParam, signal }) => read<FilePage>(source, "files", { path, cursor: pageParam }, signal),
    initialPageParam: "",
    getNextPageParam: (page) => page.nextCursor ?? undefined,
  });
}

/** What a file holds, as far as a page can show it. */
export function usePreview(source: FileSource, path: string) {
  return useQuery({
    queryKey: ["file-preview", source.kind, source.id, path],
    queryFn: ({ signal }) => read<FilePreview>(source, "files/preview", { path }, signal),
  });
}

/** Asks the REST door; its refusals are sentences for people. */
async function read<Answer>(source: FileSource, what: string, query: Record<string, string>, signal: AbortSignal): Promise<Answer> {
  const given = new URLSearchParams(Object.entries(query).filter(([, value]) => value !== ""));
  const response = await fetch(`${apiAddress(source)}/${what}?${given.toString()}`, { signal });
  const answer = (await response.json().catch(() => ({}))) as Answer & { error?: { message?: string } };
  if (!response.ok)
    throw Object.assign(new Error(answer.error?.message ?? `The portal answered ${response.status}.`), { data: { httpStatus: response.status } });
  return answer;
}
