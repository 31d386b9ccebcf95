"use client";

import { CodeBlock, Notice } from "@trellis/ui";
import { stripAnsi } from "@trellis/ui/log";
import { Markdown } from "@/features/shell";
import type { FilePreview, NotebookCell, NotebookOutput } from "./use-files";

type Notebook = Extract<FilePreview, { kind: "notebook" }>;

/** A notebook's cells as they were saved; nothing of it runs. */
export function NotebookView({ notebook }: { notebook: Notebook }) {
  return (
    <div tabIndex={0} role="region" aria-label="Notebook" className="flex max-h-[70vh] flex-col gap-4 overflow-auto p-4 outline-offset-[-2px]">
      {notebook.truncated ? <Notice tone="neutral">These are the first cells. Download the notebook to see all of it.</Notice> : null}
      {notebook.cells.map((cell, index) => (
        <CellView key={index} cell={cell} language={notebook.language} />
      ))}
    </div>
  );
}

function CellView({ cell, language }: { cell: NotebookCell; language: string }) {
  if (cell.type === "markdown") return <Markdown source={cell.source} />;
  return (
    <div className="grid min-w-0 grid-cols-[2.75rem_minmax(0,1fr)] gap-x-2">
      <span className="pt-2 text-right font-mono text-xs text-ink-3">{cell.type === "code" ? `[${cell.executionCount ?? " "}]` : ""}</span>
      <div className="flex min-w-0 flex-col gap-2">
        <CodeBlock code={cell.source} language={language === "python" ? "python" : "text"} />
        {cell.outputs.map((output, index) => (
          <OutputView key={index} output={output} />
        ))}
      </div>
    </div>
  );
}

function OutputView({ output }: { output: NotebookOutput }) {
  if (output.kind === "image")
    return <img src={`data:${output.mediaType};base64,${output.base64}`} alt="Output of the cell" className="max-w-full self-start bg-white" />;
  if (output.kind === "omitted") return <p className="m-0 text-xs text-ink-3">{output.reason}</p>;
  return (
    <pre
      className={`m-0 overflow-x-auto font-mono text-[12.5px] leading-5 whitespace-pre-wrap ${output.kind === "error" ? "rounded-md bg-fail-soft p-2 text-fail-ink" : ""}`}
    >
      {stripAnsi(output.text)}
    </pre>
  );
}
