"use client";

import { Bytes, Card, CodeBlock, EmptyState, FileTree, KeyValueList, Skeleton } from "@trellis/ui";
import { FileText } from "lucide-react";
import { useState } from "react";
import type { Outputs } from "@/live/trpc";

type Preview = Outputs["scaffolder"]["preview"];

const LANGUAGES: Record<string, "yaml" | "json" | "python" | "bash"> = { yaml: "yaml", yml: "yaml", json: "json", py: "python", sh: "bash" };

/** Every file that would be made, with its content, and what else would exist. */
export function ReviewFiles({ preview }: { preview: Preview | null }) {
  const [selected, setSelected] = useState<string | null>(null);
  if (!preview) return <Skeleton lines={12} />;
  const path = selected ?? preview.files.find((file) => file.path === "trellis.yaml")?.path ?? preview.files[0]?.path ?? null;
  const file = preview.files.find((candidate) => candidate.path === path);
  return (
    <div className="flex flex-col gap-4">
      <Card title="What will be made" aside={`${preview.makes.length} things`}>
        <KeyValueList items={preview.makes.map((thing) => ({ label: thing.title, value: thing.detail }))} columns={2} />
      </Card>
      <Card
        title="Files"
        aside={
          <>
            <span>{preview.files.length} files, </span>
            <Bytes value={preview.totalBytes} />
          </>
        }
        flush
      >
        <FileTree
          label="Files of the new repository"
          files={preview.files.map(({ path: filePath, sizeBytes }) => ({ path: filePath, sizeBytes }))}
          selected={path}
          onSelect={setSelected}
          preview={file ? <FileContent file={file} /> : <EmptyState icon={FileText} title="Choose a file" compact />}
        />
      </Card>
    </div>
  );
}

function FileContent({ file }: { file: Preview["files"][number] }) {
  if (file.content === null)
    return (
      <EmptyState icon={FileText} title={file.path} compact>
        This file is not text. It is copied as it is.
      </EmptyState>
    );
  const language = LANGUAGES[file.path.split(".").at(-1) ?? ""] ?? "text";
  return (
    <>
      <CodeBlock
        code={file.content}
        language={language}
        title={file.path}
        lineNumbers
        maxHeight={560}
        marks={file.answeredLines.map((line) => ({ line, tone: "accent" as const }))}
      />
      {file.truncated ? <p className="px-3 py-2 text-xs text-ink-3">Only the beginning is shown.</p> : null}
    </>
  );
}
