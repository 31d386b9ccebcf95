"use client";
import { clsx } from "clsx";
import { File, FileBox, FileCode, FileJson, FileText, Folder, FolderOpen, Lock } from "lucide-react";
import { useMemo, useRef, useState } from "react";
import type { KeyboardEvent, ReactNode } from "react";
import { findByData } from "../foundation/find-by-data.ts";
import { toneInk } from "../foundation/tones.ts";
import type { IconType, Tone } from "../foundation/types.ts";
import { Bytes } from "../values/number-value.tsx";
import { buildFileTree, countFiles, visibleRows } from "./file-tree-model.ts";
import type { FileNode } from "./file-tree-model.ts";

export interface FileEntry {
  path: string;
  sizeBytes?: number;
  note?: ReactNode;
  /** A number at the right, such as lines from answers. */
  count?: number;
  tone?: Tone;
}

export interface FileTreeProps {
  files: FileEntry[];
  selected?: string | null;
  onSelect?: (path: string) => void;
  label?: string;
  /** Drawn beside the tree (below it on a phone). */
  preview?: ReactNode;
  /** Folders open at first; the way to the selected file always is. */
  defaultOpen?: "all" | "none" | "first";
  className?: string;
}

const iconByEnding: Record<string, IconType> = {
  py: FileCode,
  ts: FileCode,
  js: FileCode,
  sh: FileCode,
  json: FileJson,
  jsonl: FileJson,
  md: FileText,
  txt: FileText,
  lock: Lock,
  onnx: FileBox,
  skops: FileBox,
  joblib: FileBox,
  pkl: FileBox,
  yaml: FileCode,
  yml: FileCode,
  toml: FileCode,
};

function endingOf(path: string): string {
  return path.slice(path.lastIndexOf(".") + 1).toLowerCase();
}

function foldersOf(nodes: FileNode<FileEntry>[], deep: boolean): string[] {
  return nodes.flatMap((node) => (node.file === null ? [node.path, ...(deep ? foldersOf(node.children, true) : [])] : []));
}

function Row({
  node,
  depth,
  open,
  selected,
  focusable,
  onClick,
  onKeyDown,
}: {
  node: FileNode<FileEntry>;
  depth: number;
  open: boolean;
  selected: boolean;
  focusable: boolean;
  onClick: () => void;
  onKeyDown: (event: KeyboardEvent) => void;
}) {
  const Icon = node.file === null ? (open ? FolderOpen : Folder) : (iconByEnding[endingOf(node.path)] ?? File);
  return (
    <div
      role="treeitem"
      aria-level={depth + 1}
      aria-expanded={node.file === null ? open : undefined}
      aria-selected={selected}
      data-path={node.path}
      tabIndex={focusable ? 0 : -1}
      onClick={onClick}
      onKeyDown={onKeyDown}
      style={{ paddingLeft: 8 + depth * 18 }}
      className={clsx(
        "flex h-6.5 cursor-pointer items-center gap-2 rounded-md pr-2 text-sm outline-offset-[-2px]",
        selected ? "bg-hover font-medium text-ink" : "text-ink-2 hover:bg-hover hover:text-ink",
      )}
    >
      <Icon aria-hidden className="size-3.5 shrink-0 text-ink-3" />
      <span className="min-w-0 flex-1 truncate" title={node.path}>
        {node.name}
        {node.file === null ? <span className="ml-1.5 text-xs font-normal text-ink-3">{countFiles(node)}</span> : null}
      </span>
      {node.file?.note === undefined ? null : <span className={clsx("text-xs font-normal", toneInk[node.file.tone ?? "neutral"])}>{node.file.note}</span>}
      {node.file?.count ? <span className="text-xs font-normal text-accent-ink">{node.file.count}</span> : null}
      {node.file?.sizeBytes === undefined ? null : <Bytes value={node.file.sizeBytes} className="font-mono text-xs font-normal text-ink-3" />}
    </div>
  );
}

function useFolders(files: FileEntry[], selected: string | null, defaultOpen: NonNullable<FileTreeProps["defaultOpen"]>) {
  const tree = useMemo(() => buildFileTree(files), [files]);
  const [toggled, setToggled] = useState<ReadonlyMap<string, boolean>>(new Map());
  const open = useMemo(() => {
    const initial = new Set(defaultOpen === "none" ? [] : foldersOf(tree, defaultOpen === "all"));
    if (selected !== null) for (const path of foldersOf(tree, true)) if (selected.startsWith(`${path}/`)) initial.add(path);
    for (const [path, isOpen] of toggled) {
      if (isOpen) initial.add(path);
      else initial.delete(path);
    }
    return initial;
  }, [tree, defaultOpen, selected, toggled]);
  return { tree, open, toggle: (path: string, isOpen: boolean) => setToggled((last) => new Map(last).set(path, isOpen)) };
}

function Tree({ files, selected = null, onSelect, label = "Files", defaultOpen = "all" }: FileTreeProps) {
  const { tree, open, toggle } = useFolders(files, selected, defaultOpen);
  const rows = visibleRows(tree, open);
  const list = useRef<HTMLDivElement>(null);
  const [active, setActive] = useState<string | null>(null);
  const tabStop = rows.find(({ node }) => node.path === (active ?? selected))?.node.path ?? rows[0]?.node.path;

  const act = (node: FileNode<FileEntry>) => {
    setActive(node.path);
    if (node.file === null) toggle(node.path, !open.has(node.path));
    else onSelect?.(node.path);
  };
  const focus = (index: number) => {
    const row = rows[Math.max(0, Math.min(rows.length - 1, index))];
    if (!row) return;
    setActive(row.node.path);
    findByData(list.current, "path", row.node.path)?.focus();
  };
  const parentOf = (index: number) => rows.findLastIndex((row, at) => at < index && row.depth < (rows[index]?.depth ?? 0));

  function onKeyDown(event: KeyboardEvent) {
    const index = rows.findIndex(({ node }) => node.path === tabStop);
    const row = rows[index];
    if (!row) return;
    const folder = row.node.file === null;
    const isOpen = folder && open.has(row.node.path);
    const actions: Record<string, () => void> = {
      ArrowDown: () => focus(index + 1),
      ArrowUp: () => focus(index - 1),
      j: () => focus(index + 1),
      k: () => focus(index - 1),
      Home: () => focus(0),
      End: () => focus(rows.length - 1),
      ArrowRight: () => (folder && !isOpen ? toggle(row.node.path, true) : focus(index + 1)),
      ArrowLeft: () => (isOpen ? toggle(row.node.path, false) : focus(Math.max(0, parentOf(index)))),
      Enter: () => act(row.node),
      " ": () => act(row.node),
    };
    const action = actions[event.key];
    if (!action || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    action();
  }

  return (
    <div ref={list} role="tree" tabIndex={-1} aria-label={label} className="flex flex-col p-2">
      {rows.map(({ node, depth }) => (
        <Row
          key={`${node.path}${node.file === null ? "/" : ""}`}
          node={node}
          depth={depth}
          open={open.has(node.path)}
          selected={node.path === selected}
          focusable={node.path === tabStop}
          onClick={() => act(node)}
          onKeyDown={onKeyDown}
        />
      ))}
    </div>
  );
}

/** Files as a tree with keyboard, and the chosen one beside it. */
export function FileTree(props: FileTreeProps) {
  const { preview, className } = props;
  if (preview === undefined)
    return (
      <div className={className}>
        <Tree {...props} />
      </div>
    );
  return (
    <div className={clsx("grid min-w-0 md:grid-cols-[minmax(220px,280px)_minmax(0,1fr)]", className)}>
      <div className="max-h-[70vh] overflow-y-auto border-line max-md:max-h-56 max-md:border-b md:border-r">
        <Tree {...props} />
      </div>
      <div className="min-w-0">{preview}</div>
    </div>
  );
}
