"use client";
import { clsx } from "clsx";
import { useMemo } from "react";
import type { ReactNode } from "react";
import { CopyButton } from "../buttons/copy-button.tsx";
import { tokenizeLines } from "./code-tokens.ts";
import type { CodeLanguage, CodeToken } from "./code-tokens.ts";

export interface CodeMark {
  /** Line number as shown. */
  line: number;
  tone?: "accent" | "warn" | "fail";
  label?: ReactNode;
}

export interface CodeBlockProps {
  code: string;
  language?: CodeLanguage;
  title?: ReactNode;
  lineNumbers?: boolean;
  copy?: boolean;
  wrap?: boolean;
  /** Pixels; taller code scrolls. */
  maxHeight?: number;
  marks?: CodeMark[];
  startLine?: number;
  /** No frame, for the body of a card. */
  bare?: boolean;
  className?: string;
}

const tokenClasses: Record<CodeToken["kind"], string | undefined> = {
  plain: undefined,
  comment: "text-ink-3",
  string: "text-ok-ink",
  number: "text-run-ink",
  key: "text-ink font-medium",
  keyword: "text-run-ink",
  mark: "text-ink-3",
};

const markClasses = {
  accent: "bg-accent-soft/60 shadow-[inset_2px_0_0_var(--color-accent)]",
  warn: "bg-warn-soft shadow-[inset_2px_0_0_var(--color-warn)]",
  fail: "bg-fail-soft shadow-[inset_2px_0_0_var(--color-fail)]",
};

function Line({ tokens, number, mark, wrap }: { tokens: CodeToken[]; number: number | null; mark: CodeMark | undefined; wrap: boolean }) {
  return (
    <div className={clsx("flex min-w-max px-3", wrap && "min-w-0", mark && markClasses[mark.tone ?? "accent"])}>
      {number === null ? null : (
        <span aria-hidden className="w-8 shrink-0 pr-4 text-right text-ink-3 select-none">
          {number}
        </span>
      )}
      <span className={clsx("flex-1", wrap ? "wrap-anywhere whitespace-pre-wrap" : "whitespace-pre")}>
        {tokens.map((token, index) => (
          <span key={index} className={tokenClasses[token.kind]}>
            {token.text}
          </span>
        ))}
        {"\n"}
      </span>
      {mark?.label === undefined ? null : <span className="sticky right-3 pl-4 font-sans text-xs text-accent-ink">{mark.label}</span>}
    </div>
  );
}

/** Code to read or copy, with quiet colours for a few languages. */
export function CodeBlock(props: CodeBlockProps) {
  const { code, language = "text", title, lineNumbers = false, copy = true, wrap = false, maxHeight, marks, startLine = 1, bare = false, className } = props;
  const lines = useMemo(() => tokenizeLines(code.replace(/\n$/, ""), language), [code, language]);
  const byLine = useMemo(() => new Map((marks ?? []).map((mark) => [mark.line, mark])), [marks]);
  return (
    <div className={clsx("relative min-w-0 overflow-hidden", !bare && "rounded-md border border-line", className)}>
      {title === undefined ? null : (
        <div className="flex min-h-9 items-center gap-2 border-b border-line bg-surface px-3 text-xs text-ink-2">
          <span className="min-w-0 flex-1 truncate font-mono">{title}</span>
          {copy ? <CopyButton value={code} label="Copy code" /> : null}
        </div>
      )}
      {copy && title === undefined ? <CopyButton value={code} label="Copy code" variant="secondary" className="absolute! top-1.5 right-1.5 z-1" /> : null}
      {/* A region that scrolls must be reachable by keyboard. */}
      <pre
        tabIndex={0}
        role="region"
        aria-label={typeof title === "string" ? title : "Code"}
        style={{ maxHeight }}
        className="m-0 overflow-auto bg-sunken py-2 font-mono text-[12.5px] leading-[1.6] outline-offset-[-2px]"
      >
        <code>
          {lines.map((tokens, index) => (
            <Line key={index} tokens={tokens} number={lineNumbers ? startLine + index : null} mark={byLine.get(startLine + index)} wrap={wrap} />
          ))}
        </code>
      </pre>
    </div>
  );
}
