"use client";

import { Bytes, EmptyState, ErrorState, Skeleton } from "@trellis/ui";
import { ChevronRight, File, FileText, Folder } from "lucide-react";
import dynamic from "next/dynamic";
import { parseAsString, useQueryStates } from "nuqs";
import { type FileSource, folderOf, trailOf } from "./file-source";
import { useFolder, type FileEntry } from "./use-files";

const PreviewPane = dynamic(() => import("./preview-pane").then((module) => module.PreviewPane), {
  ssr: false,
  loading: () => <Skeleton lines={6} className="p-4" />,
});

/** Folders and files beside what the chosen file holds; folder and file are in the address. */
export function FileBrowser({ source, empty }: { source: FileSource; /** What to do to have files. */ empty?: string }) {
  const [{ folder, file }, setPlace] = useQueryStates({ folder: parseAsString.withDefault(""), file: parseAsString });
  const listing = useFolder(source, folder);
  const entries = listing.data?.pages.flatMap((page) => page.items) ?? [];
  const open = (entry: FileEntry): void => void setPlace(entry.isDirectory ? { folder: entry.path, file: null } : { file: entry.path });
  if (folder === "" && !listing.isPending && !listing.isError && entries.length === 0)
    return (
      <EmptyState icon={FileText} title="No files">
        {empty ?? 'mlflow.log_artifact("report.html") keeps a file here.'}
      </EmptyState>
    );
  return (
    <section
      aria-label="Files"
      className="grid min-w-0 overflow-hidden rounded-md border border-line bg-surface md:grid-cols-[minmax(220px,300px)_minmax(0,1fr)]"
    >
      <div className="flex min-w-0 flex-col border-line max-md:max-h-72 max-md:border-b md:border-r">
        <Trail folder={folder} onOpen={(path) => void setPlace({ folder: path || null, file: null })} />
        <div className="max-h-[70vh] min-h-24 overflow-y-auto p-1.5">
          {listing.isPending ? (
            <Skeleton lines={5} className="p-2" />
          ) : listing.isError ? (
            <ErrorState compact error={listing.error} onRetry={() => void listing.refetch()} />
          ) : (
            <Entries entries={entries} chosen={file} onOpen={open} />
          )}
          {listing.hasNextPage ? (
            <button
              type="button"
              disabled={listing.isFetchingNextPage}
              onClick={() => void listing.fetchNextPage()}
              className="w-full rounded-md border-0 bg-transparent px-2 py-1.5 text-left font-sans text-sm text-accent-ink hover:bg-hover"
            >
              {listing.isFetchingNextPage ? "Loading" : "Show more"}
            </button>
          ) : null}
        </div>
      </div>
      <div className="min-w-0">
        {file !== null && folderOf(file) === folder ? (
          <PreviewPane key={file} source={source} path={file} />
        ) : (
          <EmptyState icon={FileText} title="Choose a file" compact>
            Text, tables, pictures, reports and notebooks are shown here.
          </EmptyState>
        )}
      </div>
    </section>
  );
}

function Trail({ folder, onOpen }: { folder: string; onOpen(path: string): void }) {
  const steps = [{ name: "All files", path: "" }, ...trailOf(folder)];
  return (
    <nav aria-label="Folder" className="flex min-h-9 flex-wrap items-center gap-0.5 border-b border-line px-2 py-1 text-xs">
      {steps.map((step, index) => (
        <span key={step.path} className="flex min-w-0 items-center gap-0.5">
          {index > 0 ? <ChevronRight aria-hidden className="size-3 shrink-0 text-ink-3" /> : null}
          {index === steps.length - 1 ? (
            <span aria-current="true" className="truncate px-1 font-medium">
              {step.name}
            </span>
          ) : (
            <button
              type="button"
              onClick={() => onOpen(step.path)}
              className="truncate rounded-xs border-0 bg-transparent px-1 font-sans text-accent-ink hover:underline"
            >
              {step.name}
            </button>
          )}
        </span>
      ))}
    </nav>
  );
}

function Entries({ entries, chosen, onOpen }: { entries: FileEntry[]; chosen: string | null; onOpen(entry: FileEntry): void }) {
  const sorted = entries.toSorted((a, b) => Number(b.isDirectory) - Number(a.isDirectory));
  return (
    <ul className="m-0 list-none p-0">
      {sorted.map((entry) => {
        const Icon = entry.isDirectory ? Folder : File;
        const isChosen = entry.path === chosen;
        return (
          <li key={entry.path}>
            <button
              type="button"
              aria-current={isChosen || undefined}
              onClick={() => onOpen(entry)}
              className={`flex h-7 w-full items-center gap-2 rounded-md border-0 px-2 text-left font-sans text-sm outline-offset-[-2px] ${
                isChosen ? "bg-hover font-medium text-ink" : "bg-transparent text-ink-2 hover:bg-hover hover:text-ink"
              }`}
            >
              <Icon aria-hidden className="size-3.5 shrink-0 text-ink-3" />
              <span className="min-w-0 flex-1 truncate" title={entry.path}>
                {entry.name}
              </span>
              {entry.sizeBytes === null ? null : <Bytes value={entry.sizeBytes} className="font-mono text-xs font-normal text-ink-3" />}
            </button>
          </li>
        );
      })}
    </ul>
  );
}
