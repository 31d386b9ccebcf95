"use client";

import { useQuery } from "@tanstack/react-query";
import { Card, EmptyState, Finding, Notice, PageHeader, SegmentedControl, TextLink, useNavigate } from "@trellis/ui";
import { DataTable } from "@trellis/ui/table";
import { Waypoints } from "lucide-react";
import dynamic from "next/dynamic";
import { parseAsStringLiteral, useQueryState } from "nuqs";
import { PageFrame, useCrumbs } from "@/features/shell";
import { useTRPC } from "@/live/trpc";
import { isLineageKind, KINDS, type LineageKind, type LineageNode, type LineageTrace } from "./kinds";

const DagView = dynamic(() => import("@trellis/ui/dag").then((module) => module.DagView), { ssr: false });

const DIRECTIONS = ["both", "up", "down"] as const;

/** What made one thing, and what is affected if it changes: as a graph and as a list. */
export function LineagePage({ kind, id }: { kind: string; id: string }) {
  useCrumbs({ label: "Lineage" });
  if (isLineageKind(kind)) return <Around kind={kind} id={id} />;
  return (
    <EmptyState icon={Waypoints} title="There is no such kind of thing">
      The lineage knows{" "}
      {Object.values(KINDS)
        .map((known) => known.word.toLowerCase())
        .join(", ")}
      .
    </EmptyState>
  );
}

function Around({ kind, id }: { kind: LineageKind; id: string }) {
  const trpc = useTRPC();
  const [direction, setDirection] = useQueryState("show", parseAsStringLiteral(DIRECTIONS).withDefault("both"));
  const trace = useQuery(trpc.lineage.trace.queryOptions({ kind, id, direction }));
  return (
    <PageFrame query={trace}>
      {(data) => {
        const root = data.nodes.find((node) => node.kind === kind && node.id === id);
        if (!root)
          return (
            <EmptyState icon={Waypoints} title="Nothing is known of it">
              It is not there, or it belongs to a project that you may not see.
            </EmptyState>
          );
        return (
          <>
            <PageHeader
              title={root.label}
              meta={
                <>
                  <span>{KINDS[kind].word}</span>
                  {root.href ? <TextLink href={root.href}>Open</TextLink> : null}
                  <TextLink external href={`/api/v1/lineage?kind=${kind}&id=${id}&direction=${direction}`}>
                    As JSON
                  </TextLink>
                </>
              }
              actions={
                <SegmentedControl
                  label="Direction"
                  size="md"
                  value={direction}
                  onChange={(value) => void setDirection(value)}
                  items={[
                    { value: "both", label: "All" },
                    { value: "up", label: "What made it" },
                    { value: "down", label: "What is affected" },
                  ]}
                />
              }
              finding={<Finding tone="neutral">{headline(data, root)}</Finding>}
            />
            {data.truncated ? <Notice tone="warn">There is more than is drawn here. Open one of the outermost things to go on from it.</Notice> : null}
            <Lineage trace={data} root={root} />
          </>
        );
      }}
    </PageFrame>
  );
}

function Lineage({ trace, root }: { trace: LineageTrace; root: LineageNode }) {
  const navigate = useNavigate();
  const others = trace.nodes.filter((node) => node !== root);
  if (others.length === 0)
    return (
      <EmptyState icon={Waypoints} title="Nothing is joined to it yet">
        Runs, versions and deployments appear here by themselves as they use it.
      </EmptyState>
    );
  const relations = relationsOf(trace);
  return (
    <div className="grid gap-4">
      <Card title="Graph">
        <DagView
          label={`Lineage of ${root.label}`}
          height={Math.min(560, 160 + 66 * widest(trace.nodes))}
          selected={keyOf(root)}
          onSelect={(chosen) => navigate(`/lineage/${chosen.replace(":", "/")}`)}
          nodes={trace.nodes.map((node) => ({ id: keyOf(node), label: node.label, detail: KINDS[node.kind].word, icon: KINDS[node.kind].icon }))}
          edges={trace.edges.map((edge) => ({ from: keyOf(edge.from), to: keyOf(edge.to) }))}
        />
      </Card>
      <Card title="As a list" flush>
        <DataTable
          label="Lineage as a list"
          rows={others}
          rowKey={keyOf}
          csvName={`lineage-${root.label}`}
          columns={[
            {
              id: "label",
              header: "What",
              cell: (node) => (node.href ? <TextLink href={node.href}>{node.label}</TextLink> : node.label),
              csv: (node) => node.label,
            },
            { id: "kind", header: "Kind", cell: (node) => KINDS[node.kind].word, csv: (node) => node.kind },
            { id: "side", header: "Side", cell: sideOf, csv: sideOf },
            { id: "how", header: "How", hideBelow: "md", cell: (node) => relations.get(keyOf(node)) ?? "", csv: (node) => relations.get(keyOf(node)) ?? "" },
            { id: "steps", header: "Steps away", align: "right", hideBelow: "md", cell: (node) => Math.abs(node.depth), csv: (node) => Math.abs(node.depth) },
            {
              id: "around",
              header: "",
              hideBelow: "md",
              cell: (node) => (
                <TextLink quiet href={`/lineage/${node.kind}/${node.id}`}>
                  Lineage
                </TextLink>
              ),
            },
          ]}
        />
      </Card>
    </div>
  );
}

function headline({ nodes }: LineageTrace, root: LineageNode): string {
  const count = (sign: 1 | -1) => nodes.filter((node) => node !== root && Math.sign(node.depth) === sign).length;
  const things = (amount: number) => (amount === 1 ? "1 thing" : `${amount} things`);
  return `${things(count(-1))} went into it; ${things(count(1))} would feel a change to it.`;
}

function sideOf(node: LineageNode): string {
  return node.depth < 0 ? "Made it" : "Is affected";
}

/** Words of the edges that end (upstream: begin) at a node. */
function relationsOf({ edges, nodes }: LineageTrace): Map<string, string> {
  const depths = new Map(nodes.map((node) => [keyOf(node), node.depth]));
  const words = new Map<string, Set<string>>();
  for (const edge of edges) {
    const near = (depths.get(keyOf(edge.from)) ?? 0) < 0 ? keyOf(edge.from) : keyOf(edge.to);
    words.set(near, (words.get(near) ?? new Set()).add(edge.relation.replaceAll("_", " ")));
  }
  return new Map([...words].map(([key, set]) => [key, [...set].join(", ")]));
}

/** Most things at one distance: the height of the drawing. */
function widest(nodes: LineageNode[]): number {
  const counts = new Map<number, number>();
  for (const node of nodes) counts.set(node.depth, (counts.get(node.depth) ?? 0) + 1);
  return Math.max(...counts.values());
}

function keyOf(thing: { kind: string; id: string }): string {
  return `${thing.kind}:${thing.id}`;
}
