"use client";
import "@xyflow/react/dist/base.css";
import { Background, BackgroundVariant, Controls, Handle, MarkerType, Position, ReactFlow } from "@xyflow/react";
import type { Edge, Node, NodeProps } from "@xyflow/react";
import { clsx } from "clsx";
import { useMemo } from "react";
import { toneIcon } from "../foundation/tones.ts";
import type { IconType } from "../foundation/types.ts";
import { describeStatus, statusColor } from "../state/status.ts";
import { dagLayout, dagNodeHeight, dagNodeWidth } from "./dag-layout.ts";

export interface DagNode {
  id: string;
  label: string;
  status?: string;
  detail?: string;
  icon?: IconType;
}

export interface DagEdge {
  from: string;
  to: string;
  /** What flows: "2.4 M rows", "best of 3". */
  label?: string;
  critical?: boolean;
}

export interface DagViewProps {
  nodes: DagNode[];
  edges: DagEdge[];
  selected?: string | null;
  onSelect?: (id: string) => void;
  label: string;
  height?: number;
  direction?: "LR" | "TB";
}

type StepNode = Node<{ node: DagNode; direction: "LR" | "TB" }, "step">;

function Step({ data, selected }: NodeProps<StepNode>) {
  const { node, direction } = data;
  const look = node.status === undefined ? null : describeStatus(node.status);
  const Icon = look?.icon ?? node.icon;
  const open = look !== null && look.tone === "neutral";
  return (
    <div
      style={{
        width: dagNodeWidth,
        height: dagNodeHeight,
        borderColor: selected ? "var(--color-accent)" : open || !node.status ? "var(--color-line-strong)" : statusColor(node.status),
      }}
      className={clsx(
        "flex items-center gap-2 rounded-md border px-2.5 text-left",
        selected ? "bg-hover outline-1 outline-accent" : "bg-surface",
        open && "border-dashed",
      )}
    >
      <Handle type="target" position={direction === "LR" ? Position.Left : Position.Top} isConnectable={false} className="opacity-0" />
      {Icon ? <Icon aria-hidden className={clsx("size-4 shrink-0", look ? toneIcon[look.tone] : "text-ink-3", look?.moving && "animate-turn")} /> : null}
      <div className="min-w-0 flex-1">
        <div className="truncate text-sm font-medium" title={node.label}>
          {node.label}
        </div>
        <div className="truncate text-xs text-ink-2">{node.detail ?? look?.word}</div>
      </div>
      <Handle type="source" position={direction === "LR" ? Position.Right : Position.Bottom} isConnectable={false} className="opacity-0" />
    </div>
  );
}

const nodeTypes = { step: Step };

function toFlowEdge(edge: DagEdge, done: boolean): Edge {
  const color = edge.critical ? "var(--color-ink)" : "var(--color-control)";
  return {
    id: `${edge.from}>${edge.to}`,
    source: edge.from,
    target: edge.to,
    label: edge.label,
    focusable: false,
    style: { stroke: color, strokeWidth: edge.critical ? 2 : 1.5, strokeDasharray: done ? undefined : "4 3" },
    labelStyle: { fill: "var(--color-ink-2)", fontSize: 11 },
    labelBgStyle: { fill: "var(--color-surface)" },
    markerEnd: { type: MarkerType.ArrowClosed, color, width: 14, height: 14 },
  };
}

/** Steps or things as a graph: layers from left to right, the same states and colours as everywhere. */
export function DagView({ nodes, edges, selected = null, onSelect, label, height = 320, direction = "LR" }: DagViewProps) {
  // Places depend on the shape alone: a new state must not move anything.
  const shape = JSON.stringify([nodes.map((node) => node.id), edges.map((edge) => [edge.from, edge.to])]);
  const places = useMemo(() => {
    const [ids, pairs]: [string[], [string, string][]] = JSON.parse(shape);
    return new Map(
      dagLayout(
        ids,
        pairs.map(([from, to]) => ({ from, to })),
        direction,
      ).map((box) => [box.id, box]),
    );
  }, [shape, direction]);
  const flowNodes: StepNode[] = nodes.map((node) => {
    const box = places.get(node.id);
    return {
      id: node.id,
      type: "step",
      position: { x: box?.x ?? 0, y: box?.y ?? 0 },
      data: { node, direction },
      selected: node.id === selected,
      width: dagNodeWidth,
      height: dagNodeHeight,
      ariaLabel: `${node.label}${node.status ? `, ${describeStatus(node.status).word}` : ""}${node.detail ? `, ${node.detail}` : ""}`,
    };
  });
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const flowEdges = edges.map((edge) => {
    const status = byId.get(edge.from)?.status;
    return toFlowEdge(edge, status === undefined || describeStatus(status).terminal);
  });
  return (
    <div role="region" aria-label={label} style={{ height }} className="min-w-0">
      <ReactFlow
        nodes={flowNodes}
        edges={flowEdges}
        nodeTypes={nodeTypes}
        onNodeClick={(_, node) => onSelect?.(node.id)}
        onNodesChange={(changes) => {
          // Enter and Space on a focused node arrive as a selection.
          const chosen = changes.find((change) => change.type === "select" && change.selected);
          if (chosen && chosen.type === "select" && chosen.id !== selected) onSelect?.(chosen.id);
        }}
        nodesDraggable={false}
        nodesConnectable={false}
        edgesFocusable={false}
        zoomOnScroll={false}
        preventScrolling={false}
        fitView
        fitViewOptions={{ maxZoom: 1, padding: 0.08 }}
        minZoom={0.2}
        maxZoom={1.5}
        proOptions={{ hideAttribution: true }}
      >
        <Background variant={BackgroundVariant.Dots} gap={20} size={1} color="var(--color-line)" />
        <Controls
          showInteractive={false}
          position="bottom-right"
          className="overflow-hidden rounded-md border border-line-strong bg-surface text-ink-2 [&>button]:grid [&>button]:size-6.5 [&>button]:place-items-center [&>button]:border-0 [&>button]:bg-surface [&>button]:p-1.5 [&>button]:hover:bg-hover [&_svg]:size-3 [&_svg]:fill-current"
        />
      </ReactFlow>
    </div>
  );
}
