"use client";
import { clsx } from "clsx";
import { useMemo, useState } from "react";
import type { ReactNode } from "react";
import { useIsPhone } from "../foundation/use-media.ts";
import { SegmentedControl } from "../navigation/segmented-control.tsx";
import { diffRows, foldRows } from "./diff-model.ts";
import type { DiffBlock, DiffRow, DiffSide } from "./diff-model.ts";

export type DiffMode = "split" | "unified";

export interface DiffViewProps {
  before: string;
  after: string;
  path?: string;
  /** Fixed view; without it the reader chooses (split, unified on a phone). */
  mode?: DiffMode;
  /** Equal lines around a change; null shows all. */
  context?: number | null;
  /** Instead of the path. */
  title?: ReactNode;
  right?: ReactNode;
  className?: string;
}

function Parts({ side, kind }: { side: DiffSide; kind: "removed" | "added" | "equal" }) {
  return side.parts.map((part, index) =>
    part.changed ? (
      <span key={index} className={clsx("rounded-xs font-medium", kind === "removed" ? "bg-fail/25" : "bg-ok/25")}>
        {part.text}
      </span>
    ) : (
      <span key={index}>{part.text}</span>
    ),
  );
}

const numberClasses = "w-10 min-w-10 px-2 text-right align-top text-ink-3 select-none";
const textClasses = "py-0 pr-3 align-top wrap-anywhere whitespace-pre-wrap";

function Cells({ side, changed, is }: { side: DiffSide | null; changed: boolean; is: "left" | "right" }) {
  if (side === null)
    return (
      <td colSpan={3} className="bg-sunken">
        <span className="sr-only">no line</span>
      </td>
    );
  const kind = changed ? (is === "left" ? "removed" : "added") : "equal";
  const tint = kind === "removed" ? "bg-fail-soft" : kind === "added" ? "bg-ok-soft" : "";
  return (
    <>
      <td className={clsx(numberClasses, tint)}>{side.number}</td>
      <td className={clsx("w-4 align-top text-ink-2 select-none", tint)}>
        <span aria-hidden>{kind === "removed" ? "−" : kind === "added" ? "+" : " "}</span>
        {kind === "equal" ? null : <span className="sr-only">{kind}</span>}
      </td>
      <td className={clsx(textClasses, tint)}>
        <Parts side={side} kind={kind} />
      </td>
    </>
  );
}

function SplitRows({ rows }: { rows: DiffRow[] }) {
  return rows.map((row, index) => (
    <tr key={index}>
      <Cells side={row.left} changed={row.kind === "changed"} is="left" />
      <Cells side={row.right} changed={row.kind === "changed"} is="right" />
    </tr>
  ));
}

function UnifiedRow({ side, other, kind }: { side: DiffSide; other: number | null; kind: "removed" | "added" | "equal" }) {
  const tint = kind === "removed" ? "bg-fail-soft" : kind === "added" ? "bg-ok-soft" : "";
  return (
    <tr className={tint}>
      <td className={numberClasses}>{kind === "added" ? "" : side.number}</td>
      <td className={numberClasses}>{kind === "removed" ? "" : (other ?? side.number)}</td>
      <td className="w-4 align-top text-ink-2 select-none">
        <span aria-hidden>{kind === "removed" ? "−" : kind === "added" ? "+" : " "}</span>
        {kind === "equal" ? null : <span className="sr-only">{kind}</span>}
      </td>
      <td className={textClasses}>
        <Parts side={side} kind={kind} />
      </td>
    </tr>
  );
}

// All removals of a run of changes come before its additions, as people know it from patches.
function UnifiedRows({ rows }: { rows: DiffRow[] }) {
  const drawn: ReactNode[] = [];
  let added: ReactNode[] = [];
  rows.forEach((row, index) => {
    if (row.kind === "equal") {
      drawn.push(...added);
      added = [];
      if (row.left) drawn.push(<UnifiedRow key={`${index}=`} side={row.left} other={row.right?.number ?? null} kind="equal" />);
      return;
    }
    if (row.left) drawn.push(<UnifiedRow key={`${index}-`} side={row.left} other={null} kind="removed" />);
    if (row.right) added.push(<UnifiedRow key={`${index}+`} side={row.right} other={null} kind="added" />);
  });
  return [...drawn, ...added];
}

function Block({ block, mode }: { block: DiffBlock; mode: DiffMode }) {
  const [open, setOpen] = useState(false);
  if (block.folded && !open) {
    return (
      <tr>
        <td colSpan={mode === "split" ? 6 : 4} className="bg-sunken p-0">
          <button
            type="button"
            onClick={() => setOpen(true)}
            className="w-full border-0 bg-transparent px-3 py-0.5 text-left font-sans text-xs text-ink-2 outline-offset-[-2px] hover:text-accent-ink"
          >
            Show {block.rows.length} unchanged lines
          </button>
        </td>
      </tr>
    );
  }
  return mode === "split" ? <SplitRows rows={block.rows} /> : <UnifiedRows rows={block.rows} />;
}

/** Two texts and what differs, to the word; equal stretches are folded. */
export function DiffView({ before, after, path, mode: fixed, context = 3, title, right, className }: DiffViewProps) {
  const phone = useIsPhone();
  const [chosen, setChosen] = useState<DiffMode | null>(null);
  const mode = fixed ?? chosen ?? (phone ? "unified" : "split");
  const rows = useMemo(() => diffRows(before, after), [before, after]);
  const blocks = useMemo(() => (context === null ? [{ folded: false, rows }] : foldRows(rows, context)), [rows, context]);
  const changed = rows.filter((row) => row.kind === "changed");
  return (
    <div className={clsx("min-w-0 overflow-hidden", className)}>
      <div className="flex min-h-9 flex-wrap items-center gap-2 border-b border-line px-3 py-1 text-xs">
        <span className="min-w-0 truncate font-mono">{title ?? path ?? "Changes"}</span>
        <span className="font-mono text-ok-ink">+{changed.filter((row) => row.right).length}</span>
        <span className="font-mono text-fail-ink">−{changed.filter((row) => row.left).length}</span>
        <span className="ml-auto flex items-center gap-2">
          {right}
          {fixed === undefined ? (
            <SegmentedControl
              label="View"
              items={[
                { value: "split", label: "Split" },
                { value: "unified", label: "Unified" },
              ]}
              value={mode}
              onChange={setChosen}
            />
          ) : null}
        </span>
      </div>
      {changed.length === 0 ? (
        <p className="m-0 px-3 py-4 text-sm text-ink-2">Both are the same.</p>
      ) : (
        <div className="overflow-x-auto">
          <table aria-label={`Changes${path ? ` of ${path}` : ""}`} className="w-full border-collapse font-mono text-[12.5px] leading-5">
            {mode === "split" ? (
              <colgroup>
                <col className="w-10" />
                <col className="w-4" />
                <col className="w-1/2" />
                <col className="w-10" />
                <col className="w-4" />
                <col className="w-1/2" />
              </colgroup>
            ) : null}
            <tbody>
              {blocks.map((block, index) => (
                <Block key={`${mode}${index}`} block={block} mode={mode} />
              ))}
            </tbody>
          </table>
        </div>
      )}
    </div>
  );
}
