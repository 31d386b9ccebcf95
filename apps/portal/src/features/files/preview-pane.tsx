"use client";

import { buttonClasses, Bytes, CodeBlock, EmptyState, ErrorState, IdChip, JsonTree, languageOf, Notice, Skeleton, Switch } from "@trellis/ui";
import { type Column, DataTable } from "@trellis/ui/table";
import { Download, FileQuestionMark } from "lucide-react";
import dynamic from "next/dynamic";
import { useState } from "react";
import { Markdown } from "@/features/shell";
import { fileAddress, type FileSource } from "./file-source";
import { type FilePreview, usePreview } from "./use-files";

const NotebookView = dynamic(() => import("./notebook-view").then((module) => module.NotebookView), {
  ssr: false,
  loading: () => <Skeleton lines={8} className="p-4" />,
});

/** A file: its name, size and digest, a way to save it, and what it holds as far as a page can show that. */
export function PreviewPane({ source, path }: { source: FileSource; path: string }) {
  const preview = usePreview(source, path);
  return (
    <div className="flex min-w-0 flex-col">
      <div className="flex min-h-9 flex-wrap items-center gap-x-3 gap-y-1 border-b border-line px-3 py-1 text-xs text-ink-2">
        <h2 className="m-0 min-w-0 truncate font-mono text-sm font-medium text-ink">{path.split("/").at(-1)}</h2>
        {preview.data ? (
          <>
            <Bytes value={preview.data.sizeBytes} />
            <IdChip value={preview.data.digest} short copy />
          </>
        ) : null}
        <a className={buttonClasses("secondary", "sm", "ml-auto")} href={fileAddress(source, path, "content")} download>
          <Download aria-hidden className="size-3.5" />
          Download
        </a>
      </div>
      {preview.isError ? (
        <ErrorState compact error={preview.error} onRetry={() => void preview.refetch()} />
      ) : preview.data ? (
        <Content source={source} preview={preview.data} />
      ) : (
        <Skeleton lines={6} className="p-4" />
      )}
    </div>
  );
}

function Content({ source, preview }: { source: FileSource; preview: FilePreview }) {
  switch (preview.kind) {
    case "text":
      return (
        <Scroll>
          <Cut when={preview.truncated} />
          <CodeBlock code={preview.text} language={languageOf(preview.path)} />
        </Scroll>
      );
    case "markdown":
      return (
        <Scroll>
          <Cut when={preview.truncated} />
          <Markdown source={preview.text} />
        </Scroll>
      );
    case "json":
      return <JsonContent text={preview.text} truncated={preview.truncated} />;
    case "table":
      return <TableContent preview={preview} />;
    case "image":
      return (
        <Scroll>
          <img
            src={fileAddress(source, preview.path, preview.mediaType === "image/svg+xml" ? "view" : "content")}
            alt={preview.path}
            className="mx-auto block max-w-full bg-white"
          />
        </Scroll>
      );
    case "html":
      return <HtmlContent source={source} path={preview.path} />;
    case "notebook":
      return <NotebookView notebook={preview} />;
    case "none":
      return (
        <EmptyState icon={FileQuestionMark} title="Cannot be shown here" compact>
          {preview.reason}
        </EmptyState>
      );
  }
}

function Scroll({ children }: { children: React.ReactNode }) {
  return (
    <div tabIndex={0} role="region" aria-label="Content of the file" className="max-h-[70vh] overflow-auto p-4 outline-offset-[-2px]">
      {children}
    </div>
  );
}

function Cut({ when }: { when: boolean }) {
  return when ? (
    <Notice tone="neutral" className="mb-3">
      This is the beginning of the file. Download it to see all of it.
    </Notice>
  ) : null;
}

function JsonContent({ text, truncated }: { text: string; truncated: boolean }) {
  const value = truncated ? undefined : parsed(text);
  return (
    <Scroll>
      <Cut when={truncated} />
      {value === undefined ? <CodeBlock code={text} language="json" /> : <JsonTree value={value} openDepth={2} />}
    </Scroll>
  );
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function TableContent({ preview }: { preview: Extract<FilePreview, { kind: "table" }> }) {
  const { columns, rows, totalRows, truncated, format } = preview;
  const [schema, setSchema] = useState(false);
  const shown = rows.length.toLocaleString("en");
  const words =
    totalRows !== null && totalRows > rows.length
      ? `The first ${shown} of ${totalRows.toLocaleString("en")} rows, ${columns.length} columns`
      : truncated
        ? `The first ${shown} rows, ${columns.length} columns`
        : `${shown} rows, ${columns.length} columns`;
  return (
    <div className="min-w-0">
      <div className="flex flex-wrap items-center gap-3 border-b border-line px-3 py-1.5 text-xs text-ink-2">
        <span>{`${format === "parquet" ? "Parquet" : "CSV"}: ${words}`}</span>
        <Switch label="Schema" checked={schema} onCheckedChange={setSchema} className="ml-auto" />
      </div>
      {schema ? (
        <DataTable
          label="Schema"
          rows={columns}
          rowKey={(row) => row.name}
          density="compact"
          maxHeight="65vh"
          csvName="schema"
          columns={[
            { id: "name", header: "Column", mono: true, cell: (row) => row.name, sort: (row) => row.name },
            { id: "type", header: "Type", mono: true, cell: (row) => row.type, sort: (row) => row.type },
          ]}
        />
      ) : (
        <DataTable
          label="Rows"
          rows={rows.map((cells, index) => ({ index, cells }))}
          rowKey={(row) => String(row.index)}
          density="compact"
          maxHeight="65vh"
          columns={columns.map((column, place): Column<{ index: number; cells: (string | null)[] }> => ({
            id: `${place}`,
            header: column.name,
            mono: true,
            cell: (row) => {
              const value = row.cells[place] ?? null;
              return value === null ? (
                <span className="text-ink-3">null</span>
              ) : (
                <span className="block max-w-72 truncate whitespace-pre" title={value.length > 40 ? value.slice(0, 400) : undefined}>
                  {value}
                </span>
              );
            },
          }))}
        />
      )}
    </div>
  );
}

/** A report in a frame of an origin of its own, without network; its scripts run only when the person says so. */
function HtmlContent({ source, path }: { source: FileSource; path: string }) {
  const [scripts, setScripts] = useState(false);
  const address = fileAddress(source, path, "view");
  return (
    <div className="min-w-0">
      <div className="flex flex-wrap items-center gap-3 border-b border-line px-3 py-1.5 text-xs text-ink-2">
        <span>Shown apart from the portal: it sees nothing of your session and reaches no network.</span>
        <Switch label="Run its scripts" checked={scripts} onCheckedChange={setScripts} className="ml-auto" />
      </div>
      <iframe
        key={String(scripts)}
        title={`Report ${path}`}
        src={scripts ? `${address}?scripts=allow` : address}
        sandbox={scripts ? "allow-scripts" : ""}
        referrerPolicy="no-referrer"
        className="block h-[70vh] w-full border-0 bg-white"
      />
    </div>
  );
}
